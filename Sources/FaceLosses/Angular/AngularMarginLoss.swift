public import Torch

/// A loss that makes the angle between an embedding and its identity's class weight small.
///
/// What all of them do is here: embeddings x and class weights W are normalised, their products are
/// the cosines, the target's cosine is replaced by a smaller one, all are scaled, and the loss is
/// the cross-entropy. What one of them does differently is ``margin(_:at:)``.
///
///     L = -log( e^(S t) / (e^(S t) + sum over j != y of e^(S cosθ_j)) )
///
/// with the target's modified cosine t and the scale S, which is a number or |x|. There is no bias.
public protocol AngularMarginLoss: ConfigurableLoss {
    /// Class weights `[c, d]`, of which only the direction counts.
    var weight: Tensor { get }

    /// Class weights of each identity, of which the nearest one counts; 1 by default.
    ///
    /// With k of them `weight` is `[c k, d]`, those of an identity side by side.
    var subcenters: Int { get }

    /// What becomes of the targets' cosines at a point of the run.
    func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin
}

/// The angles of a batch.
public struct AngularBatch {
    /// Embeddings `[n, d]` as they came, in the type of the class weights.
    public let embeddings: Tensor
    /// Labels `[n]`.
    public let labels: Tensor
    /// Cosines `[n, c]` between embeddings and class weights; may pass ±1 by rounding.
    public let cosines: Tensor

    /// Cosines `[n]` between embeddings and their own class weights.
    public var targets: Tensor { cosines.picking(labels) }

    /// Norms `[n, 1]` of the embeddings.
    public var norms: Tensor { embeddings.norm(1, keep: true) }

    /// Whether the batch is trained on, so that what a loss remembers of batches may change.
    public var isTraining: Bool { cosines.requiresGradient }

    /// True `[n, c]` where a class is the sample's own.
    public var isTarget: Tensor {
        let classes = Tensor.range(cosines.shape[1], device: labels.device)
        return labels.unsqueezed(1) .== classes.unsqueezed(0)
    }

    init(embeddings: Tensor, labels: Tensor, weight: Tensor, subcenters: Int) {
        self.embeddings = embeddings.to(weight.type)
        self.labels = labels
        let all = self.embeddings.l2Normalized().linear(weight: weight.l2Normalized())
        cosines =
            subcenters == 1
            ? all
            : all.reshaped([all.shape[0], all.shape[1] / subcenters, subcenters]).max(2)
    }
}

/// What a margin makes of the targets' cosines.
public struct AngularMargin {
    /// What cosines are multiplied by.
    public enum Scale {
        /// The embedding's own norm.
        case embeddingNorm
        /// One number.
        case constant(Double)
        /// One number that is trained, of one element.
        case variable(Tensor)
    }

    /// The targets' modified cosines `[n]`.
    public var targets: Tensor
    /// What cosines are multiplied by.
    public var scale: Scale
    /// How the loss is differentiated through the margin.
    public var gradient: MarginGradient
    /// The other classes' modified cosines `[n, c]`, of which the targets' column does not count;
    /// nil when they stay as they are.
    public var others: Tensor?
    /// A scalar that is added to the cross-entropy; nil for none.
    public var penalty: Tensor?
    /// The margin and the scale at this step, for the record.
    public var state: [String: Double]

    /// Creates a margin.
    public init(
        targets: Tensor, scale: Scale, gradient: MarginGradient, others: Tensor? = nil,
        penalty: Tensor? = nil, state: [String: Double]
    ) {
        self.targets = targets
        self.scale = scale
        self.gradient = gradient
        self.others = others
        self.penalty = penalty
        self.state = state
    }
}

/// How a loss is differentiated through its margin.
public enum MarginGradient: String, CaseIterable, Sendable {
    /// What the margin takes off the target's logit counts as a constant, so that the target is
    /// drawn as strongly as without a margin, and only the softmax's weights know of it.
    ///
    /// This is the convention of arcface_torch and OpenSphere. The exact gradient of ArcFace and
    /// A-Softmax has a part that all samples share: it is largest at 90 degrees, where training
    /// from random weights begins, and pushes all embeddings and class weights to one place.
    case detached
    /// The derivative of the value.
    case exact

    static let key = LossParameterKey.word(
        "grad", default: MarginGradient.detached,
        "gradient through the margin: with it, or with its displacement held constant")
}

extension AngularMarginLoss {
    /// `weight`.
    public var state: [StateEntry] { [StateEntry("weight", weight, .weight)] }

    /// 1.
    public var subcenters: Int { 1 }

    /// Normalises, multiplies, applies the margin, scales, and takes the cross-entropy.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let batch = AngularBatch(
            embeddings: embeddings, labels: labels, weight: weight, subcenters: subcenters)
        let margin = margin(batch, at: progress)
        let scale = margin.scale.tensor(for: batch)
        let logits = batch.cosines * scale
        let columns = labels.unsqueezed(1)
        let target = margin.targets.unsqueezed(1) * scale
        let marginLogits = (margin.others.map { $0 * scale } ?? logits).scattered(
            1, columns, margin.gradient.joined(target, without: logits.gathered(1, columns)))
        let entropy = marginLogits.crossEntropy(labels: labels)
        return LossOutput(
            loss: margin.penalty.map { entropy + $0 } ?? entropy, logits: logits,
            marginLogits: marginLogits, state: margin.state)
    }
}

extension AngularMargin.Scale {
    /// The scale in a shape that repeats along `[n, c]`.
    fileprivate func tensor(for batch: AngularBatch) -> Tensor {
        switch self {
        case .embeddingNorm: batch.norms
        case .constant(let value): batch.cosines.filled(like: value, shape: [])
        case .variable(let value): value.reshaped([])
        }
    }
}

extension MarginGradient {
    /// The target's logit, with the chosen gradient.
    func joined(_ target: Tensor, without plain: Tensor) -> Tensor {
        switch self {
        case .exact: target
        case .detached: plain + (target - plain).detached()
        }
    }
}
