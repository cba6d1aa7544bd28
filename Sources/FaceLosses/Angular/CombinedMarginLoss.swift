import Foundation
public import Torch

/// The combined margin of the ArcFace paper (Deng et al., CVPR 2019, equation 4).
///
///     t(θ) = cos(m1 θ + m2) - m3
///
/// - **Defaults** 1, 0.3 rad and 0.2: the paper's CM1. All three grow from no margin over the first
///   half of the run.
/// - **Beyond m1 θ + m2 > π** the cosine stays at -1, so that the target decreases over all of 0 ... π;
///   with `fallback=none` it is unchanged.
/// - **Gradient**: ``MarginGradient``.
public final class CombinedMarginLoss: AngularMarginLoss {
    /// The cosine when the modified angle exceeds π.
    enum Fallback: String, CaseIterable, Sendable {
        case clamp, none
    }

    static let fallbackKey = LossParameterKey.word(
        "fallback", default: Fallback.clamp,
        "cosine beyond m1 θ + m2 > π: -1, or cos(m1 θ + m2) as before")
    static let firstKey = LossParameterKey.number(
        "m1", default: 1, in: 0.5...4, "factor of the target angle"
    ).searched(0.9...1.35)
    static let secondKey = LossParameterKey.number(
        "m2", default: 0.3, in: 0...1.5, unit: "rad", "margin added to the target angle"
    ).searched(0...0.5)
    static let thirdKey = LossParameterKey.number(
        "m3", default: 0.2, in: 0...1, "margin subtracted from the target cosine"
    ).searched(0...0.4)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "combined", title: "Combined margin",
        summary: "The target angle is multiplied and added to, and its cosine lowered.",
        paper: "J. Deng, J. Guo, N. Xue, S. Zafeiriou. ArcFace. CVPR 2019, equation 4",
        equation: "-log softmax_y of s (cos(m1 θ_y + m2) - m3) and s cos θ_j",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "detached or exact, see grad",
            use: "to try margins between ArcFace, CosFace and SphereFace",
            pitfalls: "margins add up: (1, 0.5, 0.35) asks for more than most sets can give"),
        parameters: [
            firstKey.parameter, secondKey.parameter, thirdKey.parameter,
        ] + AngularSchedule.parameters + [MarginGradient.key.parameter, fallbackKey.parameter],
        presets: [
            LossPreset(
                "combined-paper", "the paper's CM1, as in insightface's MXNet code",
                constant(1, 0.3, 0.2, ["grad": "exact"])),
            LossPreset(
                "combined-cm2", "the paper's CM2",
                constant(0.9, 0.4, 0.15, ["grad": "exact"])),
            LossPreset(
                "insightface-combined",
                "how arcface_torch treats (1, 0.3, 0.2): with m3 it ignores m2",
                constant(1, 0, 0.2, ["grad": "detached"])),
        ])

    private static func constant(
        _ first: LossValue, _ second: LossValue, _ third: LossValue, _ others: [String: LossValue]
    ) -> [String: LossValue] {
        [
            "m1": first, "m2": second, "m3": third, "s": 64, "scaleWarmup": 0, "warmup": 0,
            "fallback": "none",
        ].merging(others) { $1 }
    }

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let fallback: Fallback
    private let first: Double
    private let second: Double
    private let third: Double

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = 1.0
        let first = setup[Self.firstKey]
        let second = setup[Self.secondKey]
        let third = setup[Self.thirdKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) {
            cos(first * acos($0) + second) - third
        }
        gradient = setup[MarginGradient.key]
        fallback = setup[Self.fallbackKey]
        self.first = first
        self.second = second
        self.third = third
    }

    /// Target cosines with the combined margin.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let moved = batch.angles * (1 + (first - 1) * margin) + second * margin
        let cosine = (fallback == .clamp ? moved.clamped(to: 0...Double.pi) : moved).cos()
        return AngularMargin(
            targetCosines: cosine - third * margin, scale: .constant(scale), gradient: gradient,
            state: [.margin: margin, .scale: scale])
    }
}
