public import FaceLosses
public import FaceModels
public import Torch
import SafeNumbers

/// A step on a GPU: everything is launched before the first number is read, so that the GPU does not
/// wait for the processor. Losses whose state is made of the batch's numbers, such as CurricularFace,
/// read those in between.
///
/// The backbone's passes are launched as recorded graphs from the second step on; the first shows
/// libraries what there is to be done. Where LibTorch cannot record, or the recorded work gives
/// something else, they are launched one by one. A backbone's training pass must not read values.
public final class AcceleratedStep {
    private let backbone: any Backbone
    private let loss: any FaceLoss
    private let optimizer: SGD
    private let precision: ElementType
    private let device: Device
    private var graphed: GraphedBackbone?
    /// Whether the backbone's passes are launched as recorded graphs.
    public var isRecorded: Bool { graphed != nil }
    private var isRecordable = true
    private var hasStepped = false

    /// Prepares steps of a network, its loss and their optimiser, all on one GPU.
    public init(
        backbone: any Backbone, loss: any FaceLoss, optimizer: SGD, precision: ElementType,
        device: Device
    ) {
        self.backbone = backbone
        self.loss = loss
        self.optimizer = optimizer
        self.precision = precision
        self.device = device
    }

    /// What one step gave.
    public struct Outcome {
        /// Sums over the batch.
        public internal(set) var sums = EpochSums()
        /// L2 norm of the gradients before they were limited.
        public internal(set) var norm = 0.0
        /// What changes in the course of a run.
        public internal(set) var lossState: [String: Double] = [:]
        var outputs: [(name: String, tensor: Tensor)] = []
    }

    /// A step whose numbers nobody has read yet.
    public struct Launched {
        /// What is known of each part before its numbers are read.
        fileprivate var microBatches: [Outcome] = []
        /// Loss, correct samples without and with the margin of each part; the norm.
        fileprivate var numbers: [Tensor] = []

        /// Waits for the numbers. The state and the outputs are the last part's, or the first one's
        /// whose loss is not finite.
        public func outcome() -> Outcome {
            let values = Tensor.stacked(numbers.map { $0.to(.float64) }, dim: 0)
                .array(of: Double.self)
            let losses = microBatches.indices.map { values[3 * $0] }
            var outcome = microBatches[losses.firstIndex { !$0.isFinite } ?? microBatches.count - 1]
            outcome.sums = EpochSums()
            for (index, microBatch) in microBatches.enumerated() {
                var sums = microBatch.sums
                sums.loss = losses[index] * Double(sums.images)
                sums.correct = Int(saturating: values[3 * index + 1])
                sums.correctWithMargin = Int(saturating: values[3 * index + 2])
                outcome.sums.add(sums)
            }
            outcome.norm = values[3 * microBatches.count]
            return outcome
        }
    }

    /// Launches a step whose batch is split into parts, with gradients of this step alone. When its
    /// outcome is not finite, no parameter and no velocity changes.
    ///
    /// - Parameters:
    ///   - images: `[n, 3, h, w]`.
    ///   - labels: `[n]` of `int64`.
    ///   - microBatches: Into how many the batch is split, a divisor of n; gradients are their
    ///     mean.
    ///   - rate: The learning rate.
    ///   - clip: The largest norm of all gradients; 0 for none.
    ///   - progress: How far the run is, for each part.
    public func callAsFunction(
        images: Tensor, labels: Tensor, microBatches: Int = 1, rate: Double, clip: Double,
        progress: (_ microBatch: Int) -> LossProgress
    ) -> Launched {
        precondition(
            labels.count % microBatches == 0, "\(labels.count) images are not \(microBatches) parts"
        )
        optimizer.clearGradients()
        var launched = Launched()
        for (microBatch, (images, labels)) in split(images, labels, into: microBatches).enumerated()
        {
            let embeddings = forward(images)
            let output = loss(
                embeddings: embeddings, labels: labels, progress: progress(microBatch))
            launched.note(output, embeddings: embeddings, labels: labels)
            (microBatches == 1 ? output.loss : output.loss / Double(microBatches)).backward()
            graphed?.differentiate(embeddings, isOnly: microBatches == 1)
        }
        let losses = stride(from: 0, to: 3 * microBatches, by: 3).map { launched.numbers[$0] }
        let guarded = optimizer.gradientGuard(
            loss: losses.dropFirst().reduce(losses[0], +), limit: clip,
            isOneBatch: microBatches == 1)
        optimizer.step(learningRate: rate, guardedBy: guarded)
        hasStepped = true
        launched.numbers.append(guarded.norm)
        return launched
    }

    private func forward(_ images: Tensor) -> Tensor {
        if graphed == nil, hasStepped, isRecordable {
            graphed = try? GraphedBackbone(backbone, like: images, precision: precision)
            isRecordable = graphed != nil
        }
        if let graphed, graphed.fits(images) { return graphed(images) }
        graphed = nil
        return withPrecision(precision, on: device) { backbone(images, training: true) }
    }
}

extension AcceleratedStep.Launched {
    fileprivate mutating func note(_ output: LossOutput, embeddings: Tensor, labels: Tensor) {
        var microBatch = AcceleratedStep.Outcome()
        microBatch.outputs = output.named(with: embeddings)
        microBatch.lossState = output.state
        microBatch.sums.images = labels.count
        microBatch.sums.active = EpochSums.active(output.state, images: labels.count)
        microBatches.append(microBatch)
        let loss = output.loss.detached()
        let none = loss.filled(like: 0, shape: [])
        numbers += [
            loss, output.correctSum(labels: labels, withMargin: false) ?? none,
            output.correctSum(labels: labels, withMargin: true) ?? none,
        ]
    }
}
