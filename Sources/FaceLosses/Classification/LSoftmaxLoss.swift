public import Torch

/// Large-Margin Softmax (Liu, Wen, Yu and Yang, ICML 2016): a multiplied target angle, where
/// neither class weights nor embeddings are normalised.
///
///     z_y = |W_y| |x| (λ cosθ_y + ψ(θ_y)) / (1 + λ),   z_j = |W_j| |x| cosθ_j
///
/// with ψ as in ``ASoftmaxLoss`` and no bias.
///
/// - **Margin** m 2, of the paper's 2 ... 4: with 4 a short run hardly learns, because free
///   norms scale the margin's effect.
/// - **Annealing** and **gradient** as in ``ASoftmaxLoss``. The detached gradient treats the amount that
///   the margin subtracts from the target logit as a constant.
public final class LSoftmaxLoss: ConfigurableLoss {
    static let marginKey = LossParameterKey.whole(
        "m", aliases: ["margin"], default: 2, in: 1...4, "factor of the target angle"
    ).searched(2...4)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "lsoftmax", title: "L-Softmax", aliases: ["large-margin softmax"],
        summary: "Like A-Softmax, but with class weights of any norm.",
        paper: "W. Liu, Y. Wen, Z. Yu, M. Yang. Large-Margin Softmax Loss for Convolutional Neural "
            + "Networks. ICML 2016",
        equation: "-log( e^(z_y) / Σ_j e^(z_j) ), z_y = |W_y| |x| (λ cos θ_y + ψ(θ_y)) / (1 + λ), "
            + "z_j = W_j x",
        guide: LossGuide(
            normalization: "nothing; class weights of any norm, no bias",
            gradient:
                "detached or exact, see grad; the detached one treats the amount that the margin "
                + "subtracts from the target's logit as a constant",
            use: "to compare with A-Softmax, which replaced it: with free weight norms a class can "
                + "meet its margin by norm",
            pitfalls: "without annealing it does not leave its start; where λ falls to 0 many runs "
                + "collapse, so λ_min is 5"),
        parameters: [marginKey.parameter] + LambdaAnnealing.parameters
            + [MarginGradient.key.parameter],
        presets: [
            LossPreset(
                "lsoftmax-paper",
                "the margin 4 and the annealing by step of the authors' README "
                    + "(github.com/wy1iu/LargeMargin_Softmax_Loss), exact gradient; for difficult "
                    + "sets it advises min 5 or 10",
                [
                    "m": 4, "anneal": "step", "base": 1000, "gamma": 2.5e-5, "power": 35, "min": 0,
                    "grad": "exact",
                ]),
            LossPreset(
                "pml-lsoftmax", "as in pytorch-metric-learning: exact, without annealing",
                ["m": 4, "anneal": "step", "base": 0, "min": 0, "grad": "exact"]),
        ])

    private let weight: Tensor
    private let angle: MultipliedAngle
    private let annealing: LambdaAnnealing
    private let gradient: MarginGradient

    /// Creates the loss with small random weights.
    public init(_ setup: LossSetup) {
        weight = setup.linearWeights().weight
        angle = MultipliedAngle(Double(setup[Self.marginKey]))
        annealing = LambdaAnnealing(setup)
        gradient = setup[MarginGradient.key]
    }

    /// Number of classes (identities).
    public var classCount: Int? { weight.shape[0] }

    /// State for checkpoints: `weight`.
    public var state: [StateEntry] { [StateEntry("weight", weight, .weight)] }

    /// The mean cross-entropy with the margin.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let embeddings = embeddings.to(weight.type)
        let logits = embeddings.linear(weight: weight)
        let columns = labels.unsqueezed(1)
        let plain = logits.gathered(1, columns)
        let targetWeight = weight.selected(0, labels)
        let angles = embeddings.l2Normalized().angles(to: targetWeight.l2Normalized()).unsqueezed(1)
        let lambda = annealing.lambda(at: progress)
        let target =
            norms(embeddings, targetWeight) * (angles.cos() * lambda + angle.cosine(of: angles))
            / (1 + lambda)
        let moved = logits.scattered(
            1, columns, gradient.joined(target, without: plain).to(logits.type))
        return LossOutput(
            loss: moved.crossEntropy(labels: labels), logits: logits, marginLogits: moved,
            state: [.lambda: lambda])
    }

    /// |x| |W_y|, `[n, 1]` in `float64`, so that squares of `float32` numbers do not overflow.
    private func norms(_ embeddings: Tensor, _ targetWeight: Tensor) -> Tensor {
        embeddings.to(.float64).norm(1, keep: true) * targetWeight.to(.float64).norm(1, keep: true)
    }
}
