import Foundation
public import Torch

/// ArcFace (Deng, Guo, Xue and Zafeiriou, CVPR 2019): a margin added to the target angle.
///
///     t(θ) = cos(θ + m)
///
/// - **Margin** m in radians, 0.5 as in the paper. It grows from 0 over the first half of the run.
/// - **Scale** up to the paper's 64, by the number of classes and the run: ``AngularSchedule``.
/// - **Normalisation**: embeddings and class weights, no bias.
/// - **Beyond θ + m > π**, where cos(θ + m) increases again: `monotonic` uses cosθ - m sin m as in the
///   authors' MXNet code, which jumps down at π - m, from -1 to -1.12 with the default m; `clamp` stays at
///   -1; `none` lets it increase, as in arcface_torch; `plain` removes the margin, as in FaceX-Zoo; `easy`
///   removes it from 90 degrees on.
/// - **Gradient**: ``MarginGradient``. The exact one has no pole in the embedding: it is taken through
///   ``AngularBatch/angles``, and is 0 at θ = 0 and π.
public final class ArcFaceLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.5, in: 0...1.5, unit: "rad",
        "margin added to the target angle"
    ).searched(0.2...0.7)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "arcface", title: "ArcFace",
        aliases: ["additive angular margin", "AAM-Softmax", "ArcMarginProduct"],
        summary: "Each embedding must be closer to its class than to others by an angle.",
        paper: "J. Deng, J. Guo, N. Xue, S. Zafeiriou. ArcFace: Additive Angular Margin Loss for "
            + "Deep Face Recognition. CVPR 2019",
        equation: "-log( e^(s cos(θ_y + m)) / (e^(s cos(θ_y + m)) + Σ_{j≠y} e^(s cos θ_j)) )",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient:
                "detached or exact, see grad; the exact one is taken through the angle, without a "
                + "pole at 0 and π, where it is 0",
            use: "the default choice for clean data and many identities",
            pitfalls:
                "with the published scale of 64 and the exact gradient a small set hardly leaves "
                + "its starting loss: keep the defaults, or begin from a softmax's weights; label "
                + "noise hurts it, see Sub-center ArcFace"),
        parameters: [marginKey.parameter] + AngularSchedule.parameters
            + [MarginGradient.key.parameter, AddedAngle.fallbackKey.parameter],
        presets: [
            LossPreset(
                "arcface-paper", "the paper's constants from the first step, exact gradient",
                AngularSchedule.constant(scale: 64, margin: 0.5, ["grad": "exact"])),
            LossPreset(
                "insightface", "as in arcface_torch: constants, detached, no fall-back",
                AngularSchedule.constant(
                    scale: 64, margin: 0.5, ["grad": "detached", "fallback": "none"])),
            LossPreset(
                "insightface-mxnet", "as in insightface's MXNet code: exact, cosθ - m sin m",
                AngularSchedule.constant(scale: 64, margin: 0.5, ["grad": "exact"])),
            LossPreset(
                "opensphere-arcface", "as in OpenSphere: detached, angles end at π",
                AngularSchedule.constant(scale: 64, margin: 0.5, ["fallback": "clamp"])),
            LossPreset(
                "facexzoo-arcface", "as in FaceX-Zoo: s 32, m 0.35, no margin beyond π",
                AngularSchedule.constant(
                    scale: 32, margin: 0.35, ["grad": "exact", "fallback": "plain"])),
            LossPreset(
                "adaface-arcface",
                "as in AdaFace's code, except that it clamps all cosines to ±0.999",
                AngularSchedule.constant(
                    scale: 64, margin: 0.5, ["grad": "exact", "fallback": "clamp"])),
            LossPreset(
                "pml-arcface", "as in pytorch-metric-learning: 28.6 degrees, exact",
                AngularSchedule.constant(
                    scale: 64, margin: .number(28.6 * .pi / 180), ["grad": "exact"])),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let angle: AddedAngle

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) { cos(acos($0) + margin) }
        gradient = setup[MarginGradient.key]
        angle = AddedAngle(setup)
    }

    /// Adds the margin to the target angles.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        return AngularMargin(
            targetCosines: angle.cosine(of: batch.angles, plus: margin), scale: .constant(scale),
            gradient: gradient, state: [.margin: margin, .scale: scale])
    }
}
