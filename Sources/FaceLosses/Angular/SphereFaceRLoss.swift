import Foundation
public import Torch

/// SphereFace-R (Liu, Wen, Raj, Singh and Weller, TPAMI 2022): SphereFace modified to train without
/// annealing.
///
///     v0:  t(θ) = (-1)^k cos(m θ) - 2k,   k = floor(m θ / π)
///     v1:  t(θ) = cos(min(m θ, π))
///     v2:  t(θ) = cosθ,   cosθ_j -> cos(θ_j / m)
///
/// v0 is SphereFace's form with any factor and a scale, without λ.
///
/// - **Defaults**: v1, m 1.5, s up to 30, gradient detached (the paper's characteristic gradient
///   detachment), as in OpenSphere. The margin grows from 1, i.e. none, over the first half of the run.
public final class SphereFaceRLoss: AngularMarginLoss {
    /// The angles that the margin modifies.
    enum Version: String, CaseIterable, Sendable {
        case v0, v1, v2
    }

    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 1.5, in: 1...4, "factor of the angle"
    ).searched(1.1...2)
    static let versionKey = LossParameterKey.word(
        "version", default: Version.v1,
        "v0 and v1 multiply the target's angle, beyond π decreasing or constant; v2 divides the "
            + "others'")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "sphereface-r", title: "SphereFace-R",
        summary: "The target angle is multiplied, with a scale of its own and a stable gradient.",
        paper:
            "W. Liu, Y. Wen, B. Raj, R. Singh, A. Weller. SphereFace Revived: Unifying Hyperspherical Face Recognition. TPAMI 2022",
        equation: "-log softmax_y of s cos(min(m θ_y, π)) and s cos θ_j",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "detached by default, as the paper proposes",
            use: "a multiplied angle without annealing",
            pitfalls:
                "m 1.5 already asks for a third of the angle; version v0 falls beyond π and is "
                + "the harder one"),
        parameters: [
            marginKey.parameter, versionKey.parameter,
        ] + AngularSchedule.parameters + [MarginGradient.key.parameter],
        presets: [
            LossPreset(
                "opensphere-sphereface",
                "OpenSphere's SphereFace: v0 with m 1.7 (1.5 in its first versions) and s 30",
                ["version": "v0", "m": 1.7, "s": 30, "scaleWarmup": 0, "warmup": 0]),
            LossPreset(
                "opensphere-sphereface-r",
                "OpenSphere's SphereFaceR_H with v1, but for its factor 50 / s of the loss",
                ["version": "v1", "m": 1.5, "s": 30, "scaleWarmup": 0, "warmup": 0]),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let multiple: Double
    private let version: Version

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = 1.0
        let multiple = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 30) {
            cos(min(.pi, multiple * acos($0)))
        }
        gradient = setup[MarginGradient.key]
        self.multiple = multiple
        version = setup[Self.versionKey]
    }

    /// Target and non-target cosines of the chosen version.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let factor = 1 + (multiple - 1) * margin
        let targetCosines =
            switch version {
            case .v0: MultipliedAngle(factor).cosine(of: batch.angles)
            case .v1: (batch.angles * factor).clamped(to: 0...Double.pi).cos()
            case .v2: batch.targetCosines
            }
        return AngularMargin(
            targetCosines: targetCosines, scale: .constant(scale), gradient: gradient,
            nonTargets: version == .v2
                ? { [gradient] cosines in
                    gradient.joined(
                        (Self.angles(cosines) / factor).cos(), without: cosines)
                } : nil,
            state: [.margin: factor, .scale: scale])
    }

    /// Angles of any classes' cosines, which are limited to the largest number below 1 of their type:
    /// the derivative of an arc cosine is infinite at 1.
    private static func angles(_ cosines: Tensor) -> Tensor {
        let limit = cosines.type == .float64 ? 1.nextDown : Double(Float(1).nextDown)
        return cosines.clamped(to: -limit...limit).acos()
    }
}
