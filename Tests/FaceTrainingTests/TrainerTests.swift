import FaceData
import FaceLosses
import FaceModels
import Foundation
import Testing
import Torch

@testable import FaceTraining

@Suite("The trainer", .serialized)
struct TrainerTests {
    /// A run's loss of every step and its final weights.
    private struct Trace: Equatable {
        var losses: [Double] = []
        var weights: [[Float]] = []
        var epochs: [Double] = []
    }

    private func trainer(
        in folder: URL, configuration: TrainingConfiguration = .tiny,
        loss: any FaceLoss = ToyLoss(),
        images: Int = 12, fingerprint: String = "toy"
    ) throws -> Trainer {
        try Trainer(
            model: Model(backbone: ToyBackbone(), loss: loss),
            source: ToySource(imageCount: images, batchSize: configuration.batchSize),
            configuration: configuration,
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
            checkpoint: folder, fingerprint: fingerprint)
    }

    /// Runs to the end, or until `stop` steps were taken in this process.
    private func run(
        _ trainer: Trainer, stopAfter stop: Int = .max, into trace: inout Trace
    ) throws {
        var steps = 0
        var losses = trace.losses
        var epochs = trace.epochs
        defer {
            trace.losses = losses
            trace.epochs = epochs
        }
        try trainer.run(saveInterval: .seconds(3600), shouldStop: { steps >= stop }) { event in
            switch event {
            case .step(let summary):
                steps += 1
                losses.append(summary.loss)
            case .epoch(let summary): epochs.append(summary.loss)
            default: break
            }
        }
        trace.weights = trainer.model.state.map { $0.tensor.array() }
    }

    /// Nine steps: rates rise to the peak over the first three and fall as half a cosine after them.
    @Test("A run is the plain loop with the schedule's rates", arguments: [1, 2])
    func plainLoop(_ accumulation: Int) throws {
        var configuration = TrainingConfiguration.tiny
        configuration.schedule = LearningRateSchedule(peak: 0.3, warmup: 1 / 3)
        configuration.accumulation = accumulation
        let falling: [Double] = (0..<6).map { 0.15 * (1 + cos(.pi * Double($0) / 6)) }
        let rates: [Double] = [0.1, 0.2, 0.3] + falling
        func plainRun(clip: Double) throws -> (loop: PlainLoop, numbers: [PlainLoop.Numbers]) {
            var loop = PlainLoop(
                Model(backbone: ToyBackbone(), loss: try ToyParts.head(nil)),
                options: SGD.Options())
            let source = ToySource(imageCount: 12, batchSize: 4)
            let numbers = try (0..<9).map { step in
                let batches = try source.batches(epoch: step / 3, from: step % 3, flip: false)
                return loop.step(
                    PlainLoop.Batch(try #require(try batches.next())), microBatches: accumulation,
                    rate: rates[step], clip: clip
                ) { LossProgress(fraction: Double(step) / 9, step: step, microBatch: $0) }
            }
            return (loop, numbers)
        }
        // The lowest limit between two norms of the loop without one that leaves a step as it is.
        let norms = try plainRun(clip: 0).numbers.map(\.norm).sorted()
        let limits = zip(norms, norms.dropFirst()).map { ($0 + $1) / 2 }
        let limit = try limits.first {
            (1..<9).contains(try plainRun(clip: $0).loop.clippedSteps)
        }
        configuration.gradientClip = try #require(limit, "\(norms)")
        let (plain, expected) = try plainRun(clip: configuration.gradientClip)
        var (steps, epochs): ([StepSummary], [EpochSummary]) = ([], [])
        try withFolder { folder in
            let trainer = try trainer(
                in: folder, configuration: configuration, loss: ToyParts.head(nil))
            try trainer.run { event in
                if case .step(let summary) = event { steps.append(summary) }
                if case .epoch(let summary) = event { epochs.append(summary) }
            }
            #expect((1..<9).contains(plain.clippedSteps))
            #expect(isNear(trainer.model, plain.model))
            expectSame(steps, expected, rates: rates)
            expectSame(epochs, expected, rates: rates)
        }
    }

    private func expectSame(
        _ steps: [StepSummary], _ expected: [PlainLoop.Numbers], rates: [Double]
    ) {
        #expect(steps.map(\.step) == Array(1...9) && steps.allSatisfy { $0.steps == 9 })
        #expect(steps.map(\.epoch) == [1, 1, 1, 2, 2, 2, 3, 3, 3])
        for (index, step) in steps.enumerated() {
            #expect(abs(step.learningRate - rates[index]) < 1e-12)
            #expect(isNear(step.loss, expected[index].loss))
            #expect(isNear(step.gradientNorm, expected[index].norm))
            #expect(step.accuracy == Double(expected[index].correct) / 4)
            #expect(step.accuracyWithMargin == Double(expected[index].correctWithMargin) / 4)
            #expect(step.images == 4)
        }
    }

    private func expectSame(
        _ epochs: [EpochSummary], _ expected: [PlainLoop.Numbers], rates: [Double]
    ) {
        #expect(epochs.map(\.epoch) == [1, 2, 3] && epochs.map(\.step) == [3, 6, 9])
        #expect(epochs.map(\.images) == [12, 24, 36])
        for (index, epoch) in epochs.enumerated() {
            let steps = expected[3 * index..<3 * index + 3]
            #expect(abs(epoch.learningRate - rates[3 * index + 2]) < 1e-12)
            #expect(isNear(epoch.loss, steps.map(\.loss).reduce(0, +) / 3))
            #expect(epoch.accuracy == Double(steps.map(\.correct).reduce(0, +)) / 12)
            #expect(
                epoch.accuracyWithMargin
                    == Double(steps.map(\.correctWithMargin).reduce(0, +)) / 12)
        }
    }

