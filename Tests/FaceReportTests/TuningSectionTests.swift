import Documents
@testable import FaceReport
import FaceRuns
import FaceStatistics
import Foundation
import Testing

/// The chapter on tuning, of a fabricated study.
@Suite("Tuned with the same budget")
struct TuningSectionTests {
    /// The sample as it is, which several tests look at.
    private static let standard = Result {
        () throws -> (RenderedReport, StudyResults, TunedStudy) in
        try inTemporaryFolder { folder throws in
            try TunedSample().write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            return (
                try Report(study: folder).render(), results,
                try #require(TunedStudy(results, rope: 0.002))
            )
        }
    }

    private func render(_ sample: TunedSample) throws -> RenderedReport {
        try inTemporaryFolder { folder throws in
            try sample.write(to: folder)
            return try Report(study: folder).render()
        }
    }

    /// A section of a report in Markdown.
    private func section(_ title: String, of markdown: String) -> String {
        let parts = markdown.components(separatedBy: "\n## ")
        return parts.first { $0.hasPrefix(title + "\n") } ?? ""
    }

    @Test("Defaults and tuned runs are paired, and a loss that keeps its default stands for both")
    func pairs() throws {
        let (_, results, study) = try Self.standard.get()
        #expect(results.losses.count == 9)
        #expect(study.losses.map(\.cell.loss) == TunedSample.losses.map(\.name))
        for loss in study.losses {
            #expect(loss.standard.finished.count == 5 && loss.tuned.finished.count == 5)
            #expect(loss.keepsDefault == (loss.cell.loss == "marginal"))
            let gain = loss.tuned.accuracy(on: "lfw")?.mean ?? 0
            let before = loss.standard.accuracy(on: "lfw")?.mean ?? 0
            if let found = loss.gain {
                #expect(found.seeds == 5 && abs(found.mean - (gain - before)) < 1e-12)
            } else {
                #expect(loss.keepsDefault && gain == before)
            }
        }
        #expect(study.losses[3].gain?.mean ?? 0 > 0.01)
    }

    @Test("The answer is about the tuned runs, and says so")
    func answer() throws {
        let (report, results, study) = try Self.standard.get()
        let answer = section("The short answer", of: report.markdown)
        #expect(answer.contains("same budget of 16 tries on held-out training identities"))
        #expect(answer.contains("**with the values chosen there**"))
        #expect(answer.contains("Of 5 choices, 1 kept the default."))
        #expect(answer.contains("**ArcFace (tuned)** scored highest"))
        #expect(answer.contains("by more than 0.2 points with probability"))
        // The family that is corrected is that of the tuned losses: five losses, ten comparisons.
        #expect(study.statistics?.comparisons.count == 10)
        #expect(StudyStatistics(results).comparisons.count == 36)
        #expect(report.answer.text.contains("ArcFace (tuned)"))
        #expect(!report.answer.text.contains("  ArcFace  "))
        #expect(report.answer.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("The answer names the losses that scored lower tuned than at their default")
    func regressions() throws {
        let gains: [(title: String, mean: Double?)] = [
            ("ArcFace", 0.03), ("A-Softmax", -0.0123), ("Range Loss", -0.001),
            ("Marginal Loss", nil), ("Center Loss", -0.5),
        ]
        #expect(
            TunedStudy.regressions(gains, rope: 0.002, test: "lfw").plain
                == " A-Softmax (by 1.23 points) and Center Loss (by 50.00 points) scored lower on lfw than at "
                + "the default: the values were chosen on held-out identities, not on the test set."
        )
        #expect(TunedStudy.regressions(gains, rope: 1, test: "lfw").plain.isEmpty)
        #expect(TunedStudy.regressions([("A", -0.25)], rope: 0.25, test: "lfw").plain.isEmpty)
    }

    @Test("The chapter has what was gained, the order, the budget, the parameters and the failures")
    func chapter() throws {
        let (report, _, _) = try Self.standard.get()
        let chapter = section("Tuned with the same budget", of: report.markdown)
        for heading in [
            "What each loss gained", "The order at the defaults, and tuned",
            "How the ranking depends on the budget", "How easy a loss is to tune",
            "Score over each parameter", "Tries that failed",
        ] {
            #expect(chapter.contains(heading), "\(heading)")
        }
        #expect(chapter.contains("**Marginal Loss** kept its default"))
        #expect(chapter.contains("**ArcFace** gained "))
        #expect(chapter.contains("2,000 pairs of 50 identities"))
        #expect(chapter.contains("never on a test set"))
        #expect(chapter.contains("seeds 101, 102, 103, 104 and 105"))
        #expect(chapter.contains("**AM-Softmax**, try 8"))
        #expect(chapter.contains("The loss became NaN at step 12 of epoch 1"))
        #expect(chapter.contains("ArcFace from place"))
        // A parameter that the loss finds by itself.
        #expect(report.html.contains("A default that the loss determines itself is not shown."))
    }

