import FaceData
import FaceLosses
import FaceModels
import FaceTraining
import SeededRandom
import Torch

/// A backbone of one normalised layer, which trains in no time.
final class ToyBackbone: Backbone {
    let specification = BackboneSpecification.standard(MobileNetV1.descriptor)
    private let linear: Linear
    private let normalization: BatchNormalization

    init(seed: UInt64 = 1) {
        let initial = InitialWeights(seed: seed)
        linear = Linear(inputs: 48, outputs: 8, initial: initial.child("linear"))
        normalization = BatchNormalization(channels: 8, initial: initial.child("bn"))
    }

    var state: [StateEntry] {
        linear.state.prefixed("linear") + normalization.state.prefixed("bn")
    }

    func layerTable(height: Int, width: Int) -> LayerTable {
        MobileNetV1(specification, inputSize: height, initial: InitialWeights(seed: 0))
            .layerTable(height: height, width: width)
    }

    func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        let flat = images.contiguous().reshaped([images.shape[0], 48])
        return normalization(linear(flat, training: training), training: false)
    }
}

/// Softmax over three classes, which fails on request.
final class ToyLoss: FaceLoss {
    static let descriptor = CrossEntropyLoss.descriptor
    private let classifier = Linear(
        inputs: 8, outputs: 3, initial: InitialWeights(seed: 2, path: "head"))
    private let failingAtStep: Int?
    private let failsInGradient: Bool

    /// - Parameter failsInGradient: Whether the loss itself stays finite when it fails.
    init(failingAtStep: Int? = nil, failsInGradient: Bool = false) {
        self.failingAtStep = failingAtStep
        self.failsInGradient = failsInGradient
    }

    var state: [StateEntry] { classifier.state }

    func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let logits = classifier(embeddings, training: true)
        var loss = logits.crossEntropy(labels: labels)
        if progress.step == failingAtStep {
            // The derivative of a square root is infinite at 0.
            loss = failsInGradient ? loss + (logits * 0).sqrt().sum() : loss * .infinity
        }
        return LossOutput(loss: loss, logits: logits, state: [.step: Double(progress.step)])
    }
}

extension LossState.Quantity {
    /// The step that a toy loss was told of.
    static let step = LossState.Quantity("step")
}

/// A loss whose second part of a batch is not finite, when the first has left its gradients.
final class SpoiledLoss: FaceLoss {
    static let descriptor = CrossEntropyLoss.descriptor
    private let loss: any FaceLoss

    init(_ loss: any FaceLoss) { self.loss = loss }

    var state: [StateEntry] { loss.state }

    func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        var output = loss(embeddings: embeddings, labels: labels, progress: progress)
        if progress.microBatch == 1 { output.loss = output.loss * .nan }
        return output
    }
}

/// Angular-margin losses for the toy backbone.
enum ToyParts {
    /// ArcFace over three classes, by a head or composed of tensors.
    static func head(_ options: HeadOptions?) throws -> any FaceLoss {
        try LossCatalogue.make(
            LossSpecification(parsing: "arcface"), classes: 3, embeddingSize: 8,
            initial: InitialWeights(seed: 2, path: "head"), head: options)
    }

    /// CurricularFace, which also remembers something, over 100 classes of which few take part.
    static func partialHead(rate: Double) throws -> any FaceLoss {
        try LossCatalogue.make(
            LossSpecification(parsing: "curricular"), classes: 100, embeddingSize: 8,
            initial: InitialWeights(seed: 2, path: "head"), head: HeadOptions(rate: rate))
    }
}

/// Images of noise, the same for the same place.
struct ToySource: TrainingSource {
    let imageCount: Int
    let batchSize: Int
    var classes = 3

    var stepsPerEpoch: Int { imageCount / batchSize }

    func batches(epoch: Int, from step: Int, flip: Bool) throws -> any TrainingBatches {
        Batches(epoch: epoch, step: step, source: self)
    }

    private final class Batches: TrainingBatches {
        private let epoch: Int
        private var step: Int
        private let source: ToySource

        init(epoch: Int, step: Int, source: ToySource) {
            self.epoch = epoch
            self.step = step
            self.source = source
        }

        func next() throws -> ImageBatch? {
            guard step < source.stepsPerEpoch else { return nil }
            defer { step += 1 }
            var stream = SeededRandom(seed: UInt64(epoch), "toy", UInt64(step))
            return ImageBatch(
                side: 4, pixels: (0..<source.batchSize * 48).map { _ in UInt8(stream.below(256)) },
                labels: (0..<source.batchSize).map { _ in stream.below(source.classes) })
        }
    }
}
