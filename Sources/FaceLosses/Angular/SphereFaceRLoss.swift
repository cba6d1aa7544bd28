import Foundation
public import Torch

/// SphereFace-R (Liu, Wen, Raj, Singh and Weller, TPAMI 2022): SphereFace made to train without
/// annealing.
///
///     v1:  t(θ) = cos(min(m θ, π))
///     v2:  t(θ) = cosθ,   cosθ_j -> cos(θ_j / m)
///
/// - **Defaults**: v1, m 1.5, s up to 30, gradient detached (the paper's characteristic gradient
///   detachment), as in OpenSphere. The margin grows from none over the first half of the run.
public final class SphereFaceRLoss: AngularMarginLoss {
    /// Which angles are changed.
    enum Version: String, CaseIterable, Sendable {
        case v1, v2
    }

    static let marginKey = LossParameterKey.number(
        "m", default: 1.5, in: 1...4, "factor of the angle")
    static let versionKey = LossParameterKey.word(
        "version", default: Version.v1, "v1 multiplies the target's angle, v2 divides the others'")

    /// Description.
    public static let descriptor = LossDescriptor(
        name: "sphereface-r", title: "SphereFace-R",
        summary: "The target angle is multiplied, with a scale of its own and a stable gradient.",
        paper:
            "W. Liu, Y. Wen, B. Raj, R. Singh, A. Weller. SphereFace Revived: Unifying Hyperspherical Face Recognition. TPAMI 2022",
        equation: "-log softmax_y of s cos(min(m θ_y, π)) and s cos θ_j",
        parameters: [
            marginKey.parameter, versionKey.parameter,
        ] + AngularSchedule.parameters + [MarginGradient.key.parameter])

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

    /// The margin of a batch.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let factor = 1 + (multiple - 1) * margin
        let limit = AddedAngle.largestCosine
        func angles(_ cosines: Tensor) -> Tensor { cosines.clamped(to: -limit...limit).acos() }
        let cosine = batch.targets
        return AngularMargin(
            targets: version == .v1
                ? (angles(cosine) * factor).clamped(to: 0...Double.pi).cos() : cosine,
            scale: .constant(scale), gradient: gradient,
            others: version == .v2 ? { (angles($0) / factor).cos() } : nil,
            state: ["margin": factor, "scale": scale])
    }
}
