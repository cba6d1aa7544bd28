public import FaceLosses
public import FaceModels
public import Torch

/// A step on a GPU: everything is launched before the first number is read, so that the GPU never
/// waits for the processor.
///
/// The backbone's passes are launched as recorded graphs from the second step on; the first shows
/// libraries what there is to be done. Where LibTorch cannot record, or the recorded work gives
/// something else, they are launched one by one.
public final class AcceleratedStep {
    private let backbone: any Backbone
    private let loss: any FaceLoss
    private let optimizer: SGD
    private let precision: ElementType
    private let device: Device
    private var graphed: GraphedBackbone?
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

    /// What one step gave, as far as the GPU's numbers were read.
    public struct Outcome {
        /// Sums over the batch.
        public internal(set) var sums = EpochSums()
        /// L2 norm of the gradients before they were limited.
        public internal(set) var norm = 0.0
        /// What changes in the course of a run.
        public internal(set) var lossState: [String: Double] = [:]
        var outputs: [(name: String, tensor: Tensor)] = []
    }

    /// Takes a step whose batch is split into parts; when the outcome is not finite, nothing changed.
    ///
    /// - Parameters:
    ///   - images: `[n, 3, h, w]`.
    ///   - labels: `[n]` of `int64`.
    ///   - parts: Into how many the batch is split; gradients are their mean.
    ///   - rate: The learning rate.
    ///   - progress: How far the run is, for each part.
    ///   - clip: The largest norm of all gradients; 0 for none.
    public func callAsFunction(
        images: Tensor, labels: Tensor, parts: Int, rate: Double, clip: Double,
        progress: (_ part: Int) -> LossProgress
    ) -> Outcome {
        var outcome = Outcome()
        var numbers: [Tensor] = []
        let size = labels.count / parts
        for part in 0..<parts {
            let range = part * size..<(part + 1) * size
            let images = parts == 1 ? images : images.narrowed(0, range)
            let labels = parts == 1 ? labels : labels.narrowed(0, range)
            let embeddings = forward(images)
            let output = loss(embeddings: embeddings, labels: labels, progress: progress(part))
            outcome.note(output, embeddings: embeddings, count: size)
            (output.loss / Double(parts)).backward()
            graphed?.differentiate(embeddings, isOnly: parts == 1)
            let none = output.loss.detached().filled(like: 0, shape: [])
            numbers.append(output.loss.detached())
            numbers.append(output.correctSum(labels: labels, withMargin: false) ?? none)
            numbers.append(output.correctSum(labels: labels, withMargin: true) ?? none)
        }
        let total = stride(from: 3, to: numbers.count, by: 3).reduce(numbers[0]) {
            $0 + numbers[$1]
        }
        let guarded = optimizer.gradientGuard(loss: total, limit: clip)
        optimizer.step(learningRate: rate, guardedBy: guarded)
        hasStepped = true
        outcome.read(numbers + [guarded.norm], count: size)
        return outcome
    }

    private func forward(_ images: Tensor) -> Tensor {
        if graphed == nil, hasStepped, isRecordable {
            graphed = try? GraphedBackbone(backbone, like: images, precision: precision)
            if graphed?.isFaithful(to: images, precision: precision) != true { graphed = nil }
            isRecordable = graphed != nil
        }
        if let graphed, graphed.fits(images) { return graphed(images) }
        graphed = nil
        return withPrecision(precision, on: device) { backbone(images, training: true) }
    }
}

extension AcceleratedStep.Outcome {
    fileprivate mutating func note(_ output: LossOutput, embeddings: Tensor, count: Int) {
        outputs = [("embeddings", embeddings.detached())]
        if let logits = output.logits { outputs.append(("logits", logits.detached())) }
        lossState = output.state
        var part = EpochSums()
        part.images = count
        part.active = EpochSums.active(output.state, images: count)
        sums.add(part)
    }

    /// Reads all at once: loss, correct samples without and with the margin of each part, the norm.
    fileprivate mutating func read(_ numbers: [Tensor], count: Int) {
        let values = Tensor.stacked(numbers.map { $0.to(.float64) }, dim: 0)
            .array(of: Double.self)
        for part in stride(from: 0, to: values.count - 1, by: 3) {
            sums.loss += values[part] * Double(count)
            sums.correct += Int(values[part + 1])
            sums.correctWithMargin += Int(values[part + 2])
        }
        norm = values[values.count - 1]
    }
}
