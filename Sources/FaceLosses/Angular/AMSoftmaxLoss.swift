public import Torch

/// AM-Softmax (Wang, Cheng, Liu and Liu 2018), also CosFace (Wang et al., CVPR 2018): a margin subtracted
/// from the target cosine.
///
///     t(θ) = cosθ - m
///
/// - **Margin** m, a cosine, 0.35 as in both papers. It grows from 0 over the first half of the run.
/// - **Scale** up to AM-Softmax's 30, by the number of classes and the run: ``AngularSchedule``.
/// - **Normalisation**: embeddings and class weights, no bias.
/// - **Gradient**: exact; the margin is a constant, so detaching it changes nothing. The target decreases
///   over all of 0 ... π, so no fallback is needed.
public final class AMSoftmaxLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.35, in: 0...1,
        "margin subtracted from the target cosine"
    ).searched(0.1...0.6)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "amsoftmax", title: "AM-Softmax",
        aliases: ["additive margin", "additive margin softmax", "AddMarginProduct"],
        summary: "Each embedding must be closer to its class than to others by a cosine margin.",
        paper: "F. Wang, J. Cheng, W. Liu, H. Liu. Additive Margin Softmax for Face Verification. "
            + "IEEE Signal Processing Letters 2018",
        equation: "-log( e^(s (cos θ_y - m)) / (e^(s (cos θ_y - m)) + Σ_{j≠y} e^(s cos θ_j)) )",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient:
                "exact; the margin is a constant",
            use: "first choice along with ArcFace: the gradient has no pole and needs no fallback",
            pitfalls: "margin and scale must match: with a small scale, 0.35 is out of "
                + "reach for hard images"),
        parameters: [marginKey.parameter] + AngularSchedule.parameters,
        presets: [
            LossPreset(
                "amsoftmax-paper", "the paper's constants from the first step",
                AngularSchedule.constant(scale: 30, margin: 0.35)),
            LossPreset(
                "cosface", title: "CosFace", aliases: ["LMCL", "large margin cosine"],
                "the constants of CosFace (Wang et al., CVPR 2018)",
                AngularSchedule.constant(scale: 64, margin: 0.35)),
            LossPreset(
                "insightface-cosface", "the constants of arcface_torch",
                AngularSchedule.constant(scale: 64, margin: 0.4)),
            LossPreset(
                "opensphere-cosface", "the constants of OpenSphere",
                AngularSchedule.constant(scale: 64, margin: 0.35)),
            LossPreset(
                "facexzoo-amsoftmax", "the constants of FaceX-Zoo",
                AngularSchedule.constant(scale: 32, margin: 0.35)),
            LossPreset(
                "adaface-cosface",
                "the constants of AdaFace's code, except that it clamps all cosines to ±0.999",
                AngularSchedule.constant(scale: 64, margin: 0.4)),
            LossPreset(
                "pml-cosface", "the constants of pytorch-metric-learning",
                AngularSchedule.constant(scale: 64, margin: 0.35)),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 30) { $0 - margin }
    }

    /// Subtracts the margin from the target cosines.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        return AngularMargin(
            targetCosines: batch.targetCosines - margin, scale: .constant(scale), gradient: .exact,
            state: [.margin: margin, .scale: scale])
    }
}
