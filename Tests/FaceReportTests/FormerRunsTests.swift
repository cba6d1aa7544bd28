import FaceEvaluation
import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite("Runs of a former version")
struct FormerRunsTests {
    private func withCopy<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let former = try #require(
            Bundle.module.url(forResource: "former", withExtension: nil, subdirectory: "Fixtures"))
        return try inTemporaryFolder { folder throws in
            let study = folder.appendingPathComponent("former")
            try FileManager.default.copyItem(at: former, to: study)
            return try body(study)
        }
    }

    @Test("Their records are read, and what was renamed is found under its present name")
    func records() throws {
        try withCopy { study in
            let results = try StudyResults(reading: StudyFolder(study))
            #expect(results.runs.count == 6)
            #expect(
                results.losses.map(\.title) == [
                    "Cross-entropy", "ArcFace", "Cross-entropy + Triplet",
                ])
            let run = StudyFolder(study).run(
                named: "a_mobilenetv1-width=0.125_arcface_shuffle_seed1")
            let test = try #require(try run.readResult()?.tests.first)
            #expect(
                test.accuracy == 0.5 && test.auc == 0.55078125 && test.meanNorm == 7.543382071971274
            )
            #expect(try run.readDescription().lossValues?["fallback"] == "monotonic")
        }
    }

    @Test("They are reported, with the AUC that their scores give")
    func report() throws {
        try withCopy { study in
            let rendered = try Report(study: study).render()
            #expect(rendered.markdown.contains("3 losses, 1 backbone and 1 training set"))
            let rows = rendered.csv.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            let column = try #require(rows[0].firstIndex(of: "auc"))
            #expect(
                rows.dropFirst().map { Double($0[column]) } == [
                    0.5703125, 0.421875, 0.55078125, 0.54296875, 0.50390625, 0.37890625,
                ])
        }
    }
}
