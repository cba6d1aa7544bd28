public import FaceLosses
public import Torch
import FaceModels
import SafeNumbers

/// One training step: forward and backward pass of each micro-batch, gradient clipping, and the
/// optimizer's update. A step is launched first and read afterwards.
///
/// On a GPU everything is launched before the first number is read, so that the GPU does not wait for
/// the CPU. Losses whose state depends on the batch's numbers, such as CurricularFace, read those
/// in between. The backbone's passes are launched as recorded graphs from the second step on; the first
/// lets libraries initialise. If LibTorch cannot record, or the recorded work gives
/// different results, they are launched one by one. A backbone's training pass must not read values.
///
/// On the CPU nothing is asynchronous, so numbers are read immediately: a micro-batch whose loss is not
/// finite is not differentiated.
public final class TrainingStep {
    private let model: Model
    private let optimizer: any Optimizer
    private let precision: ElementType
    private let device: Device
    /// Whether the update is guarded on the device instead of by a number read on the CPU.
    private let isDeferred: Bool
    private var graphed: GraphedBackbone?
    private var isRecordable: Bool
    private var hasStepped = false

    /// Whether the backbone's passes are launched as recorded graphs.
    public var isRecorded: Bool { graphed != nil }

    /// Prepares steps of a model; the optimizer must update exactly its parameters.
    ///
    /// - Parameters:
    ///   - precision: Precision of the backbone's convolutions and products.
    ///   - device: Where the model's tensors are.
    public convenience init(
        model: Model, optimizer: any Optimizer, precision: ElementType, device: Device
    ) {
        self.init(
            model: model, optimizer: optimizer, precision: precision, device: device,
            isDeferred: device != .cpu)
    }

    /// - Parameter isDeferred: Whether numbers are read only after everything is launched, on any device.
    init(
        model: Model, optimizer: any Optimizer, precision: ElementType, device: Device,
        isDeferred: Bool
    ) {
        self.model = model
        self.optimizer = optimizer
        self.precision = precision
        self.device = device
        self.isDeferred = isDeferred
        // A recorded pass gives only embeddings.
        isRecordable = isDeferred && model.auxiliary == nil
    }

    /// Launches a step with new gradients. If its loss or gradient is not finite, no
    /// parameter and no momentum buffer changes.
    ///
    /// - Parameters:
    ///   - images: `[n, 3, h, w]`.
    ///   - labels: `[n]` of `int64`.
    ///   - microBatches: Number of micro-batches, a divisor of n; gradients are their mean.
    ///   - learningRate: Learning rate of the update.
    ///   - gradientClip: The largest L2 norm of all gradients together; 0 for none.
    ///   - progress: Progress of the run, for each micro-batch.
    public func launch(
        images: Tensor, labels: Tensor, microBatches: Int = 1, learningRate: Double,
        gradientClip: Double, progress: (_ microBatch: Int) -> LossProgress
    ) -> Launched {
        precondition(
            labels.count % microBatches == 0,
            "\(labels.count) images are not \(microBatches) micro-batches")
        optimizer.clearGradients()
        var launched = Launched()
        for (index, microBatch) in split(images, labels, into: microBatches).enumerated() {
            let (embeddings, features) = forward(microBatch.images)
            let output = model.loss(
                embeddings: embeddings, labels: microBatch.labels, progress: progress(index))
            launched.append(output, embeddings: embeddings, labels: microBatch.labels)
            guard isDeferred || output.loss.item().isFinite else { return launched }
            let loss = trainedLoss(output.loss, features, microBatch.labels)
            (microBatches == 1 ? loss : loss / Double(microBatches)).backward()
            graphed?.differentiate(embeddings, isOnly: microBatches == 1)
        }
        launched.norm = update(launched.losses, learningRate: learningRate, clip: gradientClip)
        hasStepped = true
        return launched
    }

    /// The differentiated loss: that of the embeddings plus those of auxiliary classifiers, if any.
    private func trainedLoss(_ loss: Tensor, _ features: [Tensor], _ labels: Tensor) -> Tensor {
        guard let auxiliary = model.auxiliary else { return loss }
        return loss + auxiliary.loss(features, labels: labels)
    }

    /// Embeddings, and the features of auxiliary heads whose classifiers are trained.
    private func forward(_ images: Tensor) -> (embeddings: Tensor, features: [Tensor]) {
        if model.auxiliary != nil, let backbone = model.backbone as? any AuxiliaryBackbone {
            return withPrecision(precision, on: device) { backbone.trained(images) }
        }
        return (embeddings(images), [])
    }

