import FaceData
import FaceLosses
import FaceModels
import Testing
import Torch

@testable import FaceTraining

/// A step of a trainer against a loop that is written out: autograd, the norm in `Double`, and SGD by
/// its formulas.
@Suite("A training step")
struct TrainingStepTests {
    private static func losses() throws -> [any FaceLoss] {
        [ToyLoss(), try ToyParts.head(nil), try ToyParts.head(HeadOptions())]
    }

    private func batch(_ step: Int, epoch: Int = 0) throws -> PlainLoop.Batch {
        let source = ToySource(imageCount: 24, batchSize: 4)
        let found = try source.batches(epoch: epoch, from: step, flip: false).next()
        return PlainLoop.Batch(try #require(found))
    }

    private func progress(_ step: Int, _ microBatch: Int = 0) -> LossProgress {
        LossProgress(fraction: Double(step) / 6, step: step, microBatch: microBatch)
    }

    private func step(_ model: Model, _ optimizer: SGD, isDeferred: Bool) -> TrainingStep {
        TrainingStep(
            model: model, optimizer: optimizer, precision: .float32, device: .cpu,
            isDeferred: isDeferred)
    }

    @Test(
        "updates as a plain loop does: loss, norm, clipping, micro-batches, rates, momentum",
        arguments: [false, true], [1, 2])
    func plain(_ isDeferred: Bool, _ microBatches: Int) throws {
        for (index, clip) in [(0, 0), (0, 0.3), (1, 0.3), (2, 0.3), (2, 1000.0)] {
            var plain = PlainLoop(
                Model(backbone: ToyBackbone(), loss: try Self.losses()[index]),
                options: SGD.Options())
            let model = Model(backbone: ToyBackbone(), loss: try Self.losses()[index])
            let step = step(
                model, SGD(model.state.parameters, options: SGD.Options()), isDeferred: isDeferred)
            for (number, rate) in [0.1, 0.05, 0.2, 0.01, 0.1].enumerated() {
                let batch = try batch(number)
                let expected = plain.step(
                    batch, microBatches: microBatches, rate: rate, clip: clip
                ) { progress(number, $0) }
                let found = step.launch(
                    images: batch.images, labels: batch.labels, microBatches: microBatches,
                    learningRate: rate, gradientClip: clip
                ) { progress(number, $0) }.read()
                #expect(isNear(found.sums.loss / 4, expected.loss))
                #expect(isNear(found.gradientNorm, expected.norm))
                #expect(found.sums.correct == expected.correct && found.sums.images == 4)
                #expect(isNear(model, plain.model))
            }
            #expect(clip == 0 || plain.clippedSteps == (clip == 1000 ? 0 : 5))
        }
    }

    @Test("is the same read late as read at once, with classes that take part in some steps only")
    func partial() throws {
        var values: [[[Float]]] = []
        for isDeferred in [false, true] {
            let model = Model(
                backbone: ToyBackbone(), loss: try ToyParts.partialHead(rate: 0.1))
            let optimizer = SGD(model.state.parameters, options: SGD.Options())
            let step = step(model, optimizer, isDeferred: isDeferred)
            for number in 0..<4 {
                let batch = try batch(number)
                _ = step.launch(
                    images: batch.images, labels: batch.labels, microBatches: 1 + number % 2,
                    learningRate: 0.1, gradientClip: 0.05
                ) { progress(number, $0) }.read()
            }
            values.append((model.state + optimizer.state).map { $0.tensor.array() })
        }
        for (one, other) in zip(values[0], values[1]) {
            #expect(zip(one, other).allSatisfy { isNear(Double($0), Double($1)) })
        }
    }

    @Test(
        "changes nothing when the loss or its gradient is not finite",
        arguments: [false, true], ["loss", "gradient", "second micro-batch"])
    func notFinite(_ isDeferred: Bool, _ what: String) throws {
        let loss: any FaceLoss =
            what == "second micro-batch"
            ? SpoiledLoss(try ToyParts.partialHead(rate: 0.1))
            : ToyLoss(failingAtStep: 1, failsInGradient: what == "gradient")
        let model = Model(backbone: ToyBackbone(), loss: loss)
        let optimizer = SGD(model.state.parameters, options: SGD.Options())
        let step = step(model, optimizer, isDeferred: isDeferred)
        let state = (model.state.parameters + optimizer.state)
        let before = state.map { $0.tensor.array(of: Float.self) }
        let batch = try batch(0)
        let found = step.launch(
            images: batch.images, labels: batch.labels,
            microBatches: what == "second micro-batch" ? 2 : 1, learningRate: 0.1, gradientClip: 1
        ) { progress(1, $0) }.read()
        #expect(found.sums.loss.isFinite == (what == "gradient"))
        #expect(!found.gradientNorm.isFinite)
        #expect(state.map { $0.tensor.array(of: Float.self) } == before)
    }

    /// The embeddings that a failure's record has of a step of four micro-batches.
    private func recorded(_ loss: any FaceLoss, _ batch: PlainLoop.Batch) throws -> [Float] {
        let model = Model(backbone: ToyBackbone(), loss: loss)
        let optimizer = SGD(model.state.parameters, options: SGD.Options())
        let found = step(model, optimizer, isDeferred: true).launch(
            images: batch.images, labels: batch.labels, microBatches: 4, learningRate: 0.1,
            gradientClip: 0
        ) { progress(0, $0) }.read()
        return try #require(found.outputs.first { $0.name == "embeddings" }).tensor.array()
    }

    @Test("tells of the micro-batch that was not finite, else of the last one")
    func outputs() throws {
        let four = try batch(0)
        func embedding(_ index: Int) -> [Float] {
            ToyBackbone()(four.images.narrowed(0, index..<index + 1), training: true).array()
        }
        #expect(try recorded(ToyLoss(), four) == embedding(3))
        #expect(try recorded(SpoiledLoss(ToyLoss()), four) == embedding(1))
    }

    /// Batches alternate, so that a graph that keeps the first one's images would be noticed.
    @Test(
        "gives on a GPU what it gives on the processor, recorded",
        .enabled(if: Device.isCUDAAvailable, "no GPU here"), arguments: [1, 2], [1, 0.5])
    func gpu(_ microBatches: Int, _ rate: Double) throws {
        var values: [[[Float]]] = []
        for device in [Device.cpu, .cuda(0)] {
            let backbone = try BackboneCatalogue.make(
                BackboneSpecification(parsing: "mobilenetv1:width=0.25"), inputSize: 32,
                initial: InitialWeights(seed: 1, device: device))
            let loss = try LossCatalogue.make(
                LossSpecification(parsing: "arcface"), classes: 40,
                embeddingSize: backbone.embeddingSize,
                initial: InitialWeights(seed: 2, device: device), head: HeadOptions(rate: rate))
            let model = Model(backbone: backbone, loss: loss)
            let step = TrainingStep(
                model: model, optimizer: SGD(model.state.parameters, options: SGD.Options()),
                precision: .float32, device: device)
            let batches = [37, 101].map { factor in
                let pixels = (0..<16 * 32 * 32 * 3).map {
                    UInt8(truncatingIfNeeded: $0 &* factor >> 3)
                }
                return InputNormalization.standard.images(
                    pixels: pixels, count: 16, height: 32, width: 32, format: .channelsLast,
                    device: device)
            }
            for number in 0..<4 {
                let labels = Tensor((0..<16).map { $0 + 16 * (number % 2) }, device: device)
                _ = step.launch(
                    images: batches[number % 2], labels: labels, microBatches: microBatches,
                    learningRate: 0.01, gradientClip: 5
                ) { progress(number, $0) }.read()
            }
            #expect(step.isRecorded == (device != .cpu))
            values.append(model.state.map { $0.tensor.array() })
        }
        for (found, expected) in zip(values[1], values[0]) {
            let scale = expected.map(abs).max() ?? 0
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 0.01 * (scale + 0.01) })
        }
    }
}
