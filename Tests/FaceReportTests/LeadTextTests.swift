import FaceReport
import FaceRuns
import Foundation
import Testing

/// The plain words of the short answer, in every case.
@Suite struct LeadTextTests {
    /// Losses, and for each of their seeds how many of 400 pairs are wrong; nil for a failed run.
    private typealias Losses = [(name: String, wrong: [UInt64: Int?])]

    /// The first paragraph of the report of one study.
    private func answer(_ losses: Losses, trainSet: (String) -> String = { _ in "t" }) throws
        -> String
    {
        try inTemporaryFolder { folder throws in
            for loss in losses {
                for (seed, wrong) in loss.wrong {
                    let run = PlainRun(
                        loss: loss.name, seed: seed, pairs: 400, trainSet: trainSet(loss.name))
                    try write(run, wrong, to: StudyFolder(folder))
                }
            }
            let text = try Report(study: folder).render().markdown
            let start = text.components(separatedBy: "## The short answer\n\n")
            return start[1].components(separatedBy: "\n\n")[0]
        }
    }

    private func write(_ run: PlainRun, _ wrong: Int?, to study: StudyFolder) throws {
        guard let wrong else {
            try run.writeDescription(to: study)
            return try run.folder(in: study).write(
                RunResult(
                    status: .failed, message: "m", epochs: 0, trainAccuracy: 0, tests: [],
                    imagesPerSecond: 1, seconds: 1))
        }
        // The wrong pairs of a worse loss hold those of a better one, other ones in each seed.
        try run.write(
            wrong: Set((0..<wrong).map { ($0 * 7 + Int(run.seed) * 11) % run.pairs }), to: study)
    }

    @Test("One loss")
    func alone() throws {
        #expect(
            try answer([("arcface", [1: 10])])
                == "**arcface** got 97.50\u{A0}% of the pairs right with B on t. "
                + "There is no second loss to compare it with yet.")
    }

    @Test("Another loss that failed, and nothing but failures")
    func failures() throws {
        #expect(
            try answer([("softmax", [1: nil, 2: nil]), ("arcface", [1: 10, 2: 10])])
                == "**arcface** got 97.50\u{A0}% of the pairs right with B on t. "
                + "softmax has no finished run to compare it with.")
        #expect(
            try answer([("softmax", [1: nil]), ("arcface", [1: nil])])
                == "Every run failed, so there is nothing to compare.")
    }

    @Test("A winner over seeds, and with one seed")
    func winner() throws {
        let start = "**arcface** scored highest, with 97.50\u{A0}% of the pairs right. "
        #expect(
            try answer([("softmax", [1: 90, 2: 91, 3: 89]), ("arcface", [1: 10, 2: 10, 3: 10])])
                == start + "Its lead over softmax, the next loss, is significant.")
        #expect(
            try answer([("softmax", [1: 90]), ("arcface", [1: 10])])
                == start + "Its lead over softmax, the next loss, is significant for these two "
                + "models; whether another seed would show the same is not known.")
    }

    @Test("A lead that is none, with a loss that is clearly behind")
    func noWinner() throws {
        #expect(
            try answer([
                ("softmax", [1: 90, 2: 91, 3: 89]), ("amsoftmax", [1: 12, 2: 10, 3: 11]),
                ("arcface", [1: 10, 2: 10, 3: 10]),
            ])
                == "**arcface** scored highest, with 97.50\u{A0}% of the pairs right. Its lead over "
                + "amsoftmax, the next loss, is no evidence: on this study, the two cannot be told "
                + "apart. It is significantly better than softmax.")
    }

    @Test("Losses that scored alike")
    func ties() throws {
        #expect(
            try answer([("softmax", [1: 10, 2: 20]), ("arcface", [1: 20, 2: 10])])
                == "Both losses scored alike, with 96.25\u{A0}% of the pairs right. "
                + "On this study, they cannot be told apart.")
        #expect(
            try answer([
                ("softmax", [1: 90, 2: 91]), ("amsoftmax", [1: 10, 2: 10]),
                ("arcface", [1: 10, 2: 10]),
            ])
                == "**amsoftmax and arcface** together scored highest, with 97.50\u{A0}% of the pairs "
                + "right. They cannot be told apart; each is significantly better than softmax, the "
                + "next loss.")
        #expect(
            try answer([("softmax", [1: 11]), ("amsoftmax", [1: 10]), ("arcface", [1: 10])])
                == "**amsoftmax and arcface** together scored highest, with 97.50\u{A0}% of the pairs "
                + "right. They cannot be told apart, and neither can softmax, the next loss, from "
                + "them.")
    }

    @Test("Seeds that only one loss has")
    func incompleteSeeds() throws {
        let start = "**arcface** scored highest, with 97.50\u{A0}% of the pairs right. "
        #expect(
            try answer([("softmax", [1: 90, 2: 91]), ("arcface", [3: 10, 4: 10])])
                == start
                + "Its lead over softmax, the next loss, cannot be tested: the two have no "
                + "finished seed with scores of the same pairs in common.")
        // Worse on the seeds that both have, but with three more that are better.
        #expect(
            try answer([
                ("softmax", [1: 14, 2: 14]),
                (
                    "arcface",
                    [
                        1: 50, 2: 50, 3: 0, 4: 0, 5: 0, 6: 0,
                        7: 0, 8: 0, 9: 0, 10: 0,
                    ]
                ),
            ])
                == start
                + "On the seeds that both have finished, however, softmax is significantly "
                + "better than it: the lead comes from seeds that only one of them has.")
        #expect(
            try answer([("softmax", [1: 11, 2: 12]), ("arcface", [1: 11, 2: 12, 3: 7])])
                == start
                + "On the seeds that both have finished, it is not ahead of softmax, the next "
                + "loss: on this study, the two cannot be told apart.")
    }

    @Test("Several settings, of which not all have finished runs")
    func settings() throws {
        let text = try answer(
            [("softmax", [1: 90]), ("arcface", [1: 10]), ("marginal", [1: nil])],
            trainSet: { $0 == "marginal" ? "u" : "t" })
        #expect(text.hasPrefix("B on t: **arcface** scored highest, with 97.50"))
        #expect(
            text.hasSuffix(
                "No run has finished in 1 other combination of backbone and training set."))
    }
}
