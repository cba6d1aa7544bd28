import FaceLosses
import FaceModels
import Foundation
import Testing
import Torch

@testable import FaceTraining

/// What is counted, kept and said of a run.
@Suite("The state of a run", .serialized)
struct StateOfARunTests {
    @Test("A tensor's facts are of its finite numbers")
    func facts() {
        let facts = TensorFacts(
            "t", .output, Tensor([3, -4, .nan, .infinity, -.infinity, 0] as [Float]))
        #expect(facts.name == "t" && facts.kind == .output)
        #expect(facts.count == 6 && facts.notFinite == 3 && facts.largest == 4)
        #expect(abs(facts.rootMeanSquare - (25.0 / 3).squareRoot()) < 1e-12)
        let none = TensorFacts("n", .gradient, Tensor([Float.nan]))
        #expect(none.notFinite == 1 && none.largest == 0 && none.rootMeanSquare == 0)
    }

    @Test("Counts of a checkpoint can be counted on from, or it is none")
    func positions() {
        var position = TrainingPosition()
        #expect(position.isPossible)
        position.step = 1_000_000_000_000_000
        #expect(position.isPossible)
        position.step += 1
        #expect(!position.isPossible)
        for path in [
            \TrainingPosition.epoch, \.stepInEpoch, \.sums.correct, \.sums.correctWithMargin,
            \.sums.images,
        ] {
            var position = TrainingPosition()
            position[keyPath: path] = -1
            #expect(!position.isPossible)
        }
    }

    @Test("An epoch's sums add up, fractions of active hinges too")
    func sums() {
        let active = LossState.Quantity("active")
        var sums = EpochSums()
        var step = EpochSums()
        (step.loss, step.correct, step.correctWithMargin, step.images) = (6, 3, 2, 4)
        sums.add(step)
        #expect(sums == step && sums.active == nil)
        step.active = [active: 2]
        sums.add(step)
        sums.add(step)
        #expect(sums.loss == 18 && sums.correct == 9 && sums.correctWithMargin == 6)
        #expect(sums.images == 12 && sums.active?[active] == 4)
    }

    private func trainer(
        in folder: URL, loss: any FaceLoss = ToyLoss(), images: Int = 12,
        _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws -> Trainer {
        var configuration = TrainingConfiguration(
            epochs: 3, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05, warmup: 0.1))
        change(&configuration)
        return try Trainer(
            model: Model(backbone: ToyBackbone(), loss: loss),
            source: ToySource(imageCount: images, batchSize: 4), configuration: configuration,
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
            checkpoint: folder, fingerprint: "toy")
    }

