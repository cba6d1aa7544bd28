import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite("Runs that began with a pretrained network")
struct StartSectionTests {
    private static let pairs = 100
    private static let before = Set(stride(from: 0, to: pairs, by: 4))
    private static let after = Set(stride(from: 0, to: pairs, by: 20))

    /// A run whose network had every fourth pair wrong, and after its training every twentieth.
    private func write(
        seed: UInt64, to study: StudyFolder, accuracy: Double = 0.75, hasScores: Bool = true
    ) throws {
        let plain = PlainRun(loss: "softmax", seed: seed, pairs: Self.pairs)
        try plain.write(wrong: Self.after, to: study)
        let run = plain.folder(in: study)
        try run.write(
            StartRecord(
                facts: StartFacts(file: "weights.pth", contentHash: "0123456789abcdef"),
                summary: "all 5 tensors fit", fitted: 5, misfits: [],
                tests: [
                    StartRecord.Test(
                        name: "v", pairs: Self.pairs, accuracy: accuracy, standardDeviation: 0)
                ]))
        if hasScores { try run.start.write(plain.scores(wrong: Self.before), test: "v") }
    }

    private func read(_ folder: URL) throws -> (runs: [ReportedRun], report: RenderedReport) {
        (
            try StudyResults(reading: StudyFolder(folder)).runs,
            try Report(study: folder).render()
        )
    }

    private func rows(_ report: RenderedReport) -> [String] {
        let section = report.markdown.components(separatedBy: "\n## ")
            .first { $0.hasPrefix("From the untouched network\n") }
        return (section ?? "").split(separator: "\n").map(String.init)
    }

    @Test("The untouched network is a row, and the change is that of the same pairs")
    func change() throws {
        try inTemporaryFolder { folder throws in
            for seed: UInt64 in 1...2 { try write(seed: seed, to: StudyFolder(folder)) }
            let (runs, report) = try read(folder)
            #expect(runs.count == 2 && runs.allSatisfy { $0.start?.accuracy(on: "v") == 0.75 })
            #expect(runs[0].start?.accuracy(on: "w") == nil)
            #expect(report.damages.allSatisfy { $0.contains("metrics.jsonl") })
            let rows = rows(report)
            let untouched = try #require(rows.first { $0.contains("untouched |") })
            #expect(untouched.contains("75.00"))
            let trained = try #require(rows.first { $0.contains("softmax |") })
            #expect(trained.contains("95.00") && trained.contains("**+20.00"), "\(trained)")
            #expect(
                rows.filter {
                    $0.contains("weights.pth (SHA-256 0123456789ab…): all 5 tensors fit")
                }
                .count == 1, "\(rows)")
        }
    }

    @Test("Without the scores the change has no interval, and nothing is in bold")
    func withoutScores() throws {
        try inTemporaryFolder { folder throws in
            try write(seed: 1, to: StudyFolder(folder), hasScores: false)
            let (runs, report) = try read(folder)
            #expect(runs[0].start?.accuracy(on: "v") == 0.75)
            let trained = try #require(rows(report).first { $0.contains("softmax |") })
            #expect(trained.contains("+20.00") && !trained.contains("**"), "\(trained)")
        }
    }

    @Test("An accuracy that is not that of its scores is named and left out")
    func contradiction() throws {
        try inTemporaryFolder { folder throws in
            try write(seed: 1, to: StudyFolder(folder), accuracy: 0.8)
            let (runs, report) = try read(folder)
            #expect(runs[0].start?.accuracy(on: "v") == nil)
            #expect(
                report.damages.contains {
                    $0.contains("start.json")
                        && $0.contains("its accuracy on 'v' is not that of its scores")
                }, "\(report.damages)")
        }
    }

    @Test("A study from random weights has no such chapter")
    func random() throws {
        try inTemporaryFolder { folder throws in
            try PlainRun(loss: "softmax", seed: 1, pairs: Self.pairs)
                .write(wrong: Self.after, to: StudyFolder(folder))
            #expect(try rows(read(folder).report).isEmpty)
        }
    }
}
