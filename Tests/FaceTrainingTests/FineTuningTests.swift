import FaceLosses
import FaceModels
import Foundation
import Testing
import Torch

@testable import FaceTraining

@Suite("Parts, optimisers and averages of a run", .serialized)
struct FineTuningTests {
    private func trainer(
        in folder: URL, _ change: (inout TrainingConfiguration) -> Void
    ) throws -> Trainer {
        var configuration = TrainingConfiguration(
            epochs: 3, batchSize: 4, schedule: LearningRateSchedule(peak: 0.01, warmup: 0.1))
        change(&configuration)
        return try Trainer(
            model: Model(backbone: ToyBackbone(), loss: ToyLoss()),
            source: ToySource(imageCount: 12, batchSize: 4), configuration: configuration,
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
            checkpoint: folder, fingerprint: "toy")
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func numbers(_ trainer: Trainer) -> [[Double]] {
        (trainer.model.state + (trainer.average?.state ?? [])).map {
            $0.tensor.array(of: Double.self)
        }
    }

    @Test("AdamW and an average resume bit for bit", arguments: [1, 4, 8])
    func resumed(_ stop: Int) throws {
        let change = { (configuration: inout TrainingConfiguration) in
            configuration.algorithm = .adamw
            configuration.average = 0.9
            configuration.partRates = ["linear.*:0.5"]
        }
        try withFolder { folder in
            let whole = try trainer(in: folder.appendingPathComponent("whole"), change)
            try whole.run { _ in }
            let part = folder.appendingPathComponent("part")
            let first = try trainer(in: part, change)
            #expect(throws: FaceTrainingError.interrupted(step: stop)) {
                try first.run(shouldStop: { first.position.step >= stop }) { _ in }
            }
            let second = try trainer(in: part, change)
            #expect(second.position.step == stop)
            try second.run { _ in }
            #expect(numbers(second) == numbers(whole))
        }
    }

    @Test("Frozen tensors stay, and the others are trained as if nothing were frozen before them")
    func frozen() throws {
        try withFolder { folder in
            let before = try trainer(in: folder.appendingPathComponent("none")) { _ in }
            let started = numbers(before)
            let trained = try trainer(in: folder.appendingPathComponent("frozen")) {
                $0.freeze = ["linear.*"]
            }
            try trained.run { _ in }
            let ended = numbers(trained)
            for (index, entry) in trained.model.state.enumerated()
            where entry.role != .buffer {
                let isFrozen = entry.name.hasPrefix("backbone.linear.")
                #expect((ended[index] == started[index]) == isFrozen, "\(entry.name)")
            }
        }
    }

    @Test(
        "Patterns are globs over the backbone's names, or the loss's",
        arguments: [
            ("layer1.*", "backbone.layer1.0.conv1.weight", true),
            ("layer1.*", "backbone.layer10.weight", false),
            ("*", "backbone.bn.bias", true), ("*", "loss.weight", false),
            ("loss.*", "loss.weight", true), ("*", "backbone.loss.weight", true),
            ("*.bn?.weight", "backbone.layer1.0.bn2.weight", true),
            ("*.bn?.weight", "backbone.layer1.0.bn12.weight", false),
            ("conv1.weight", "backbone.conv1.weight", true), ("a*b*c", "backbone.aXbXbXc", true),
            ("a*b*c", "backbone.aXbXbX", false), ("a**", "backbone.a", true),
        ])
    func patterns(_ pattern: String, _ name: String, _ expected: Bool) {
        #expect(NamePattern(pattern).matches(name) == expected)
    }

    @Test("Rates of parts are a pattern, a colon and a factor")
    func rates() {
        #expect(PartRate("layer4.*:0.1")?.factor == 0.1)
        #expect(PartRate("layer4.*:0.1")?.pattern == NamePattern("layer4.*"))
        for text in ["layer4.*", "layer4.*:", ":0.1", "a:-1", "a:nan", "a:1e9", ""] {
            #expect(PartRate(text) == nil, "\(text)")
        }
        #expect(PartRate.fault("layer4.*:0.1") == nil)
        #expect(PartRate.fault("layer4.*")?.contains("must be as in layer4.*:0.1") == true)
        for text in ["a:-1", "a:1e7", "a:nan"] {
            #expect(PartRate.fault(text)?.contains("from 0 to 1000000") == true, "\(text)")
        }
    }

    @Test("Nothing left to train, and parts that are not there, are refused")
    func refused() throws {
        let state = Model(backbone: ToyBackbone(), loss: ToyLoss()).state
        func reason(_ change: (inout TrainingConfiguration) -> Void) -> String {
            var configuration = TrainingConfiguration()
            change(&configuration)
            do {
                _ = try TrainedParts(state, configuration)
                return ""
            } catch { return error.description }
        }
        #expect(
            reason { $0.freeze = ["*", "loss.*"] } == "training.freeze: it leaves nothing to train")
        #expect(reason { $0.freeze = ["conv*"] }.contains("'conv*' matches no part"))
        #expect(reason { $0.partRates = ["conv*:0.1"] }.contains("linear, bn, loss.weight"))
        var partial = TrainingConfiguration(algorithm: .adamw)
        partial.head.rate = 0.5
        #expect(throws: FaceTrainingError.self) { try partial.validate() }
    }
}
