import FaceLosses
import FaceModels
import FaceTraining
import Foundation
import Testing
import Torch

/// What a run meets in its folder when it begins again.
@Suite("Checkpoints", .serialized)
struct CheckpointTests {
    private func trainer(in folder: URL, fingerprint: String = "toy") throws -> Trainer {
        let configuration = TrainingConfiguration(
            epochs: 3, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05, warmup: 0.1))
        return try Trainer(
            model: Model(backbone: ToyBackbone(), loss: ToyLoss()),
            source: ToySource(imageCount: 12, batchSize: 4), configuration: configuration,
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
            checkpoint: folder, fingerprint: fingerprint)
    }

    /// Trains until a step was taken and saved; returns what the run said as warnings.
    @discardableResult
    private func train(_ trainer: Trainer, to step: Int) throws -> [String] {
        var warnings: [String] = []
        do {
            try trainer.run(
                saveInterval: .zero, shouldStop: { trainer.position.step >= step }
            ) { event in
                if case .warning(let text) = event { warnings.append(text) }
            }
        } catch FaceTrainingError.interrupted {}
        return warnings
    }

    private func weights(_ trainer: Trainer) -> [[Float]] {
        trainer.model.state.map { $0.tensor.array() }
    }

    /// Ways a file can be damaged: truncated, a bit turned in the header, the numbers or the end.
    private static let damages: [(name: String, body: @Sendable (Data) -> Data)] = [
        ("empty", { _ in Data() }), ("7 bytes", { $0.prefix(7) }), ("100", { $0.prefix(100) }),
        ("1000", { $0.prefix(1000) }), ("all but one", { $0.dropLast() }),
        ("a bit of the position", { turned($0, at: text("step", in: $0) + 7) }),
        ("a bit of a number", { turned($0, at: $0.count / 2) }),
        ("the last bit", { turned($0, at: $0.count - 1) }),
        ("a digit of the checksum", { turned($0, at: text("checksum", in: $0) + 12) }),
        ("zeros", { Data(count: $0.count) }),
    ]

    private static func turned(_ data: Data, at offset: Int) -> Data {
        var data = data
        data[offset] ^= 1
        return data
    }

    private static func text(_ text: String, in data: Data) -> Int {
        data.range(of: Data(text.utf8))?.lowerBound ?? 0
    }

    @Test(
        "A damaged checkpoint costs nothing but the steps since the one before",
        arguments: 0..<damages.count)
    func newestDamaged(_ index: Int) throws {
        let (name, damage) = Self.damages[index]
        var whole: [[Float]] = []
        try withFolder { folder in
            let trainer = try trainer(in: folder)
            try train(trainer, to: .max)
            whole = weights(trainer)
        }
        try withFolder { folder in
            try train(trainer(in: folder), to: 5)
            let file = folder.appendingPathComponent("last.safetensors")
            let damaged = damage(try Data(contentsOf: file))
            try damaged.write(to: file)
            let again = try trainer(in: folder)
            #expect(again.position.step == 4, "\(name)")
            let warnings = try train(again, to: .max)
            #expect(warnings.count == 1, "\(name): \(warnings)")
            #expect(warnings.first?.contains("resumes from the previous one, at step 4") == true)
            #expect(weights(again) == whole, "\(name)")
            let kept = folder.appendingPathComponent("damaged.safetensors")
            #expect(try Data(contentsOf: kept) == damaged)
        }
    }

    @Test("Two damaged checkpoints are one clear error", arguments: 0..<damages.count)
    func bothDamaged(_ index: Int) throws {
        let (name, damage) = Self.damages[index]
        try withFolder { folder in
            try train(trainer(in: folder), to: 5)
            for part in ["last", "previous"] {
                let file = folder.appendingPathComponent("\(part).safetensors")
                try damage(try Data(contentsOf: file)).write(to: file)
            }
            let error = #expect(throws: FaceTrainingError.self) { _ = try trainer(in: folder) }
            guard case .damagedCheckpoint? = error else {
                Issue.record("\(name): \(String(describing: error))")
                return
            }
        }
    }

    @Test("A process killed between the two renames left only the checkpoint before")
    func onlyPrevious() throws {
        try withFolder { folder in
            try train(trainer(in: folder), to: 5)
            try FileManager.default.removeItem(
                at: folder.appendingPathComponent("last.safetensors"))
            let again = try trainer(in: folder)
            #expect(again.position.step == 4)
            #expect(try train(again, to: 6).isEmpty)
        }
    }

    @Test("Nothing half-written stays beside the checkpoints")
    func nothingBeside() throws {
        try withFolder { folder in
            try train(trainer(in: folder), to: 5)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(names) == ["last.safetensors", "previous.safetensors"])
        }
    }

    @Test("Whoever records steps is asked to bring them to disk before each save")
    func savingComesFirst() throws {
        try withFolder { folder in
            var events: [String] = []
            try trainer(in: folder).run(saveInterval: .zero) { event in
                switch event {
                case .saving(let position): events.append("saving \(position.step)")
                case .saved(let position): events.append("saved \(position.step)")
                default: break
                }
            }
            #expect(events == (1...9).flatMap { ["saving \($0)", "saved \($0)"] })
        }
    }

    @Test("A step that fails is described, and leaves the checkpoint as it was")
    func failure() throws {
        try withFolder { folder in
            let configuration = TrainingConfiguration(
                epochs: 3, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05, warmup: 0.1))
            let trainer = try Trainer(
                model: Model(backbone: ToyBackbone(), loss: ToyLoss(failingAtStep: 4)),
                source: ToySource(imageCount: 12, batchSize: 4), configuration: configuration,
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
                checkpoint: folder, fingerprint: "toy")
            #expect(throws: FaceTrainingError.self) { try trainer.run { _ in } }
            let failure = try #require(trainer.failure)
            #expect(failure.quantity == "loss" && failure.step == 5 && failure.epoch == 2)
            #expect(failure.before.map(\.step) == [1, 2, 3, 4])
            #expect(failure.before.allSatisfy { $0.loss.isFinite && $0.gradientNorm > 0 })
            let names = failure.tensors.map(\.name)
            #expect(names.contains("embeddings") && names.contains("logits"))
            #expect(names.contains("backbone.linear.weight"))
            #expect(failure.tensors.allSatisfy { $0.notFinite == 0 })
            let again = try self.trainer(in: folder)
            #expect(again.position.step == 3)
        }
    }
}