    @Test("A run that is stopped after any step ends as one that is not", arguments: 1...8)
    func resume(_ stop: Int) throws {
        var whole = Trace()
        try withFolder { try run(trainer(in: $0), into: &whole) }
        var microBatches = Trace()
        try withFolder { folder in
            #expect(throws: FaceTrainingError.interrupted(step: stop)) {
                try run(trainer(in: folder), stopAfter: stop, into: &microBatches)
            }
            try run(trainer(in: folder), into: &microBatches)
        }
        #expect(microBatches == whole)
        #expect(whole.losses.count == 9)
        #expect(whole.epochs.count == 3)
    }

    /// The classes of a step are a function of the seed and the step, and momentum buffers of rows that
    /// take no part in it stay.
    @Test("A run of Partial FC that is stopped ends as one that is not", arguments: [1, 4, 8])
    func resumePartialClasses(_ stop: Int) throws {
        func make(_ folder: URL) throws -> Trainer {
            try trainer(in: folder, loss: ToyParts.partialHead(rate: 0.1))
        }
        var whole = Trace()
        try withFolder { try run(make($0), into: &whole) }
        var microBatches = Trace()
        try withFolder { folder in
            #expect(throws: FaceTrainingError.interrupted(step: stop)) {
                try run(make(folder), stopAfter: stop, into: &microBatches)
            }
            try run(make(folder), into: &microBatches)
        }
        #expect(microBatches == whole)
    }

    @Test("A head finds as many samples correct as the loss whose logits it does not keep")
    func headAccuracy() throws {
        func accuracies(_ head: HeadOptions?) throws -> [Double] {
            var result: [Double] = []
            try withFolder { folder in
                let trainer = try trainer(in: folder, loss: ToyParts.head(head))
                try trainer.run { event in
                    guard case .epoch(let summary) = event else { return }
                    result += [summary.accuracy, summary.accuracyWithMargin]
                }
            }
            return result
        }
        let composed = try accuracies(nil)
        #expect(try accuracies(HeadOptions()) == composed)
        #expect(Set(composed).count > 1)
    }

    @Test("A listener that fails at an epoch's end hears of that epoch again")
    func repeatedEpoch() throws {
        struct Stop: Error {}
        try withFolder { folder in
            #expect(throws: Stop.self) {
                try trainer(in: folder).run { if case .epoch = $0 { throw Stop() } }
            }
            var epochs: [Int] = []
            var steps = 0
            try trainer(in: folder).run { event in
                if case .epoch(let summary) = event { epochs.append(summary.epoch) }
                if case .step = event { steps += 1 }
            }
            #expect(epochs == [1, 2, 3])
            #expect(steps == 6)
        }
    }

    @Test("Accumulated parts give the gradient of the whole batch")
    func accumulation() throws {
        var whole = Trace()
        var microBatches = Trace()
        var configuration = TrainingConfiguration.tiny
        try withFolder { try run(trainer(in: $0, configuration: configuration), into: &whole) }
        configuration.accumulation = 2
        try withFolder {
            try run(trainer(in: $0, configuration: configuration), into: &microBatches)
        }
        for (mine, theirs) in zip(whole.weights.joined(), microBatches.weights.joined()) {
            #expect(abs(mine - theirs) < 1e-5)
        }
    }

    @Test(
        "A loss or a gradient that is not finite stops the run before the update",
        arguments: [false, true])
    func nonFinite(_ inGradient: Bool) throws {
        try withFolder { folder in
            let trainer = try trainer(
                in: folder, loss: ToyLoss(failingAtStep: 4, failsInGradient: inGradient))
            var before: [[Float]] = []
            let error = #expect(throws: FaceTrainingError.self) {
                try trainer.run { event in
                    if case .step = event {
                        before = trainer.model.backbone.state.map { $0.tensor.array() }
                    }
                }
            }
            guard case .nonFinite(let quantity, let step, let epoch, let loss, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(quantity == (inGradient ? "gradient" : "loss"))
            #expect(step == 5 && epoch == 2 && loss.isFinite)
            #expect(trainer.model.backbone.state.map { $0.tensor.array() } == before)
        }
    }

    @Test("A step that fails with gradients of some classes only is described")
    func failureWithPartialClasses() throws {
        var configuration = TrainingConfiguration.tiny
        configuration.accumulation = 2
        try withFolder { folder in
            let trainer = try trainer(
                in: folder, configuration: configuration,
                loss: SpoiledLoss(ToyParts.partialHead(rate: 0.1)))
            _ = #expect(throws: FaceTrainingError.self) { try trainer.run { _ in } }
            let failure = try #require(trainer.failure)
            let gradients = failure.tensors.filter { $0.kind == .gradient }
            let weight = try #require(gradients.first { $0.name == "loss.weight" })
            #expect(weight.count == 800 && weight.notFinite == 0 && weight.largest > 0)
        }
    }

    @Test("A checkpoint of another run is refused")
    func otherRun() throws {
        try withFolder { folder in
            var trace = Trace()
            try run(trainer(in: folder), into: &trace)
            let error = #expect(throws: FaceTrainingError.self) {
                _ = try trainer(in: folder, fingerprint: "other")
            }
            #expect(error?.description.contains("a different configuration") == true)
        }
    }

    @Test("A set that does not fill a batch is refused")
    func tooFewImages() throws {
        try withFolder { folder in
            _ = #expect(throws: FaceTrainingError.tooFewImages(images: 3, batchSize: 4)) {
                _ = try trainer(in: folder, images: 3)
            }
            var trace = Trace()
            try run(trainer(in: folder, images: 4), into: &trace)
            #expect(trace.losses.count == 3 && trace.epochs.count == 3)
        }
    }

    @Test("An epoch's rate is its images by its seconds")
    func rate() throws {
        try withFolder { folder in
            var epochs: [EpochSummary] = []
            let trainer = try trainer(in: folder)
            try trainer.run(saveInterval: .seconds(3600), shouldStop: { false }) { event in
                if case .epoch(let summary) = event { epochs.append(summary) }
            }
            #expect(epochs.count == 3)
            for epoch in epochs {
                #expect(epoch.seconds > 0 && epoch.imagesPerSecond == 12 / epoch.seconds)
            }
        }
    }

    @Test("The first label that no class belongs to is named")
    func firstWrongLabel() throws {
        let source = ToySource(imageCount: 32, batchSize: 32, classes: 100)
        let labels = try #require(try source.batches(epoch: 0, from: 0, flip: false).next()).labels
        let wrong = labels.filter { $0 > 2 }
        try #require(wrong.first != wrong.last)
        try withFolder { folder in
            var configuration = TrainingConfiguration.tiny
            configuration.batchSize = 32
            let trainer = try Trainer(
                model: Model(backbone: ToyBackbone(), loss: try ToyParts.head(nil)),
                source: source, configuration: configuration,
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
                checkpoint: folder, fingerprint: "labels")
            let error = #expect(throws: FaceTrainingError.self) {
                try trainer.run(saveInterval: .seconds(3600), shouldStop: { false }) { _ in }
            }
            #expect(error == .labelOutOfRange(label: wrong[0], classes: 3, step: 1))
        }
    }

    @Test("A checkpoint is due an interval after the last one, again and again")
    func saves() {
        var clock = StepClock()
        let start = ContinuousClock.now
        let due = [5, 11, 12, 20, 22, 23].map {
            clock.isSaveDue(.seconds(10), at: start + .seconds($0))
        }
        #expect(due == [false, true, false, false, true, false])
    }
}

extension TrainingConfiguration {
    /// Three epochs of three steps.
    fileprivate static var tiny: TrainingConfiguration {
        TrainingConfiguration(
            epochs: 3, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05, warmup: 0.1))
    }
}

/// Gives a body a fresh folder, removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("facet-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
