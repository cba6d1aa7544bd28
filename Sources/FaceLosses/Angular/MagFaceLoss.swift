import Foundation
public import Torch

/// MagFace (Meng, Zhao, Huang and Zhou, CVPR 2021): ArcFace whose margin grows with the embedding's norm,
/// with a penalty that rewards larger norms: the norm becomes a quality measure.
///
///     t(θ) = cos(θ + m(a)),   m(a) = l_m + (u_m - l_m) (a - l_a) / (u_a - l_a),   a = |x|
///     L = cross-entropy + λ mean (a / u_a² + 1 / a)
///
/// - **Defaults** of the paper: a within 10 ... 110, m within 0.45 ... 0.8, λ 35, s up to 64. All
///   margins grow from 0 over the first half of the run.
/// - **Norms** are limited to l_a ... u_a in the margin and in the penalty, as in the authors' code:
///   outside, the norm gets no gradient.
/// - **Gradient**: ``MarginGradient``; only the exact one passes the margin on to the norm.
public final class MagFaceLoss: AngularMarginLoss {
    static let lowNormKey = LossParameterKey.number(
        "la", symbol: "l_a", default: 10, in: 0.001...1e4, "norm of the smallest margin")
    static let highNormKey = LossParameterKey.number(
        "ua", symbol: "u_a", default: 110, in: 0.001...1e4, "norm of the largest margin")
    static let lowMarginKey = LossParameterKey.number(
        "lm", symbol: "l_m", aliases: ["l_margin"], default: 0.45, in: 0...1.5, unit: "rad",
        "smallest margin"
    ).searched(0.2...0.6)
    static let highMarginKey = LossParameterKey.number(
        "um", symbol: "u_m", aliases: ["u_margin"], default: 0.8, in: 0...1.5, unit: "rad",
        "largest margin"
    ).searched(0.6...1)
    static let weightKey = LossParameterKey.number(
        "lambda", symbol: "λ", aliases: ["lambda_g"], default: 35, in: 0...1e4,
        "weight of the penalty of the norm"
    ).searched(1...100, .logarithmic)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "magface", title: "MagFace",
        summary:
            "ArcFace whose margin grows with the norm of the embedding, which becomes a quality score.",
        paper:
            "Q. Meng, S. Zhao, Z. Huang, F. Zhou. MagFace: A Universal Representation for Face Recognition and Quality Assessment. CVPR 2021",
        equation:
            "ArcFace with m(a) = l_m + (u_m - l_m) (a - l_a) / (u_a - l_a), a = |x|, + λ (a / u_a² + 1 / a)",
        guide: LossGuide(
            normalization:
                "embeddings and class weights; no bias; the norm, within l_a ... u_a, is a "
                + "quality",
            gradient:
                "detached or exact, see grad; by the detached one the norm sees the penalty only",
            use: "when the norm should indicate image quality",
            pitfalls:
                "norms outside l_a ... u_a get no gradient: a network whose norms start outside "
                + "stays there (after batch normalisation of 512 they are about 23)"),
        parameters: [
            lowNormKey.parameter, highNormKey.parameter, lowMarginKey.parameter,
            highMarginKey.parameter, weightKey.parameter,
        ] + AngularSchedule.parameters + [
            MarginGradient.key.parameter, AddedAngle.fallbackKey.parameter,
        ],
        presets: [
            LossPreset(
                "magface-paper",
                "the paper's constants from the first step, exact, easy margin as in its code",
                ["s": 64, "scaleWarmup": 0, "warmup": 0, "grad": "exact", "fallback": "easy"]),
            LossPreset(
                "facexzoo-magface", "as in FaceX-Zoo: s 32, λ 20, no margin beyond π",
                [
                    "s": 32, "lambda": 20, "scaleWarmup": 0, "warmup": 0, "grad": "exact",
                    "fallback": "plain",
                ]),
        ], factors: [["lambda"]])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let angle: AddedAngle
    private let low: Double
    private let high: Double
    private let lowest: Double
    private let highest: Double
    private let penaltyWeight: Double

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = 1.0
        let lowest = setup[Self.lowMarginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) {
            cos(acos($0) + lowest)
        }
        gradient = setup[MarginGradient.key]
        angle = AddedAngle(setup)
        low = setup[Self.lowNormKey]
        high = setup[Self.highNormKey]
        self.lowest = lowest
        highest = setup[Self.highMarginKey]
        penaltyWeight = setup[Self.weightKey]
    }

    /// Target cosines with the margin that depends on each norm, and the penalty.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let norms = batch.norms.squeezed(1).clamped(to: low...max(low, high))
        let slope = (highest - lowest) / max(high - low, 1e-3)
        let margins = ((norms - low) * slope + lowest) * margin
        let penalty = (norms / (high * high) + norms.reciprocal()).mean() * penaltyWeight
        return AngularMargin(
            targetCosines: angle.cosine(of: batch.angles, plus: margins), scale: .constant(scale),
            gradient: gradient, penalty: penalty,
            state: [.margin: margins.mean().item(), .scale: scale])
    }
}