    @Test("The curves of the report are those of the tries, failed ones as guessing")
    func curves() throws {
        let (_, _, study) = try Self.standard.get()
        let loss = try #require(study.losses.first { $0.cell.loss == "amsoftmax" })
        let failed = loss.failed.count
        #expect(failed > 0 && loss.scores.count == 16)
        #expect(loss.scores.count { $0 == 0.5 } == failed)
        let points = try #require(loss.expected?.points)
        // The mean of all for one try; by the definition, a draw of 16 of 16 for the last.
        #expect(abs(points[0].mean - loss.scores.reduce(0, +) / 16) < 1e-12)
        let sorted = loss.scores.sorted()
        let expected = sorted.indices.reduce(0.0) { sum, index in
            sum + sorted[index] * (pow(Double(index + 1) / 16, 16) - pow(Double(index) / 16, 16))
        }
        #expect(abs(points[15].mean - expected) < 1e-12)
        let best = try #require(loss.scores.max())
        let near = Double(loss.scores.count { best - $0 <= 0.01 + 1e-9 }) / 16
        #expect(
            loss.fraction(within: 0.01) == near
                && loss.fraction(within: 1) == Double(16 - failed) / 16)
    }

    @Test("A study whose tries are not over says so, and every form carries the chapter")
    func underWay() throws {
        var sample = TunedSample(seeds: [101, 102], pairs: 200)
        sample.edit = { record in
            record.cells[1].isComplete = false
            record.cells[1].chosen = nil
            for index in 9..<16 {
                record.cells[1].tries[index].state = .pending
                record.cells[1].tries[index].accuracy = nil
            }
        }
        let report = try render(sample)
        #expect(
            report.markdown.contains("Tuning is in progress: 1 of 5 losses have remaining tries."))
        #expect(report.markdown.contains("7 tries remain."))
        #expect(report.html.contains("id=\"tuning\""))
        try inTemporaryFolder { folder throws in
            try TunedSample(seeds: [101, 102], pairs: 200).write(to: folder)
            let files = try Report(study: folder).writeForPapers()
            let tables = try String(contentsOf: try #require(files.first), encoding: .utf8)
            #expect(tables.contains("Marginal Loss"))
            #expect(tables.contains("default kept"))
            #expect(files.count > 20)
        }
    }

    @Test("A loss of which every try failed has no chosen values, and stays at its default")
    func allFailed() throws {
        var sample = TunedSample(seeds: [101, 102], pairs: 200)
        sample.edit = { record in
            record.cells[4].chosen = nil
            for index in record.cells[4].tries.indices {
                record.cells[4].tries[index].state = .failed
                record.cells[4].tries[index].accuracy = nil
                record.cells[4].tries[index].reason =
                    "the loss became NaN in /home/me/study/run.json"
            }
        }
        let report = try render(sample)
        let chapter = section("Tuned with the same budget", of: report.markdown)
        #expect(chapter.contains("**Marginal Loss** has no chosen values: every try failed."))
        #expect(!report.html.contains("/home/me"))
    }

    @Test("A damaged record is named, and the runs are reported all the same")
    func damaged() throws {
        try inTemporaryFolder { folder throws in
            try TunedSample(seeds: [101, 102], pairs: 200).write(to: folder)
            try Data("{\"format\": 1, \"cells\": [".utf8)
                .write(to: StudyFolder(folder).tuningURL)
            let report = try Report(study: folder).render()
            #expect(report.markdown.contains("tuning.json"))
            let chapter = section("Tuned with the same budget", of: report.markdown)
            #expect(chapter.contains("is damaged or missing"))
            #expect(!chapter.contains("Every loss was tuned"))
            #expect(report.markdown.contains("ArcFace (tuned)"))
        }
    }

    @Test("A study in which nothing was tuned has no such chapter")
    func without() throws {
        try inTemporaryFolder { folder throws in
            try PlainRun(loss: "softmax", seed: 1, pairs: 400).write(
                wrong: [1], to: StudyFolder(folder))
            let report = try Report(study: folder).render()
            #expect(!report.html.contains("id=\"tuning\""))
        }
    }

    /// Writes the report for looking at it, where `FACET_RECORD_PAGES` names a folder.
    @Test("A page to look at")
    func page() throws {
        guard let folder = ProcessInfo.processInfo.environment["FACET_RECORD_PAGES"] else { return }
        let url = URL(fileURLWithPath: folder)
        try TunedSample(pairs: 2000).write(to: url)
        try Report(study: url).write()
        try Report(study: url).writeForPapers()
    }
}
