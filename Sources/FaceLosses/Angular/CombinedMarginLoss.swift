import Foundation
public import Torch

/// The combined margin of the ArcFace paper (Deng et al., CVPR 2019, equation 4).
///
///     t(θ) = cos(m1 θ + m2) - m3
///
/// - **Defaults** 1, 0.3 rad and 0.2: the paper's CM2, of all three its best on CASIA-WebFace. All
///   three grow from no margin over the first half of the run.
/// - **Beyond m1 θ + m2 > π** the cosine stays at -1, so that the target falls over all of 0 ... π.
/// - **Gradient**: ``MarginGradient``.
public final class CombinedMarginLoss: AngularMarginLoss {
    static let firstKey = LossParameterKey.number(
        "m1", default: 1, in: 1...4, "factor of the target's angle")
    static let secondKey = LossParameterKey.number(
        "m2", default: 0.3, in: 0...1.5, unit: "rad", "margin added to the target's angle")
    static let thirdKey = LossParameterKey.number(
        "m3", default: 0.2, in: 0...1, "margin taken off the target's cosine")

    /// Description.
    public static let descriptor = LossDescriptor(
        name: "combined", title: "Combined margin",
        summary: "The target angle is multiplied and added to, and its cosine lowered.",
        paper: "J. Deng, J. Guo, N. Xue, S. Zafeiriou. ArcFace. CVPR 2019, equation 4",
        equation: "-log softmax_y of s (cos(m1 θ_y + m2) - m3) and s cos θ_j",
        parameters: [
            firstKey.parameter, secondKey.parameter, thirdKey.parameter,
        ] + AngularSchedule.parameters + [MarginGradient.key.parameter])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
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
        self.first = first
        self.second = second
        self.third = third
    }

    /// The margin of a batch.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let limit = AddedAngle.largestCosine
        let angle = batch.targets.clamped(to: -limit...limit).acos()
        let moved = (angle * (1 + (first - 1) * margin) + second * margin)
            .clamped(to: 0...Double.pi).cos()
        return AngularMargin(
            targets: moved - third * margin, scale: .constant(scale), gradient: gradient,
            state: ["margin": margin, "scale": scale])
    }
}
