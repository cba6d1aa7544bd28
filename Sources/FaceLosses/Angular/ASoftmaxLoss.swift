public import Torch

/// A-Softmax (SphereFace; Liu, Wen, Yu, Li, Raj and Song, CVPR 2017): a multiplied target angle.
///
///     t(θ) = (λ cosθ + ψ(θ)) / (1 + λ)
///     ψ(θ) = (-1)^k cos(mθ) - 2k   for θ from kπ/m to (k + 1)π/m
///
/// - **Margin** m, a whole number, 4 as in the paper. ψ decreases over all of 0 ... π.
/// - **Scale**: the embedding's norm |x|, which stays unchanged.
/// - **Normalisation**: class weights, no bias.
/// - **Annealing**: λ decreases from 1000 to 5, so that the weight of ψ in the target rises from 0.001 to
///   1/6. `geometric` depends on the completed fraction of the run, and ends at half of it. `step` is the
///   authors' λ = max(λ_min, λ_0 (1 + γ step)^-power), which takes 1,658 steps regardless of the length of
///   the run.
/// - **Gradient**: ``MarginGradient``. With the exact one, a target that the margin made negative
///   pushes |x| to 0, where the loss is stuck at ln(classes).
public final class ASoftmaxLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.whole(
        "m", aliases: ["margin"], default: 4, in: 1...4, "factor of the target angle"
    ).searched(2...4)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "asoftmax", title: "A-Softmax", aliases: ["angular softmax"],
        summary:
            "Each embedding must be closer to its class than to others by a factor of the angle.",
        paper: "W. Liu, Y. Wen, Z. Yu, M. Li, B. Raj, L. Song. SphereFace: Deep Hypersphere "
            + "Embedding for Face Recognition. CVPR 2017",
        equation: "-log( e^(|x| t) / (e^(|x| t) + Σ_{j≠y} e^(|x| cos θ_j)) ), "
            + "t = (λ cos θ_y + (-1)^k cos(m θ_y) - 2k) / (1 + λ)",
        guide: LossGuide(
            normalization: "class weights; embeddings keep their norm, which is the scale; no bias",
            gradient: "detached or exact, see grad",
            use: "to reproduce SphereFace; SphereFace-R trains more easily",
            pitfalls:
                "with the exact gradient a target that the margin made negative draws the norm to "
                + "0, where the loss stays at ln(classes): keep grad=detached, raise min, or let λ "
                + "fall more slowly (until, or the sphereface preset's rule of steps, which takes "
                + "1,658 steps to reach 5)"),
        parameters: [
            marginKey.parameter
        ] + LambdaAnnealing.parameters + [MarginGradient.key.parameter],
        presets: [
            LossPreset(
                "sphereface", title: "SphereFace", "the authors' annealing by step, exact gradient",
                [
                    "m": 4, "anneal": "step", "base": 1000, "min": 5, "gamma": 0.12, "power": 1,
                    "grad": "exact",
                ]),
            LossPreset(
                "pml-sphereface", "as in pytorch-metric-learning: exact, without annealing",
                ["m": 4, "anneal": "step", "base": 0, "min": 0, "grad": "exact"]),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    private let angle: MultipliedAngle
    private let gradient: MarginGradient
    private let annealing: LambdaAnnealing

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        weight = setup.directionWeights()
        angle = MultipliedAngle(Double(setup[Self.marginKey]))
        gradient = setup[MarginGradient.key]
        annealing = LambdaAnnealing(setup)
    }

    /// Multiplies the target angles, weighted by λ.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let lambda = annealing.lambda(at: progress)
        let angles = batch.angles
        return AngularMargin(
            targetCosines: (angles.cos() * lambda + angle.cosine(of: angles)) / (1 + lambda),
            scale: .embeddingNorm, gradient: gradient, state: [.lambda: lambda])
    }
}
