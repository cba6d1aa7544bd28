import Foundation
public import Torch

/// UniFace (Zhou et al., ICCV 2023): one threshold for all identities, as in verification, which positive
/// cosines must exceed and negative ones must not.
///
///     L = ln(1 + e^(-s (cosθ_y - m) + b)) + sum over j != y of ln(1 + e^(s cosθ_j - b))
///
/// the unified cross-entropy with a margin. b / s is the threshold.
///
/// - **Defaults**: m 0.4 and s up to 64 as in the paper, by ``AngularSchedule``.
/// - **Bias** b is trained and starts at ln(10 C), as in the authors' code.
/// - **Gradient**: exact.
public final class UniFaceLoss: ConfigurableLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.4, in: 0...1,
        "margin subtracted from the target cosine"
    ).searched(0.1...0.6)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "uniface", title: "UniFace",
        summary: "A single trained threshold must separate target cosines from all others.",
        paper: "J. Zhou, X. Jia, Q. Li, L. Shen, J. Duan. UniFace: Unified Cross-Entropy Loss for "
            + "Deep Face Recognition. ICCV 2023",
        equation: "ln(1 + e^(-s (cos θ_y - m) + b)) + Σ_{j≠y} ln(1 + e^(s cos θ_j - b))",
        guide: LossGuide(
            normalization: "embeddings and class weights; one trained bias, the threshold",
            gradient: "exact",
            use: "verification by one threshold: cosines of all identities are calibrated together",
            pitfalls:
                "the sum over all non-target classes makes the loss large at first; the bias starts at "
                + "ln(10 C)"),
        parameters: [marginKey.parameter] + AngularSchedule.parameters,
        presets: [
            LossPreset(
                "uniface-paper", "the paper's constants from the first step",
                AngularSchedule.constant(scale: 64, margin: 0.4))
        ])

    private let weight: Tensor
    private let bias: Tensor
    private let schedule: AngularSchedule

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        bias = setup.initial.constant(log(10 * Double(setup.classes)), [1])
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) { $0 - margin }
    }

    /// Number of classes (identities).
    public var classCount: Int? { weight.shape[0] }

    /// State for checkpoints: `weight` and `bias`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight), StateEntry("bias", bias, .bias)]
    }

    /// The mean over samples of the positive term and the sum of the negative terms.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let batch = CosineMatrix(
            embeddings: embeddings, labels: labels, weight: weight)
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let target = scale * (batch.targetCosines - margin)
        let positive = (bias - target).softplus()
        let logits = batch.cosines * scale
        let negative = (logits - bias).softplus().replacing(with: 0, where: batch.isTarget).sum(1)
        return LossOutput(
            loss: (positive + negative).mean(), logits: logits,
            marginLogits: logits.scattered(1, labels.unsqueezed(1), target.unsqueezed(1)),
            state: [.margin: margin, .scale: scale, .threshold: bias.item() / scale])
    }
}
