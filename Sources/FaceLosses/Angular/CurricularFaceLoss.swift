import Foundation
public import Torch

/// CurricularFace (Huang et al., CVPR 2020): ArcFace in which classes that are nearer than the
/// target, with its margin, are weighted by the progress of training.
///
///     t(θ) = cos(θ + m),   cosθ_j -> cosθ_j (t + cosθ_j)  where cosθ_j > cos(θ_y + m)
///     t = 0.01 mean cosθ_y + 0.99 t, from 0
///
/// - **Margin** and scale as in ``ArcFaceLoss``: 0.5 rad, up to 64.
/// - **Hard** classes are compared with cos(θ_y + m) even beyond π, where the target has its fallback, as
///   in the authors' code.
/// - **State**: `t`, a buffer that is updated by every training batch before it is used.
/// - **Gradient**: ``MarginGradient`` for the target; the weight t + cosθ_j of hard classes is
///   differentiated, as in the authors' code.
public final class CurricularFaceLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.5, in: 0...1.5, unit: "rad",
        "margin added to the target angle"
    ).searched(0.2...0.7)
    static let momentumKey = LossParameterKey.number(
        "momentum", default: 0.99, in: 0...1, "fraction of t that stays from batch to batch")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "curricular", title: "CurricularFace",
        summary: "ArcFace that emphasises hard classes more as training progresses.",
        paper:
            "Y. Huang et al. CurricularFace: Adaptive Curriculum Learning Loss for Deep Face Recognition. CVPR 2020",
        equation: "ArcFace with cos θ_j (t + cos θ_j) for classes with cos θ_j > cos(θ_y + m)",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "detached or exact, see grad, for the target; the weight t + cos θ_j of hard "
                + "classes is differentiated, t is not",
            use: "clean sets with many hard pairs of identities",
            pitfalls: "t follows the mean target cosine slowly (momentum 0.99): on runs of a few "
                + "hundred steps it hardly rises"),
        parameters: [
            marginKey.parameter, momentumKey.parameter,
        ] + AngularSchedule.parameters + [
            MarginGradient.key.parameter, AddedAngle.fallbackKey.parameter,
        ],
        presets: [
            LossPreset(
                "curricular-paper", "the paper's constants from the first step, exact gradient",
                AngularSchedule.constant(scale: 64, margin: 0.5, ["grad": "exact"])),
            LossPreset(
                "facexzoo-curricular", "FaceX-Zoo's is the same as the authors'",
                AngularSchedule.constant(scale: 64, margin: 0.5, ["grad": "exact"])),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let angle: AddedAngle
    private let t: Tensor
    private let momentum: Double

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) { cos(acos($0) + margin) }
        gradient = setup[MarginGradient.key]
        angle = AddedAngle(setup)
        t = weight.filled(like: 0, shape: [])
        momentum = setup[Self.momentumKey]
    }

    /// State for checkpoints: `weight` and `t`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight), StateEntry("t", t, .buffer)]
    }

    /// Target cosines with the margin, and the weighting of hard classes.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let cosine = batch.targetCosines
        let target = angle.cosine(of: batch.angles, plus: margin)
        if batch.isTraining {
            withoutGradients { t.assign(t * momentum + cosine.mean() * (1 - momentum)) }
        }
        let threshold = withoutGradients {
            AddedAngle(.none).cosine(of: batch.angles, plus: margin).to(cosine.type)
        }
        return AngularMargin(
            targetCosines: target, scale: .constant(scale), gradient: gradient,
            // A copy, because t changes before the gradient is computed.
            nonTargets: Self.weighted(by: t.copy(), above: threshold.unsqueezed(1)),
            state: [.margin: margin, .scale: scale, .t: t.item()])
    }

    /// cosθ_j (t + cosθ_j) where cosθ_j is above a threshold `[n, 1]`.
    private static func weighted(by t: Tensor, above bound: Tensor) -> (Tensor) -> Tensor {
        { cosines in (cosines * (t + cosines)).where(cosines .> bound, else: cosines) }
    }
}
