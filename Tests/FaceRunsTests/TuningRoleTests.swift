import FaceConfiguration
import Foundation
import Testing

@testable import FaceRuns

/// What a run says itself of the tuning of its loss.
@Suite("A run's role in a tuning")
struct TuningRoleTests {
    private func item(_ index: Int, rung: Int = 0, _ accuracy: Double?) -> TuningTry {
        var item = TuningTry(
            index: index, rung: rung, values: ["m": 0.5 - 0.1 * Double(index)],
            loss: "arcface:m=\(0.5 - 0.1 * Double(index))", learningRate: 0.1, weightDecay: 5e-4,
            seed: 0, epochs: 1 + rung, folder: "tuning/runs/\(index)")
        item.accuracy = accuracy
        item.state = accuracy == nil ? .failed : .finished
        return item
    }

    private func cell(_ tries: [TuningTry], chosen: Int?, isComplete: Bool = true) -> TuningCell {
        TuningCell(
            trainSet: "casia", backbone: "mobilenetv1", loss: "arcface", resolvedLoss: "arcface",
            lossTitle: "ArcFace", sampler: "shuffle", space: [], fixed: [],
            budget: TuningBudget(tries: 3, epochs: 1, imagesEach: 100, rungs: []),
            validation: TuningValidation(identities: 4, pairs: 40, standardError: 0.05),
            tries: tries, chosen: chosen, isComplete: isComplete)
    }

    @Test("The default is the choice only where no other values were chosen")
    func choice() {
        let tries = [item(0, 0.8), item(1, 0.9), item(2, nil)]
        let standard = TuningRole(.standard, of: cell(tries, chosen: 1))
        #expect(!standard.isChosen && standard.parameters == ["m": 0.5] && standard.tries == 3)
        #expect(standard.standardScore == 0.8 && standard.chosenScore == 0.9)
        let tuned = TuningRole(.tuned, of: cell(tries, chosen: 1))
        #expect(tuned.isChosen && tuned.parameters == ["m": 0.4] && tuned.lossTitle == "ArcFace")
        #expect(TuningRole(.standard, of: cell(tries, chosen: 0)).isChosen)
        #expect(TuningRole(.standard, of: cell([item(0, nil)], chosen: nil)).isChosen)
        #expect(!TuningRole(.standard, of: cell(tries, chosen: nil, isComplete: false)).isChosen)
    }

    @Test("Scores are of the same schedule")
    func rungs() {
        let tries = [
            item(0, 0.8), item(1, 0.9), item(2, 0.7), item(0, rung: 1, 0.85),
            item(1, rung: 1, 0.95),
        ]
        let role = TuningRole(.standard, of: cell(tries, chosen: 4))
        #expect(role.standardScore == 0.85 && role.chosenScore == 0.95)
        // The default did not reach the longer schedules.
        let without = TuningRole(
            .tuned, of: cell(Array(tries.prefix(3)) + [item(1, rung: 1, 0.95)], chosen: 3))
        #expect(without.standardScore == nil && without.chosenScore == 0.95)
        #expect(without.parameters == ["m": 0.4])
    }

    @Test(
        "A run's record keeps it, runs of former versions have none, and impossible ones are refused"
    )
    func record() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-role-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = RunFolder(folder)
        var description = Samples.description
        try run.write(description)
        let before = try String(contentsOf: run.descriptionURL, encoding: .utf8)
        #expect(!before.contains("\"standardScore\""))
        #expect(try run.readDescription().tuning == nil)
        description.tuning = TuningRole(
            .tuned, of: cell([item(0, 0.8), item(1, 0.9)], chosen: 1))
        try run.write(description)
        #expect(try run.readDescription() == description)
        description.tuning?.chosenScore = 7
        try run.write(description)
        let error = #expect(throws: FaceRunsError.self) { try run.readDescription() }
        #expect(error?.description.contains("tuning.chosenScore") == true)
    }
}
