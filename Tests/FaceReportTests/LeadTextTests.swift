import FaceReport
import FaceRuns
import Foundation
import Testing

/// The plain words of the short answer, in every case.
@Suite struct LeadTextTests {
    /// Losses, and for each of their seeds how many of 400 pairs are wrong; nil for a failed run.
    private typealias Losses = [(name: String, wrong: [UInt64: Int?])]

    /// The first paragraph of the report of one study, without the sentence on the probabilities of
    /// better, equal and worse, which `EquivalenceTextTests` has.
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
                .replacing(/\ It is better than [^;]*;[^;]*; worse [^.]*\./, with: "")
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
                == "**arcface** got 97.50\u{A0}% of the pairs classified correctly with B on t. "
                + "There is no second loss to compare it with yet.")
    }

    @Test("Another loss that failed, and nothing but failures")
    func failures() throws {
        #expect(
            try answer([("softmax", [1: nil, 2: nil]), ("arcface", [1: 10, 2: 10])])
                == "**arcface** got 97.50\u{A0}% of the pairs classified correctly with B on t. "
                + "softmax has no finished run to compare it with.")
        #expect(
            try answer([("softmax", [1: nil]), ("arcface", [1: nil])])
                == "Every run failed, so there is nothing to compare.")
    }

    @Test("A winner over seeds, and with one seed")
    func winner() throws {
        let start =
            "**arcface** scored highest, with 97.50\u{A0}% of the pairs classified correctly. "
        #expect(
            try answer([("softmax", [1: 90, 2: 91, 3: 89]), ("arcface", [1: 10, 2: 10, 3: 10])])
                == start + "Its lead over softmax, the next loss, is significant.")
        #expect(
            try answer([("softmax", [1: 90]), ("arcface", [1: 10])])
                == start + "Its lead over softmax, the next loss, is significant for these two "
                + "models; whether another seed would show the same is unknown.")
    }

    @Test("A lead that is none, with a loss that is clearly behind")
    func noWinner() throws {
        #expect(
            try answer([
                ("softmax", [1: 90, 2: 91, 3: 89]), ("amsoftmax", [1: 12, 2: 10, 3: 11]),
                ("arcface", [1: 10, 2: 10, 3: 10]),
            ])
                == "**arcface** scored highest, with 97.50\u{A0}% of the pairs classified correctly. Its lead over "
                + "amsoftmax, the next loss, is not significant: in this study, the two cannot be told "
                + "apart. It is significantly better than softmax.")
    }

    @Test("Losses that scored alike")
    func ties() throws {
        #expect(
            try answer([("softmax", [1: 10, 2: 20]), ("arcface", [1: 20, 2: 10])])
                == "Both losses scored the same, with 96.25\u{A0}% of the pairs classified correctly. "
                + "In this study, they cannot be told apart.")
        #expect(
            try answer([
                ("softmax", [1: 90, 2: 91]), ("amsoftmax", [1: 10, 2: 10]),
                ("arcface", [1: 10, 2: 10]),
            ])
                == "**amsoftmax and arcface** together scored highest, with 97.50\u{A0}% of the pairs "
                + "classified correctly. They cannot be told apart; each is significantly better than softmax, the "
                + "next loss.")
        #expect(
            try answer([("softmax", [1: 11]), ("amsoftmax", [1: 10]), ("arcface", [1: 10])])
                == "**amsoftmax and arcface** together scored highest, with 97.50\u{A0}% of the pairs "
                + "classified correctly. They cannot be told apart, and neither can softmax, the next loss, from "
                + "them.")
    }

    @Test("Seeds that only one loss has")
    func incompleteSeeds() throws {
        let start =
            "**arcface** scored highest, with 97.50\u{A0}% of the pairs classified correctly. "
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
                + "loss: in this study, the two cannot be told apart.")
    }

    // MARK: Nothing learned

    /// The report of runs with a given accuracy, of which a test sets what else they are.
    private func report(_ runs: [(run: PlainRun, accuracy: Double)]) throws -> RenderedReport {
        try inTemporaryFolder { folder throws in
            for (run, accuracy) in runs {
                let wrong = Int((Double(run.pairs) * (1 - accuracy)).rounded())
                // As many of each kind and fold, so that no threshold does better than the stated one.
                let spread = (0..<run.pairs / 20).flatMap { index in
                    (0..<10).flatMap { fold in
                        [0, 1].map { fold * run.pairs / 10 + 2 * index + $0 }
                    }
                }
                try run.write(wrong: Set(spread.prefix(wrong)), to: StudyFolder(folder))
            }
            return try Report(study: folder).render()
        }
    }

    private func answer(_ report: RenderedReport) -> String {
        report.markdown.components(separatedBy: "## The short answer\n\n")[1]
            .components(separatedBy: "\n\n")[0]
    }

    private func expectNothingRanked(_ report: RenderedReport, _ papers: String) {
        #expect(!report.markdown.contains("scored"))
        #expect(!report.markdown.contains("**50."))
        #expect(report.markdown.contains("50.00†"))
        #expect(!report.html.contains("<strong>50."))
        #expect(!report.html.contains("class=\"label best\""))
        #expect(!report.markdown.contains("Which losses differ"))
        #expect(report.answer.text.contains("Nothing was learned"))
        #expect(!papers.contains("\\textbf"))
        let rows = report.csv.split(separator: "\n").map { $0.split(separator: ",") }
        #expect(rows.dropFirst().allSatisfy { $0.last == "no" })
    }

    @Test("Nothing learned: one identity")
    func oneIdentity() throws {
        let runs = ["softmax", "arcface", "amsoftmax"].map { loss in
            (PlainRun(loss: loss, seed: 1, pairs: 400, identities: 1), 0.5)
        }
        let report = try report(runs)
        #expect(
            answer(report)
                == "Nothing was learned in any of the 3 finished runs, because the training set “t” has one identity, "
                + "which leaves nothing to distinguish: train on at least two identities, "
                + "with one folder or one label each. No loss is ranked or compared: "
                + "their accuracies are not those of a trained network.")
        let papers = try inTemporaryFolder { folder throws in
            for (run, accuracy) in runs {
                try run.write(accuracy: accuracy, to: StudyFolder(folder))
            }
            let files = try Report(study: folder).writeForPapers()
            return try String(contentsOf: files[0], encoding: .utf8)
        }
        expectNothingRanked(report, papers)
    }

    @Test("Nothing learned: training images classified as by guessing")
    func guessing() throws {
        let report = try report([
            (PlainRun(loss: "softmax", seed: 1, pairs: 400, trainAccuracy: 0.1), 0.6),
            (PlainRun(loss: "arcface", seed: 1, pairs: 400, trainAccuracy: 0.11), 0.61),
        ])
        #expect(
            answer(report).hasPrefix(
                "Nothing was learned in either of the 2 finished runs, because 10.00\u{A0}% to "
                    + "11.00\u{A0}% of the training images are classified correctly, no better than "
                    + "chance (10.00\u{A0}%): train longer,"))
    }

    @Test(
        "Nothing learned: embeddings that diverged, that are all the same, and that do not generalise"
    )
    func otherReasons() throws {
        let diverged = try report([
            (PlainRun(loss: "softmax", seed: 1, pairs: 400, trainAccuracy: 0.1, meanNorm: 3e9), 0.5)
        ])
        #expect(
            answer(diverged).contains(
                "because training diverged: the embeddings have a mean norm of up to 3e+09"))
        let odd = try report([(PlainRun(loss: "softmax", seed: 1, pairs: 400), 0.5)])
        #expect(answer(odd).contains("what was learned does not generalise"))
        let zero = try report([(PlainRun(loss: "softmax", seed: 1, pairs: 400, meanNorm: 0), 0.9)])
        #expect(answer(zero).contains("(collapsed)"))
        let single = try inTemporaryFolder { folder throws in
            let run = PlainRun(
                loss: "softmax", seed: 1, pairs: 400, imagesEach: 1, trainAccuracy: 0)
            try run.writeDescription(to: StudyFolder(folder)) { $0.identity.sampler = "pk:8x4" }
            try run.writeResult(accuracy: 0.5, to: StudyFolder(folder))
            return try Report(study: folder).render()
        }
        #expect(answer(single).contains("there is no matching pair to learn from"))
    }

    @Test("Few pairs alone do not make a run that learned nothing")
    func fewPairs() throws {
        let report = try report([
            (PlainRun(loss: "softmax", seed: 1, pairs: 20), 0.6),
            (PlainRun(loss: "arcface", seed: 1, pairs: 20), 0.8),
        ])
        #expect(answer(report).hasPrefix("**arcface** scored highest"))
        let both = try self.report([
            (PlainRun(loss: "softmax", seed: 1, pairs: 20, imagesEach: 2, trainAccuracy: 0.1), 0.6)
        ])
        #expect(answer(both).hasPrefix("Nothing was learned in the one finished run"))
    }

    @Test("Runs that learned nothing are named and left out, among others that did")
    func someLearnedNothing() throws {
        let report = try report([
            (PlainRun(loss: "softmax", seed: 1, pairs: 400), 0.9),
            (PlainRun(loss: "softmax", seed: 2, pairs: 400), 0.92),
            (PlainRun(loss: "arcface", seed: 1, pairs: 400), 0.95),
            (PlainRun(loss: "arcface", seed: 2, pairs: 400, trainAccuracy: 0.1), 0.5),
            (PlainRun(loss: "marginal", seed: 1, pairs: 400, trainAccuracy: 0.1), 0.5),
            (PlainRun(loss: "marginal", seed: 2, pairs: 400, trainAccuracy: 0.1), 0.5),
        ])
        let text = answer(report)
        #expect(
            text.hasPrefix(
                "Nothing was learned in 3 of the 6 finished runs (arcface, seed 2 and marginal), because "
            ))
        #expect(
            text.contains(
                "They are neither ranked nor compared. **arcface** scored highest, with 95.00"))
        #expect(report.markdown.contains("50.00† ± 0.00"))
        #expect(!report.markdown.contains("**50.00"))
        #expect(!report.markdown.contains("than marginal"))
        let lines = report.answer.text.split(separator: "\n").map(String.init)
        #expect(lines[1].hasPrefix("  loss"))
        #expect(lines[2].hasPrefix("  arcface") && lines[4].hasPrefix("  marginal"))
        #expect(lines.allSatisfy { $0.count <= StudyAnswer.width })
    }

    // MARK: In the terminal

    @Test("The terminal's numbers are those of the report")
    func terminal() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(seeds: [1, 2, 3], pairs: 600, epochs: 3).write(to: folder)
            let report = try Report(study: folder).render()
            let lines = report.answer.text.split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { $0.count <= StudyAnswer.width })
            #expect(lines[0] == "ResNet50 on casia: accuracy on lfw, 600 pairs")
            let table = report.markdown.components(separatedBy: "## Uncertainty of the accuracies")[
                1]
            // A loss, its seeds, its accuracy and the interval.
            let rows = lines.compactMap {
                $0.wholeMatch(of: #/  (.*\S) +(\d+) +(\d+\.\d\d)  (\d+\.\d\d to \d+\.\d\d)/#)
            }
            #expect(rows.count == 20, "\(report.answer.text)")
            for row in rows {
                let isThere = table.split(separator: "\n").contains {
                    $0.hasPrefix("| \(row.1) | \(row.2) | \(row.3) |")
                        && $0.contains("| \(row.4) |")
                }
                #expect(isThere && row.2 == "3", "\(row.0)")
            }
        }
    }

    @Test("A study under way counts the runs and seeds that are planned")
    func planned() throws {
        try inTemporaryFolder { folder throws in
            try PlainRun(loss: "softmax", seed: 1, pairs: 400).write(
                accuracy: 0.9, to: StudyFolder(folder))
            let report = Report(study: folder, scope: StudyScope(runs: 9, seeds: 3))
            let text = try report.render().markdown
            #expect(text.contains("9 runs planned: 1 finished, 8 not begun."))
            #expect(text.contains("**One seed of 3 so far.**"))
            #expect(!text.contains("**One seed.**"))
        }
    }

    @Test("Several configurations, of which not all have finished runs")
    func configurations() throws {
        let text = try answer(
            [("softmax", [1: 90]), ("arcface", [1: 10]), ("marginal", [1: nil])],
            trainSet: { $0 == "marginal" ? "u" : "t" })
        #expect(text.hasPrefix("B on t: **arcface** scored highest, with 97.50"))
        #expect(
            text.hasSuffix(
                "No run has finished in 1 other combination of backbone and training set."))
    }
}
