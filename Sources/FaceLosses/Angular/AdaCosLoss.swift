import Foundation
public import Torch

/// AdaCos (Zhang, Zhao, Qiao, Wang and Li, CVPR 2019): the softmax of cosines, whose scale is computed from
/// the angles of each batch, without a margin or tunable parameters.
///
///     s_0 = √2 ln(C - 1),   s = ln B / cos(min(π/4, θ_med))
///     B = mean over samples of sum over j != y of e^(s cosθ_j)
///
/// with the median θ_med of the targets' angles and the previous scale in B. The scale is kept as a buffer,
/// which is updated by every training batch before it is used. It stays within 1 ... 64: if all embeddings
/// are nearly equal, the paper's rule makes it grow without bound. The limits are Facet's; `limit=no`
/// removes them, as in the paper and in FaceX-Zoo, except for a lower bound above 0: with few classes the
/// rule can give less.
public final class AdaCosLoss: AngularMarginLoss {
    static let limitKey = LossParameterKey.word(
        "limit", default: NormFaceLoss.Choice.yes, "whether the scale is clamped to 1 ... 64")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "adacos", title: "AdaCos",
        summary: "Softmax of cosines, with a scale derived from the angles of the batch.",
        paper: "X. Zhang, R. Zhao, Y. Qiao, X. Wang, H. Li. AdaCos: Adaptively Scaling Cosine "
            + "Logits for Effectively Learning Deep Face Representations. CVPR 2019",
        equation: "-log( e^(s cos θ_y) / Σ_j e^(s cos θ_j) ), s = ln B / cos(min(π/4, θ_med))",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "exact; the scale is treated as a constant",
            use: "when there should be no parameter to tune",
            pitfalls:
                "while all embeddings are alike the scale grows from batch to batch; it is kept "
                + "within 1 ... 64 unless limit=no"),
        parameters: [limitKey.parameter],
        presets: [
            LossPreset(
                "facexzoo-adacos", "as in FaceX-Zoo: without limits of the scale",
                ["limit": "no"])
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    private let scale: Tensor
    private let isLimited: Bool

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        weight = setup.directionWeights()
        scale = weight.filled(
            like: AngularSchedule.balancedScale(classes: setup.classes), shape: [])
        isLimited = setup[Self.limitKey] == .yes
    }

    /// State for checkpoints: `weight` and `scale`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight), StateEntry("scale", scale, .buffer)]
    }

    /// No margin, and the scale after this batch.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        if batch.isTraining, batch.classes > 1 {
            withoutGradients { adapt(to: batch) }
        }
        let value = scale.item()
        return AngularMargin(
            targetCosines: batch.targetCosines, scale: .constant(value), gradient: .exact,
            state: [.scale: value])
    }

    private func adapt(to batch: AngularBatch) {
        let mean = batch.nonTargetExponentials(scale: scale.item()).mean().item()
        let cosines = batch.targetCosines.array(of: Double.self).sorted(by: >)
        // The lower of the two middle angles for an even number, as in PyTorch's median.
        let median = acos(min(1, max(-1, cosines[(cosines.count - 1) / 2])))
        let value = log(mean) / cos(min(.pi / 4, median))
        scale.fill(isLimited ? min(64, max(1, value)) : max(0, value))
    }
}