    @Test("A failure's record keeps the 20 steps before it, the newest at the end")
    func recentSteps() throws {
        try withFolder { folder in
            let trainer = try trainer(in: folder, loss: ToyLoss(failingAtStep: 25), images: 120)
            var losses: [Double] = []
            _ = #expect(throws: FaceTrainingError.self) {
                try trainer.run { if case .step(let summary) = $0 { losses.append(summary.loss) } }
            }
            let failure = try #require(trainer.failure)
            #expect(failure.step == 26 && failure.stepInEpoch == 25 && losses.count == 25)
            #expect(failure.before.map(\.step) == Array(6...25))
            #expect(failure.before.map(\.loss) == Array(losses.suffix(20)))
            let kinds = Dictionary(grouping: failure.tensors, by: \.kind).mapValues(\.count)
            #expect(kinds[.output] == 2 && kinds[.statistics] == 3)
            #expect(kinds[.parameter] == 6 && kinds[.gradient] ?? 0 <= 6)
        }
    }

    @Test("The loss is given the progress: steps of the schedule's epochs, at most all of it")
    func progress() throws {
        final class Listening: FaceLoss {
            static let descriptor = CrossEntropyLoss.descriptor
            let inner = ToyLoss()
            var heard: [LossProgress] = []
            var state: [StateEntry] { inner.state }
            func evaluate(
                embeddings: Tensor, labels: Tensor, progress: LossProgress
            ) -> LossOutput {
                heard.append(progress)
                return inner.evaluate(embeddings: embeddings, labels: labels, progress: progress)
            }
        }
        let loss = Listening()
        try withFolder { folder in
            try trainer(in: folder, loss: loss) {
                $0.accumulation = 2
                $0.schedule.shape = .constant
                $0.schedule.epochs = 2
            }.run { _ in }
        }
        #expect(loss.heard.count == 18)
        #expect(loss.heard.map(\.step) == (0..<18).map { $0 / 2 })
        #expect(loss.heard.map(\.microBatch) == (0..<18).map { $0 % 2 })
        #expect(
            loss.heard.map(\.fraction) == (0..<18).map { min(1, Double($0 / 2) / 6) })
    }

    @Test("A checkpoint is written at each epoch's end, and in between when it is due")
    func saves() throws {
        func saved(_ interval: Duration) throws -> [Int] {
            var steps: [Int] = []
            try withFolder { folder in
                try trainer(in: folder).run(saveInterval: interval) { event in
                    if case .saved(let position) = event { steps.append(position.step) }
                }
            }
            return steps
        }
        #expect(try saved(.seconds(3600)) == [3, 6, 9])
        #expect(try saved(.zero) == Array(1...9))
    }

    @Test("A run that resumes says so first, and where")
    func resumed() throws {
        try withFolder { folder in
            let first = try trainer(in: folder)
            _ = #expect(throws: FaceTrainingError.interrupted(step: 4)) {
                try first.run(shouldStop: { first.position.step >= 4 }) { _ in }
            }
            var events: [String] = []
            try trainer(in: folder).run { event in
                switch event {
                case .resumed(let position): events.append("resumed \(position.step)")
                case .step(let summary): events.append("step \(summary.step)")
                default: break
                }
            }
            #expect(events == ["resumed 4"] + (5...9).map { "step \($0)" })
        }
    }

    @Test("A moving average begins at the weights and follows them by its decay")
    func average() throws {
        try withFolder { folder in
            #expect(try trainer(in: folder).average == nil)
            let trainer = try trainer(in: folder) { $0.average = 0.5 }
            let average = try #require(trainer.average)
            #expect(trainer.steps == 9 && trainer.stepsPerEpoch == 3)
            let state = trainer.model.backbone.state
            let names = Set(state.parameters.map(\.name))
            func numbers(_ state: [StateEntry]) -> [Double] {
                state.filter { names.contains($0.name) }
                    .flatMap { $0.tensor.to(.float64).array(of: Double.self) }
            }
            var expected = numbers(state)
            try trainer.run { event in
                guard case .step(let summary) = event else { return }
                let kept = min(0.5, Double(1 + summary.step) / Double(10 + summary.step))
                expected = zip(expected, numbers(state)).map { kept * $0 + (1 - kept) * $1 }
            }
            let found = numbers(average.state)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
            #expect(found.count == expected.count && found != numbers(state))
            #expect(trainer.position.totalSeconds > 0 && trainer.position.seconds == 0)
        }
    }

    @Test("Frozen normalisations keep their statistics only where that is asked for")
    func frozenStatistics() throws {
        func isFrozen(_ keeps: Bool, _ patterns: [String]) throws -> [Bool] {
            let model = Model(backbone: ToyBackbone(), loss: ToyLoss())
            var configuration = TrainingConfiguration()
            (configuration.freeze, configuration.freezeStatistics) = (patterns, keeps)
            let parts = try TrainedParts(model.state, configuration)
            parts.freeze()
            let names = model.state.parameters.filter { !$0.tensor.requiresGradient }.map(\.name)
            #expect(
                names.allSatisfy { $0.contains("bn") } && names.count == (patterns.isEmpty ? 0 : 2))
            #expect(parts.parameters.count == (patterns.isEmpty ? 6 : 4))
            return model.state.compactMap(\.normalization).map(\.isFrozen)
        }
        #expect(try isFrozen(true, ["bn.*"]).contains(true))
        #expect(try !isFrozen(false, ["bn.*"]).contains(true))
        #expect(try !isFrozen(true, []).contains(true))
    }

    @Test("Of rates of parts the last that matches counts, else the whole rate")
    func factors() throws {
        let state = Model(backbone: ToyBackbone(), loss: ToyLoss()).state
        var configuration = TrainingConfiguration()
        configuration.partRates = ["*:0.5", "linear.*:0.1", "linear.bias:3"]
        let parts = try TrainedParts(state, configuration)
        let factors = Dictionary(
            uniqueKeysWithValues: zip(parts.parameters.map(\.name), parts.factors))
        #expect(factors["backbone.linear.weight"] == 0.1 && factors["backbone.linear.bias"] == 3)
        #expect(factors["backbone.bn.weight"] == 0.5 && factors["loss.weight"] == 1)
    }

    @Test("A file's checksum has eight digits, leading zeros too, and any change is found")
    func checksums() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true)
            let url = folder.appendingPathComponent("c.safetensors")
            // Among many contents some checksums begin with zeros.
            for number in 0..<64 {
                let state = [StateEntry("a", Tensor([Float(number)]), .buffer)]
                try CheckedFile.write(state, metadata: ["n": "\(number)"], to: url)
                let data = try Data(contentsOf: url)
                let content = try CheckedFile.read(url)
                #expect(content.metadata["checksum"]?.count == 8)
                #expect(content.metadata["n"] == "\(number)")
                var other = data
                other[data.count - 1] ^= 4
                try other.write(to: url)
                #expect(throws: CheckedFile.Damage.self) { _ = try CheckedFile.read(url) }
            }
            // Of a file that is read in several pieces each counts.
            let large = [StateEntry("a", Tensor.zeros([9 << 20]), .buffer)]
            try CheckedFile.write(large, metadata: [:], to: url)
            #expect(try CheckedFile.read(url).shape(of: "a") == [9 << 20])
            for offset in [1 << 20, 17 << 20, 33 << 20] {
                let handle = try FileHandle(forUpdating: url)
                try handle.seek(toOffset: UInt64(offset))
                try handle.write(contentsOf: Data([1]))
                #expect(throws: CheckedFile.Damage.self) { _ = try CheckedFile.read(url) }
                try handle.seek(toOffset: UInt64(offset))
                try handle.write(contentsOf: Data([0]))
                try handle.close()
            }
            _ = try CheckedFile.read(url)
            let plain = Safetensors.encode(
                [StateEntry("a", Tensor([Float(1)]), .buffer)], metadata: [:])
            try plain.write(to: url)
            let error = #expect(throws: CheckedFile.Damage.self) { try CheckedFile.read(url) }
            #expect(error?.reason == "it has no checksum")
        }
    }

    @Test("Each error is one sentence with its numbers in their places")
    func errors() {
        let sentences: [(FaceTrainingError, String)] = [
            (
                .nonFinite(quantity: "loss", step: 7, epoch: 2, lastLoss: 3, lastNorm: 4),
                "the loss of step 7 (epoch 2) became NaN or infinite; before it, the loss was 3.0 and "
                    + "the gradient norm 4.0; the weights were not updated; lower the learning rate, "
                    + "or the loss's scale or margin"
            ),
            (
                .tooFewImages(images: 3, batchSize: 4),
                "3 training images do not fill a batch of 4; use a smaller --batch-size"
            ),
            (
                .interrupted(step: 5),
                "stopped after step 5; run the same command again to resume"
            ),
            (
                .checkpointMismatch(path: "c", reason: "why"),
                "cannot resume from the checkpoint 'c': why"
            ),
            (
                .damagedCheckpoint(path: "c", reason: "why"),
                "the checkpoint 'c' is damaged (why) and there is no intact earlier one; restore a "
                    + "copy, or remove it to train the run from the start"
            ),
            (.configuration(key: "k", reason: "why"), "k: why"),
        ]
        for (error, sentence) in sentences { #expect(error.description == sentence) }
    }

    @Test("The weight decay is that of the optimiser in use, both ways")
    func weightDecay() {
        var configuration = TrainingConfiguration()
        configuration.optimizer.weightDecay = 0.1
        configuration.adamw.weightDecay = 0.2
        #expect(configuration.weightDecay == 0.1)
        configuration.algorithm = .adamw
        #expect(configuration.weightDecay == 0.2)
        configuration.weightDecay = 0.3
        #expect(
            configuration.adamw.weightDecay == 0.3 && configuration.optimizer.weightDecay == 0.1)
        configuration.algorithm = .sgd
        configuration.weightDecay = 0.4
        #expect(
            configuration.adamw.weightDecay == 0.3 && configuration.optimizer.weightDecay == 0.4)
    }
}
