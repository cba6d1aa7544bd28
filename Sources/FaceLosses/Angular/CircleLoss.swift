public import Torch

/// Circle loss with class labels (Sun et al., CVPR 2020, equation 6 with K = 1): each cosine is
/// weighted by its distance from its optimum.
///
///     t = α_y (cosθ_y - (1 - m)),       α_y = [1 + m - cosθ_y]₊
///     cosθ_j -> α_j (cosθ_j - m),       α_j = [cosθ_j + m]₊
///
/// - **Defaults**: m 0.25 and scale up to 256 (γ) as in the paper for faces.
/// - **Gradient**: the weights α are treated as constants, as in the paper.
public final class CircleLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.25, in: 0...1, "relaxation of both bounds, as a cosine"
    ).searched(0.1...0.4)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "circle", title: "Circle loss",
        summary: "The farther a cosine is from its optimum, the harder it is pulled.",
        paper:
            "Y. Sun et al. Circle Loss: A Unified Perspective of Pair Similarity Optimization. CVPR 2020",
        equation:
            "-log softmax_y of s [1 + m - cos θ_y]₊ (cos θ_y - 1 + m) and s [cos θ_j + m]₊ (cos θ_j - m)",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "the weights of cosines are treated as constants, as in the paper",
            use: "to weight each cosine by its distance from its optimum",
            pitfalls:
                "its scale of 256 is that of products of two cosines; the logit of another class "
                + "falls while its cosine rises from -m to 0"),
        parameters: [
            marginKey.parameter
        ] + AngularSchedule.parameters(searchingScales: 32...512),
        presets: [
            LossPreset(
                "circle-paper", "the paper's constants for faces from the first step",
                AngularSchedule.constant(scale: 256, margin: 0.25)),
            LossPreset(
                "facexzoo-circle", "FaceX-Zoo's are the same",
                AngularSchedule.constant(scale: 256, margin: 0.25)),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 256) { cosine in
            (1 + margin - cosine) * (cosine - 1 + margin)
        }
    }

    /// Target and non-target cosines, each with its weight and margin.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let target = batch.targetCosines
        let pull = (1 + margin - target.detached()).relu()
        return AngularMargin(
            targetCosines: pull * (target - (1 - margin)), scale: .constant(scale),
            gradient: .exact,
            nonTargets: { cosines in
                (cosines.detached() + margin).relu() * (cosines - margin)
            },
            state: [.margin: margin, .scale: scale])
    }
}
