import Foundation
public import Torch

/// ElasticFace (Boutros, Damer, Kirchbuchner and Kuijper, CVPR Workshops 2022): ArcFace or CosFace
/// whose margin is drawn at random for each sample.
///
///     arc:  t(θ) = cos(θ + m_i)
///     cos:  t(θ) = cosθ - m_i       m_i from N(m, σ²)
///
/// - **Defaults** of the paper's ElasticFace-Arc: m 0.5, σ 0.05, s up to 64; `elasticface-cos` has
///   those of ElasticFace-Cos.
/// - **Random numbers** depend on the seed and the step, so a resumed run draws the same ones.
/// - **Gradient**: ``MarginGradient``.
public final class ElasticFaceLoss: AngularMarginLoss {
    /// Whether the margin modifies the angle or the cosine.
    enum Version: String, CaseIterable, Sendable {
        case arc, cos
    }

    static let versionKey = LossParameterKey.word(
        "version", default: Version.arc,
        "arc adds the margin to the angle, cos subtracts it from the cosine")
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.5, in: 0...1.5, "mean of the margins, in rad for arc"
    ).searched(0.2...0.7)
    static let standardDeviationKey = LossParameterKey.number(
        "sigma", symbol: "σ", default: 0.05, in: 0...0.5, "standard deviation of the margins"
    ).searched(0.0125...0.2, .logarithmic)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "elasticface", title: "ElasticFace", aliases: ["ElasticFace-Arc", "ElasticArcFace"],
        summary: "ArcFace or CosFace with a random margin for each sample.",
        paper:
            "F. Boutros, N. Damer, F. Kirchbuchner, A. Kuijper. ElasticFace: Elastic Margin Loss for Deep Face Recognition. CVPR Workshops 2022",
        equation: "ArcFace with m from a normal distribution of mean m and standard deviation σ",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "detached or exact, see grad; margins are treated as constants",
            use: "when a single margin does not suit all identities",
            pitfalls:
                "a batch in another order draws other margins for its images; the loss is noisier "
                + "than ArcFace's"),
        parameters: [
            marginKey.parameter, standardDeviationKey.parameter, versionKey.parameter,
        ] + AngularSchedule.parameters + [
            MarginGradient.key.parameter, AddedAngle.fallbackKey.parameter,
        ],
        presets: [
            LossPreset(
                "elasticface-paper", "ElasticFace-Arc from the first step, exact, no fall-back",
                AngularSchedule.constant(
                    scale: 64, margin: 0.5, ["grad": "exact", "fallback": "none"])),
            LossPreset(
                "elasticface-cos", title: "ElasticFace-Cos", aliases: ["ElasticCosFace"],
                "ElasticFace-Cos from the first step",
                AngularSchedule.constant(scale: 64, margin: 0.35, ["version": "cos"])),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let angle: AddedAngle
    private let standardDeviation: Double
    private let version: Version
    private let seed: UInt64

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        let version = setup[Self.versionKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) {
            version == .arc ? cos(acos($0) + margin) : $0 - margin
        }
        gradient = setup[MarginGradient.key]
        angle = AddedAngle(setup)
        standardDeviation = setup[Self.standardDeviationKey]
        self.version = version
        seed = setup.initial.seed
    }

    /// Target cosines with a random margin for each sample.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let margins = withoutGradients {
            let drawn = batch.targetCosines.filled(like: 0)
            // LibTorch's CPU generator uses only the lower 32 bits of a seed.
            drawn.fillNormal(
                mean: margin, standardDeviation: standardDeviation,
                seed: seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(progress.step)
                    &+ UInt64(progress.microBatch) &* 0x85eb_ca6b)
            return drawn.clamped(to: 0...Double.pi)
        }
        return AngularMargin(
            targetCosines: version == .arc
                ? angle.cosine(of: batch.angles, plus: margins) : batch.targetCosines - margins,
            scale: .constant(scale), gradient: gradient,
            state: [.margin: margin, .scale: scale])
    }
}
