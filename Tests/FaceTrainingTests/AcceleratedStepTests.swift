import FaceData
import FaceLosses
import FaceModels
import FaceTraining
import Testing
import Torch

/// A step whose numbers are read at its end, against one that looks at each as it comes. It is the
/// same on the processor, where nothing can be recorded.
@Suite("Accelerated step")
struct AcceleratedStepTests {
    /// A backbone, its loss and their optimiser.
    private struct Model {
        let backbone = ToyBackbone()
        let loss: any FaceLoss
        let optimizer: SGD

        init(_ loss: any FaceLoss) {
            self.loss = loss
            optimizer = SGD(
                (backbone.state + loss.state.prefixed("loss")).parameters, options: SGD.Options())
        }

        var values: [[Float]] {
            (backbone.state + loss.state + optimizer.state).map { $0.tensor.array() }
        }
    }

    private func batch(_ step: Int, classes: Int) throws -> (images: Tensor, labels: Tensor) {
        let source = ToySource(imageCount: 24, batchSize: 4)
        guard let batch = try source.batches(epoch: 0, from: step, flip: false).next() else {
            throw FaceTrainingError.tooFewImages(images: 0, batchSize: 4)
        }
        let images = InputNormalization.standard.images(
            pixels: batch.pixels, count: 4, height: 4, width: 4, format: .channelsLast,
            device: .cpu)
        return (images, Tensor(batch.labels.map { $0 % classes }))
    }

    private func progress(_ step: Int, _ microBatch: Int) -> LossProgress {
        LossProgress(fraction: Double(step) / 6, step: step, microBatch: microBatch)
    }

    private func accelerated(_ model: Model) -> AcceleratedStep {
        AcceleratedStep(
            backbone: model.backbone, loss: model.loss, optimizer: model.optimizer,
            precision: .float32, device: .cpu)
    }

    /// Forward, backward, clip and step, one after the other.
    private func plainStep(
        _ model: Model, _ images: Tensor, _ labels: Tensor, microBatches: Int, clip: Double,
        step: Int
    ) -> (loss: Double, norm: Double, correct: Int) {
        var (loss, correct) = (0.0, 0)
        let size = labels.count / microBatches
        for microBatch in 0..<microBatches {
            let range = microBatch * size..<(microBatch + 1) * size
            let labels = labels.narrowed(0, range)
            let output = model.loss(
                embeddings: model.backbone(images.narrowed(0, range), training: true),
                labels: labels, progress: progress(step, microBatch))
            (output.loss / Double(microBatches)).backward()
            loss += output.loss.item() * Double(size)
            correct += output.correctCount(labels: labels, withMargin: false)
        }
        let norm = model.optimizer.gradientNorm()
        if clip > 0, norm > clip { model.optimizer.scaleGradients(by: clip / norm) }
        model.optimizer.step(learningRate: 0.1)
        return (loss, norm, correct)
    }

    private static func losses() throws -> [any FaceLoss] {
        [
            ToyLoss(), try ToyParts.head(nil), try ToyParts.head(HeadOptions()),
            try ToyParts.partialHead(rate: 0.1),
        ]
    }

    @Test("gives what a plain step gives", arguments: 0..<4, [1, 2])
    func plain(_ index: Int, _ microBatches: Int) throws {
        for clip in [0, 0.05, 1000] {
            let expected = Model(try Self.losses()[index])
            let found = Model(try Self.losses()[index])
            let step = accelerated(found)
            for number in 0..<4 {
                let (images, labels) = try batch(number, classes: 3)
                expected.optimizer.clearGradients()
                let facts = plainStep(
                    expected, images, labels, microBatches: microBatches, clip: clip, step: number)
                let outcome = step(
                    images: images, labels: labels, microBatches: microBatches, rate: 0.1,
                    clip: clip
                ) { progress(number, $0) }.outcome()
                #expect(abs(outcome.sums.loss - facts.loss) < 1e-5 * (1 + facts.loss))
                #expect(abs(outcome.norm - facts.norm) < 1e-5 * facts.norm)
                #expect(outcome.sums.correct == facts.correct && outcome.sums.images == 4)
            }
            for (one, other) in zip(found.values, expected.values) {
                #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-5 * (1 + abs($1)) })
            }
        }
    }

    @Test("changes nothing when the loss is not finite", arguments: [1, 2])
    func notFinite(_ microBatches: Int) throws {
        let loss: any FaceLoss =
            microBatches == 1
            ? ToyLoss(failingAtStep: 1) : SpoiledLoss(try ToyParts.partialHead(rate: 0.1))
        let model = Model(loss)
        let before = (model.backbone.state + loss.state).parameters.map {
            $0.tensor.array(of: Float.self)
        }
        let (images, labels) = try batch(0, classes: 3)
        let outcome = accelerated(model)(
            images: images, labels: labels, microBatches: microBatches, rate: 0.1, clip: 1
        ) { progress(1, $0) }.outcome()
        #expect(!outcome.sums.loss.isFinite)
        let after = (model.backbone.state + loss.state).parameters.map {
            $0.tensor.array(of: Float.self)
        }
        #expect(before == after)
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
            let optimizer = SGD(
                (backbone.state + loss.state.prefixed("loss")).parameters, options: SGD.Options())
            let step = AcceleratedStep(
                backbone: backbone, loss: loss, optimizer: optimizer, precision: .float32,
                device: device)
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
                _ = step(
                    images: batches[number % 2], labels: labels, microBatches: microBatches,
                    rate: 0.01, clip: 5
                ) { progress(number, $0) }.outcome()
            }
            #expect(step.isRecorded == (device != .cpu))
            values.append((backbone.state + loss.state).map { $0.tensor.array() })
        }
        for (found, expected) in zip(values[1], values[0]) {
            let scale = expected.map(abs).max() ?? 0
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 0.01 * (scale + 0.01) })
        }
    }
}
