import FaceData
import FaceModels
import Testing
import Torch

@testable import FaceTraining

@Suite("Batches to come")
struct PrefetchedBatchesTests {
    /// Batches for which time passes, by a clock that is turned by hand.
    private final class SlowBatches: TrainingBatches {
        var time = ContinuousClock.now
        private var left = 3

        func next() throws -> ImageBatch? {
            time += .milliseconds(250)
            left -= 1
            guard left >= 0 else { return nil }
            return ImageBatch(side: 1, pixels: [0, 0, 0], labels: [0])
        }
    }

    @Test(
        "Time spent waiting for images is reported once, without the time of other work",
        arguments: [true, false])
    func waiting(_ isPrefetching: Bool) throws {
        let batches = SlowBatches()
        var upcoming = PrefetchedBatches(
            batches, isPrefetching: isPrefetching, now: { batches.time }
        ) { batch in
            batches.time += .seconds(5)
            return PreparedBatch(
                images: Tensor.zeros([1]), labels: Tensor.zeros([1], type: .int64),
                labelValues: batch.labels)
        }
        #expect(upcoming.takeWaitingSeconds() == 0)
        #expect(try upcoming.next() != nil)
        #expect(upcoming.takeWaitingSeconds() == 0.25)
        #expect(upcoming.takeWaitingSeconds() == 0)
        upcoming.fetch()
        #expect(upcoming.takeWaitingSeconds() == (isPrefetching ? 0.25 : 0))
        #expect(try upcoming.next() != nil)
        #expect(upcoming.takeWaitingSeconds() == (isPrefetching ? 0 : 0.25))
    }

    @Test("A loader that does not keep up is reported, and the first step of an epoch alone is not")
    func sentence() {
        func step(waiting: Double) -> StepSummary {
            StepSummary(
                step: 1, steps: 9, epoch: 1, learningRate: 0.1, loss: 1, gradientNorm: 1,
                accuracy: 0, accuracyWithMargin: 0, images: 8, seconds: 2, waitingSeconds: waiting)
        }
        var share = WaitingFraction()
        share.add(step(waiting: 2))
        #expect(share.sentence == nil)
        for _ in 0..<200 { share.add(step(waiting: 0.1)) }
        #expect(share.sentence == nil)
        for _ in 0..<200 { share.add(step(waiting: 0.5)) }
        #expect(share.sentence == "waits for images 25 % of the time")
    }

    @Test("A tenth of the time is reported, and less is not")
    func tenth() {
        // A step is a twentieth of the mean: 0.05, 0.05 + 0.05 · 0.95, and from there to a tenth.
        var share = WaitingFraction()
        for waiting in [2, 2, 0.295] {
            #expect(share.sentence == nil)
            share.add(
                StepSummary(
                    step: 1, steps: 9, epoch: 1, learningRate: 0.1, loss: 1, gradientNorm: 1,
                    accuracy: 0, accuracyWithMargin: 0, images: 8, seconds: 2,
                    waitingSeconds: waiting))
        }
        #expect(share.fraction == 0.1)
        #expect(share.sentence == "waits for images 10 % of the time")
    }

    /// A source that counts the batches it was asked for.
    private final class CountingSource: TrainingSource {
        private let source = ToySource(imageCount: 12, batchSize: 4)
        fileprivate var loaded = 0

        var imageCount: Int { source.imageCount }
        var stepsPerEpoch: Int { source.stepsPerEpoch }

        func batches(epoch: Int, from step: Int, flip: Bool) throws -> any TrainingBatches {
            Batches(
                batches: try source.batches(epoch: epoch, from: step, flip: flip), source: self)
        }

        private struct Batches: TrainingBatches {
            let batches: any TrainingBatches
            let source: CountingSource

            func next() throws -> ImageBatch? {
                source.loaded += 1
                return try batches.next()
            }
        }
    }

    @Test("On the processor, where nothing overlaps, no batch is read before its step")
    func processor() throws {
        try withFolder { folder in
            let source = CountingSource()
            let trainer = try Trainer(
                model: Model(backbone: ToyBackbone(), loss: ToyLoss()), source: source,
                configuration: TrainingConfiguration(
                    epochs: 2, batchSize: 4,
                    schedule: LearningRateSchedule(peak: 0.05, warmup: 0.1)),
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
                checkpoint: folder, fingerprint: "toy")
            var loaded: [Int] = []
            try trainer.run { if case .step = $0 { loaded.append(source.loaded) } }
            #expect(loaded == Array(1...6))
        }
    }
}
