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
                    try write(
                        loss.name, seed, wrong, trainSet(loss.name), to: StudyFolder(folder))
                }
            }
            let text = try Report(study: folder).render().markdown
            let start = text.components(separatedBy: "## The short answer\n\n")
            return start[1].components(separatedBy: "\n\n")[0]
        }
    }

    private func write(
        _ loss: String, _ seed: UInt64, _ wrong: Int?, _ trainSet: String, to study: StudyFolder
    ) throws {
        let run = study.run(named: "\(trainSet)-\(loss)-\(seed)")
        try run.write(
            RunDescription(
                identity: RunIdentity(
                    trainSet: trainSet, backbone: "b", loss: loss, sampler: "shuffle", seed: seed),
                lossTitle: loss,
                backbone: BackboneFacts(
                    title: "B", parameters: 1, multiplyAdds: 1, embeddingSize: 1, inputSize: 1),
                train: TrainSetFacts(name: trainSet, images: 1, identities: 1, contentHash: ""),
                tests: [TestSetFacts(name: "v", pairs: 400, folds: 10, pairsEachEpoch: 400)],
                epochs: 1, batchSize: 1, configuration: .null, command: "c"))
        guard let wrong else {
            return try run.write(
                RunResult(
                    status: .failed, message: "m", epochs: 0, trainAccuracy: 0, tests: [],
                    imagesPerSecond: 1, seconds: 1))
        }
        // The wrong pairs of a worse loss hold those of a better one, other ones in each seed.
        let places = Set((0..<wrong).map { ($0 * 7 + Int(seed) * 11) % 400 })
        try run.write(
            (0..<400).map { pair in
                let same = pair % 2 == 0
                return PairScore(
                    fold: pair / 40, same: same, distance: same != places.contains(pair) ? 0.5 : 2,
                    first: "p\(pair)/1.jpg", second: same ? "p\(pair)/2.jpg" : "q\(pair)/1.jpg")
            }, test: "v")
        let accuracy = 1 - Double(wrong) / 400
        try run.write(
            RunResult(
                status: .finished, epochs: 1, trainAccuracy: 1,
                tests: [
                    TestResult(
                        name: "v", pairs: 400, accuracy: accuracy, standardDeviation: 0,
                        threshold: 1, tarAtFar1e3: 0, auc: 1, eer: 0, meanNorm: 1, bestEpoch: 1,
                        bestAccuracy: accuracy, epochWithin95Percent: 1)
                ], imagesPerSecond: 1, seconds: 1))
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
