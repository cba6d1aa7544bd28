import Foundation
public import Torch

/// ElasticFace-Arc (Boutros, Damer, Kirchbuchner and Kuijper, CVPR Workshops 2022): ArcFace whose
/// margin is drawn anew for each sample.
///
///     t(θ) = cos(θ + m_i),   m_i from N(m, σ²)
///
/// - **Defaults** of the paper: m 0.5, σ 0.0125, s up to 64.
/// - **Random numbers** depend on the step only, so a run that is resumed goes on as it would have.
/// - **Gradient**: ``MarginGradient``.
public final class ElasticFaceLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", default: 0.5, in: 0...1.5, unit: "rad", "mean of the margins")
    static let deviationKey = LossParameterKey.number(
        "sigma", symbol: "σ", default: 0.0125, in: 0...0.5, unit: "rad",
        "standard deviation of the margins")

    /// Description.
    public static let descriptor = LossDescriptor(
        name: "elasticface", title: "ElasticFace",
        summary: "ArcFace whose margin is drawn anew for each sample.",
        paper:
            "F. Boutros, N. Damer, F. Kirchbuchner, A. Kuijper. ElasticFace: Elastic Margin Loss for Deep Face Recognition. CVPR Workshops 2022",
        equation: "ArcFace with m from a normal distribution of mean m and deviation σ",
        parameters: [
            marginKey.parameter, deviationKey.parameter,
        ] + AngularSchedule.parameters + [
            MarginGradient.key.parameter, AddedAngle.beyondKey.parameter,
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let angle: AddedAngle
    private let deviation: Double

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) { cos(acos($0) + margin) }
        gradient = setup[MarginGradient.key]
        angle = AddedAngle(setup)
        deviation = setup[Self.deviationKey]
    }

    /// The margin of a batch.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let margins = withoutGradients {
            let drawn = batch.targets.filled(like: 0)
            drawn.fillNormal(mean: margin, deviation: deviation, seed: UInt64(progress.step))
            return drawn.clamped(to: 0...Double.pi)
        }
        return AngularMargin(
            targets: angle.cosine(of: batch.targets, plus: margins),
            scale: .constant(scale), gradient: gradient,
            state: ["margin": margin, "scale": scale])
    }
}
