import FaceConfiguration
import FaceRuns
import Foundation
import Testing

@Suite("The record of a tuning")
struct TuningRecordTests {
    private func record() throws -> TuningRecord {
        let range = try #require(SearchRange(0.01, 0.3, .logarithmic))
        var cell = TuningCell(
            trainSet: "casia", backbone: "mobilenetv1", loss: "arcface", resolvedLoss: "arcface",
            lossTitle: "ArcFace", sampler: "shuffle",
            space: [
                TunedParameter(
                    name: "learningRate", symbol: "η", unit: "", range: range, defaultValue: 0.1)
            ], fixed: ["m"],
            budget: TuningBudget(
                tries: 8, epochs: 6, imagesEach: 100,
                rungs: [.init(tries: 8, epochs: 3), .init(tries: 4, epochs: 6)]),
            validation: TuningValidation(identities: 40, pairs: 2000, standardError: 0.0067))
        var item = TuningTry(
            index: 0, rung: 0, values: ["learningRate": 0.1], loss: "arcface", learningRate: 0.1,
            weightDecay: 5e-4, seed: 0, epochs: 3, folder: "tuning/runs/a")
        item.state = .finished
        (item.accuracy, item.pairs, item.standardError) = (0.8, 2000, 0.009)
        cell.tries = [item]
        cell.chosen = 0
        return TuningRecord(cells: [cell], finalSeeds: [1, 18_446_744_073_709_551_615])
    }

    private func with(_ body: (StudyFolder) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: url) }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try body(StudyFolder(url))
    }

    @Test("is read as it was written, and counts the images of its budget")
    func roundTrip() throws {
        try with { folder in
            #expect(try folder.readTuning() == nil)
            let record = try record()
            try folder.write(record)
            #expect(try folder.readTuning() == record)
            #expect(record.cells[0].budget.images == (8 * 3 + 4 * 6) * 100)
            #expect(record.cells[0].chosenTry?.accuracy == 0.8)
            #expect(!record.isComplete)
        }
    }

    @Test("counts images up to the largest integer")
    func largestBudget() {
        let rung = TuningBudget.Rung(tries: 100_000, epochs: 1_000_000)
        let budget = TuningBudget(
            tries: 1, epochs: 1, imagesEach: 1_000_000_000_000, rungs: [rung, rung])
        #expect(budget.images == .max)
    }

    @Test("is refused where it holds what cannot be, with the reason")
    func damage() throws {
        let changes: [(String, String, String)] = [
            (#""accuracy" : 0.8"#, #""accuracy" : 1.5"#, "'accuracy' is 1.5"),
            (#""chosen" : 0"#, #""chosen" : 7"#, "'chosen' is 7"),
            (
                #""upper" : 0.3"#, #""upper" : 0.001"#,
                "the range of 'learningRate' is empty or invalid"
            ),
            (#""accuracy" : 0.8,"#, "", "a finished try has no accuracy"),
            (#""index" : 0"#, #""index" : -1"#, "'index' is -1"),
            (#""tries" : 8"#, #""tries" : 4000000000000000"#, "'rungs.tries' is"),
            (#""format" : 1"#, #""format" : 9"#, "9"),
            ("{", "", "not valid JSON"),
        ]
        try with { folder in
            try folder.write(try record())
            let text = try String(contentsOf: folder.tuningURL, encoding: .utf8)
            for (old, new, reason) in changes {
                let index = try #require(text.range(of: old), "\(old)")
                try text.replacingCharacters(in: index, with: new)
                    .write(to: folder.tuningURL, atomically: true, encoding: .utf8)
                let error = #expect(throws: FaceRunsError.self, "\(new)") {
                    _ = try folder.readTuning()
                }
                #expect(
                    error?.description.contains(reason) == true, "\(error.map(\.description) ?? "")"
                )
            }
        }
    }

    @Test("names a tuned run and its default alike in every cell")
    func names() {
        let origin = TunedOrigin(loss: "arcface", trainSet: "a", backbone: "b")
        var identity = RunIdentity(
            trainSet: "a", backbone: "b", loss: "arcface:m=0.41", sampler: "shuffle", seed: 1)
        #expect(identity.lossKey == "arcface:m=0.41")
        identity.tuned = origin
        #expect(identity.lossKey == "arcface (tuned)")
        identity.tuned?.study = "quarter"
        #expect(identity.lossKey == "arcface@quarter")
    }
}
