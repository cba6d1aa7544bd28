public import Torch

/// A loss that minimises the angle between an embedding and its identity's class weight.
///
/// All of them normalise embeddings x and class weights W, whose products are the cosines, replace the
/// target's cosine by a smaller one, scale all cosines, and take the cross-entropy. They differ in
/// ``margin(_:at:)``.
///
///     L = -log( e^(S t) / (e^(S t) + sum over j != y of e^(S cosθ_j)) )
///
/// with the target's modified cosine t and the scale S, which is a number or |x|. There is no bias.
public protocol AngularMarginLoss: ConfigurableLoss {
    /// Class weights `[c, d]`; only their direction matters.
    var weight: Tensor { get }

    /// Number of class weights per identity, of which the nearest one counts; 1 by default.
    ///
    /// With k of them `weight` is `[c k, d]`, with those of an identity adjacent.
    var subcenters: Int { get }

    /// Modifies the target cosines of a batch at a point of the run.
    func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin
}

/// The target cosines with a margin, and how they enter the loss.
public struct AngularMargin {
    /// The scale of the cosines; above 0.
    public enum Scale {
        /// The embedding's own norm.
        case embeddingNorm
        /// A fixed number.
        case constant(Double)
        /// A trained tensor of one element.
        case variable(Tensor)
    }

    /// The modified target cosines `[n]`, in the loss's type or in `float64`.
    public var targetCosines: Tensor
    /// The scale of the cosines; above 0.
    public var scale: Scale
    /// How the loss is differentiated through the margin.
    public var gradient: MarginGradient
    /// Modifies the cosines `[n, k]` of any k non-target classes; nil if they are unchanged.
    ///
    /// Must be elementwise in the cosines, so that classes can be processed in parts; only the cosines are
    /// differentiated, other inputs are treated as constants. Elements of target classes are ignored.
    public var nonTargets: ((Tensor) -> Tensor)?
    /// A scalar that is added to the cross-entropy; nil for none.
    public var penalty: Tensor?
    /// The margin and the scale at this step, for records.
    public var state: LossState

    /// Creates the result of a margin for one batch.
    public init(
        targetCosines: Tensor, scale: Scale, gradient: MarginGradient,
        nonTargets: ((Tensor) -> Tensor)? = nil,
        penalty: Tensor? = nil, state: LossState
    ) {
        self.targetCosines = targetCosines
        self.scale = scale
        self.gradient = gradient
        self.nonTargets = nonTargets
        self.penalty = penalty
        self.state = state
    }
}

/// How a loss is differentiated through its margin.
public enum MarginGradient: String, CaseIterable, Sendable {
    /// The amount that the margin subtracts from the target logit is treated as a constant, so that the
    /// gradient of the target logit is that without a margin, and only the softmax probabilities depend on
    /// the margin.
    ///
    /// This is the convention of arcface_torch and OpenSphere. The exact gradient of ArcFace and A-Softmax
    /// has a component that all samples share: it is largest at 90 degrees, where training from random
    /// weights begins, and pushes all embeddings and class weights towards one point.
    case detached
    /// The derivative of the value.
    case exact

    static let key = LossParameterKey.word(
        "grad", default: MarginGradient.detached,
        "gradient through the margin: with it, or with its displacement held constant")
}

extension AngularMarginLoss {
    /// State for checkpoints: `weight`.
    public var state: [StateEntry] { [StateEntry("weight", weight, .weight)] }

    /// One class center, unless the loss has several.
    public var subcenters: Int { 1 }

    /// Normalises, multiplies, applies the margin, scales, and takes the cross-entropy, with every
    /// intermediate result as a separate tensor; ``MarginHead`` does the same in less memory.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let matrix = CosineMatrix(
            embeddings: embeddings, labels: labels, weight: weight, subcenters: subcenters)
        let batch = matrix.batch
        let margin = margin(batch, at: progress)
        let scale = margin.scale.tensor(for: batch)
        let logits = matrix.cosines * scale
        let marginLogits = (margin.nonTargets.map { $0(matrix.cosines) * scale } ?? logits)
            .scattered(
                1, labels.unsqueezed(1), margin.targetLogits(of: batch).to(logits.type))
        let entropy = marginLogits.crossEntropy(labels: labels)
        return LossOutput(
            loss: margin.penalty.map { entropy + $0 } ?? entropy, logits: logits,
            marginLogits: marginLogits, state: margin.state)
    }
}

extension AngularMargin {
    /// The target logits `[n, 1]`, with the chosen gradient, in the type of the modified cosines.
    func targetLogits(of batch: AngularBatch) -> Tensor {
        let scale = scale.tensor(for: batch)
        return gradient.joined(
            targetCosines.unsqueezed(1) * scale, without: batch.targetCosines.unsqueezed(1) * scale)
    }
}

extension AngularMargin.Scale {
    /// The scale in a shape that broadcasts to `[n, c]`.
    func tensor(for batch: AngularBatch) -> Tensor {
        switch self {
        case .embeddingNorm: batch.norms
        case .constant(let value): batch.targetCosines.filled(like: value, shape: [])
        case .variable(let value): value.reshaped([])
        }
    }
}

extension MarginGradient {
    /// The target logit, with the chosen gradient.
    func joined(_ target: Tensor, without plain: Tensor) -> Tensor {
        switch self {
        case .exact: target
        case .detached: plain + (target - plain).detached()
        }
    }
}
