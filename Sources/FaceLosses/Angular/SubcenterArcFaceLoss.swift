import Foundation
public import Torch

/// Sub-center ArcFace (Deng, Guo, Liu, Gong and Zafeiriou, ECCV 2020): ArcFace in which an identity has K
/// class weights, so that mislabelled images gather at a separate one.
///
///     cosθ_j = max over k of <x̂, Ŵ_jk>,   t(θ) = cos(θ + m)
///
/// - **K** 3, **m** 0.5 rad and s up to 64 as in the paper; margin and scale as in ``ArcFaceLoss``.
/// - **State**: `weight` is `[c K, d]`, with those of an identity adjacent.
public final class SubcenterArcFaceLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.5, in: 0...1.5, unit: "rad",
        "margin added to the target angle"
    ).searched(0.2...0.7)
    static let countKey = LossParameterKey.whole(
        "k", symbol: "K", aliases: ["sub_centers"], default: 3, in: 1...10,
        "class weights of each identity"
    ).searched(2...5)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "subcenter", title: "Sub-center ArcFace", aliases: ["sub-ArcFace"],
        summary:
            "ArcFace with several class weights for each identity, of which the nearest is used.",
        paper: "J. Deng, J. Guo, T. Liu, M. Gong, S. Zafeiriou. Sub-center ArcFace. ECCV 2020",
        equation: "ArcFace with cos θ_j = max over k of cos θ_jk",
        guide: LossGuide(
            normalization:
                "embeddings and class weights; no bias; k class weights for each identity",
            gradient:
                "detached or exact, see grad; only the nearest class weight of an identity gets "
                + "one",
            use: "sets with label noise: mislabelled images gather at a separate class weight",
            pitfalls: "memory and time of the head grow with k; on clean sets k 1 is as good"),
        parameters: [
            marginKey.parameter, countKey.parameter,
        ] + AngularSchedule.parameters + [
            MarginGradient.key.parameter, AddedAngle.fallbackKey.parameter,
        ],
        presets: [
            LossPreset(
                "subcenter-paper", "the paper's constants from the first step, exact gradient",
                AngularSchedule.constant(scale: 64, margin: 0.5, ["grad": "exact"])),
            LossPreset(
                "pml-subcenter", "as in pytorch-metric-learning: 28.6 degrees, exact",
                AngularSchedule.constant(
                    scale: 64, margin: .number(28.6 * .pi / 180), ["grad": "exact"])),
        ])

    /// Class weights `[c K, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let angle: AddedAngle
    /// Class weights of each identity.
    public let subcenters: Int

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights(each: setup[Self.countKey])
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) { cos(acos($0) + margin) }
        gradient = setup[MarginGradient.key]
        angle = AddedAngle(setup)
        subcenters = setup[Self.countKey]
    }

    /// Target cosines with ArcFace's margin.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        return AngularMargin(
            targetCosines: angle.cosine(of: batch.angles, plus: margin), scale: .constant(scale),
            gradient: gradient, state: [.margin: margin, .scale: scale])
    }
}
