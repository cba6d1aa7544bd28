import FaceData
import FaceLosses
import FaceTraining
import Foundation
import SeededRandom
import Testing
import Torch
import FaceModels

/// Known failures and healthy runs of a trainer with losses of the catalogue.
@Suite("What a trainer says of failures", .serialized)
struct DiagnosticTests {
    /// Images whose brightness tells their label, of three.
    private struct BrightSource: TrainingSource {
        let imageCount = 64
        let stepsPerEpoch = 4

        func batches(epoch: Int, from step: Int, flip: Bool) -> any TrainingBatches {
            Batches(epoch: epoch, step: step)
        }

        private final class Batches: TrainingBatches {
            private let epoch: Int
            private var step: Int

            init(epoch: Int, step: Int) {
                self.epoch = epoch
                self.step = step
            }

            func next() -> ImageBatch? {
                guard step < 4 else { return nil }
                defer { step += 1 }
                var stream = SeededRandom(seed: 7, "bright", UInt64(epoch * 4 + step))
                let labels = (0..<16).map { _ in stream.below(3) }
                let pixels = labels.flatMap { label in
                    (0..<48).map { _ in UInt8(60 * label + stream.below(80)) }
                }
                return ImageBatch(side: 4, pixels: pixels, labels: labels)
            }
        }
    }

    private struct Run {
        var diagnostics: [TrainingDiagnostic] = []
        var summaries: [EpochSummary] = []
    }

    private func run(
        _ text: String, _ source: any TrainingSource = BrightSource(), classes: Int = 3,
        rate: Double, epochs: Int, stopAt stop: Int = .max, in folder: URL
    ) throws -> Run {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: text), classes: classes, embeddingSize: 8,
            initial: InitialWeights(seed: 1, path: "head"))
        var configuration = TrainingConfiguration(epochs: epochs, batchSize: 16)
        configuration.schedule.peak = rate
        let trainer = try Trainer(
            model: Model(backbone: ToyBackbone(), loss: loss), source: source,
            configuration: configuration,
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
            checkpoint: folder, fingerprint: text)
        var run = Run()
        var steps = trainer.position.step
        try trainer.run(saveInterval: .seconds(3600), shouldStop: { steps >= stop }) { event in
            switch event {
            case .diagnostic(let diagnostic): run.diagnostics.append(diagnostic)
            case .epoch(let summary): run.summaries.append(summary)
            case .step: steps += 1
            default: break
            }
        }
        return run
    }

    @Test("a run without a learning rate is stuck, and its epoch says so")
    func stuck() throws {
        try withFolder { folder in
            // Labels that have nothing to do with the images.
            let noise = ToySource(imageCount: 64, batchSize: 16)
            let run = try run("softmax", noise, rate: 1e-12, epochs: 120, in: folder)
            #expect(run.diagnostics.map(\.kind) == [.stuck])
            #expect(run.summaries.flatMap(\.diagnostics) == run.diagnostics)
        }
    }

    @Test(
        "a healthy run is left in peace",
        arguments: [
            "softmax", "asoftmax", "arcface", "marginal", "triplet", "circle", "sphereface2",
        ])
    func healthy(_ text: String) throws {
        try withFolder { folder in
            let run = try run(text, rate: 0.05, epochs: 120, in: folder)
            #expect((run.summaries.last?.accuracy ?? 0) > 0.6)
            #expect(run.diagnostics.isEmpty, "\(run.diagnostics)")
        }
    }

    @Test("a scale that is too small is reported, and once also when the run is resumed")
    func resumed() throws {
        let text = "coco:s=1"
        try withFolder { folder in
            #expect(throws: FaceTrainingError.interrupted(step: 70)) {
                _ = try run(text, classes: 50, rate: 0.05, epochs: 30, stopAt: 70, in: folder)
            }
            let rest = try run(text, classes: 50, rate: 0.05, epochs: 30, in: folder)
            #expect(rest.diagnostics.isEmpty)
        }
        try withFolder { folder in
            let whole = try run(text, classes: 50, rate: 0.05, epochs: 30, in: folder)
            #expect(whole.diagnostics.map(\.kind) == [.scaleTooSmall])
        }
    }

    @Test("a label that no class belongs to ends the run with a sentence, before LibTorch sees it")
    func labels() throws {
        try withFolder { folder in
            let error = #expect(throws: FaceTrainingError.self) {
                _ = try run("arcface", classes: 2, rate: 0.05, epochs: 1, in: folder)
            }
            #expect(
                error?.description == "the batch of step 1 contains label 2, but the loss has 2 "
                    + "classes, 0 to 1; create the loss with the training set's number of classes, "
                    + "and number the labels without gaps")
        }
    }

    @Test("the fraction of active hinges is the epoch's mean")
    func active() throws {
        try withFolder { folder in
            let run = try run("triplet:mining=all", rate: 0.05, epochs: 2, in: folder)
            let fraction = try #require(
                run.summaries.first?.lossState[.term("triplet", .activeFraction)])
            #expect(fraction > 0 && fraction < 1)
        }
    }
}
