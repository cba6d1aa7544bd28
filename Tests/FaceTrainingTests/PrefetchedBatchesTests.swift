import FaceData
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
}