    private func embeddings(_ images: Tensor) -> Tensor {
        if graphed == nil, hasStepped, isRecordable {
            graphed = try? GraphedBackbone(model.backbone, like: images, precision: precision)
            isRecordable = graphed != nil
        }
        if let graphed, graphed.fits(images) { return graphed(images) }
        graphed = nil
        return withPrecision(precision, on: device) { model.backbone(images, training: true) }
    }

    /// Clips the gradients and updates the parameters; returns the norm before clipping.
    private func update(_ losses: [Tensor], learningRate: Double, clip: Double) -> Norm {
        if isDeferred {
            let guarded = optimizer.gradientGuard(
                loss: losses.dropFirst().reduce(losses[0], +), limit: clip,
                isOneBatch: losses.count == 1)
            optimizer.step(learningRate: learningRate, guardedBy: guarded)
            return .unread(guarded.norm)
        }
        let norm = optimizer.gradientNorm()
        optimizer.step(learningRate: learningRate, norm: norm, clip: clip)
        return .read(norm)
    }

    /// L2 norm of the gradients before clipping.
    enum Norm {
        case read(Double)
        case unread(Tensor)
    }
}

extension TrainingStep {
    /// The numbers of one step.
    public struct Numbers {
        /// Sums over the batch.
        public internal(set) var sums = EpochSums()
        /// L2 norm of all gradients before clipping; NaN if the loss is not finite and
        /// nothing was differentiated.
        public internal(set) var gradientNorm = Double.nan
        /// Scheduled and measured quantities of the loss.
        public internal(set) var lossState = LossState()
        /// Embeddings and logits, for a failure's record.
        var outputs: [(name: String, tensor: Tensor)] = []
    }

    /// A launched step whose numbers have not been read yet.
    public struct Launched {
        /// A micro-batch: its known properties, its loss and its correctly classified samples
        /// without and with the margin.
        private struct MicroBatch {
            var numbers: Numbers
            let unread: [Tensor]
        }

        private var microBatches: [MicroBatch] = []
        var norm = Norm.read(.nan)

        fileprivate var losses: [Tensor] { microBatches.map { $0.unread[0] } }

        mutating func append(
            _ output: LossOutput, embeddings: Tensor, labels: Tensor
        ) {
            var numbers = Numbers()
            numbers.outputs = output.named(with: embeddings)
            numbers.lossState = output.state
            numbers.sums.images = labels.count
            numbers.sums.active = EpochSums.active(output.state, images: labels.count)
            let loss = output.loss.detached()
            let none = loss.filled(like: 0, shape: [])
            microBatches.append(
                MicroBatch(
                    numbers: numbers,
                    unread: [
                        loss, output.correctSum(labels: labels, withMargin: false) ?? none,
                        output.correctSum(labels: labels, withMargin: true) ?? none,
                    ]))
        }

        /// Waits for the numbers. State and outputs are those of the last micro-batch, or of the first
        /// one whose loss is not finite.
        public func read() -> Numbers {
            var unread = microBatches.flatMap(\.unread)
            if case .unread(let norm) = norm { unread.append(norm) }
            let values = Tensor.stacked(unread.map { $0.to(.float64) }, dim: 0)
                .array(of: Double.self)
            var sums = EpochSums()
            var failed: Int?
            for (index, microBatch) in microBatches.enumerated() {
                var microBatch = microBatch.numbers.sums
                let loss = values[3 * index]
                microBatch.loss = loss * Double(microBatch.images)
                microBatch.correct = Int(saturating: values[3 * index + 1])
                microBatch.correctWithMargin = Int(saturating: values[3 * index + 2])
                sums.add(microBatch)
                if !loss.isFinite { failed = failed ?? index }
            }
            var numbers = microBatches[failed ?? microBatches.count - 1].numbers
            numbers.sums = sums
            numbers.gradientNorm =
                if case .read(let norm) = norm { norm } else { values[values.count - 1] }
            return numbers
        }
    }
}

extension Optimizer {
    /// Updates the parameters by clipped gradients of a known norm; does nothing if it is not finite.
    ///
    /// - Parameter clip: The largest L2 norm of all gradients together; 0 for none.
    func step(learningRate: Double, norm: Double, clip: Double) {
        guard norm.isFinite else { return }
        if clip > 0, norm > clip { scaleGradients(by: clip / norm) }
        step(learningRate: learningRate)
    }
}
