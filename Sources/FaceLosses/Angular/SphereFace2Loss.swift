import Foundation
public import Torch

/// SphereFace2 (Wen, Liu, Weller, Raj and Singh, ICLR 2022): each identity has its own binary classifier,
/// so that classes do not compete in a softmax.
///
///     L = λ/r softplus(-(r (g(cosθ_y) - m) + b)) + (1 - λ)/r Σ_{j≠y} softplus(r (g(cosθ_j) + m) + b)
///     g(z) = 2 ((z + 1) / 2)^t - 1
///
/// - **Defaults** of OpenSphere except for the scale: m 0.4, t 3, λ 0.7. The margin grows from 0 over
///   `warmup`.
/// - **Scale** 20, half of OpenSphere's: with 40 a short run on few people learns little.
/// - **Bias** b is trained and starts where the gradients of the positive and of all negatives are equal at 90
///   degrees.
/// - **Gradient**: exact, or with `grad=detached` OpenSphere's, in which g and the margin are treated as
///   constant displacements of the cosine.
/// - **Weight** 50, as in OpenSphere: it multiplies the loss, which 1/r and λ make small. With 1, as in the
///   equation, and the learning rates of the other losses, hardly anything is learnt.
public final class SphereFace2Loss: ConfigurableLoss {
    static let scaleKey = LossParameterKey.number("r", default: 20, in: 1...1000, "scale").searched(
        10...60, .logarithmic)
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.4, in: 0...1, "margin of the similarity on both sides"
    ).searched(0.1...0.5)
    static let powerKey = LossParameterKey.number(
        "t", default: 3, in: 1...10, "exponent that spreads similarities"
    ).searched(1...6)
    static let balanceKey = LossParameterKey.number(
        "lambda", symbol: "λ", default: 0.7, in: 0.01...0.99, "weight of the positive class"
    ).searched(0.4...0.9)
    static let gradientKey = LossParameterKey.word(
        "grad", default: MarginGradient.exact,
        "gradient through g and the margin: with them, or with their displacement held constant")
    static let weightKey = LossParameterKey.number(
        "weight", default: 50, in: 0.001...1000, "factor of the whole loss")
    static let warmupKey = LossParameterKey.number(
        "warmup", default: 0.5, in: 0...1,
        "fraction of the run in which the margin goes from 0 to m")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "sphereface2", title: "SphereFace2",
        summary:
            "A binary classification for each class, with a margin between positives and negatives.",
        paper: "Y. Wen, W. Liu, A. Weller, B. Raj, R. Singh. SphereFace2: Binary Classification is "
            + "All You Need for Deep Face Recognition. ICLR 2022",
        equation:
            "weight (λ/r softplus(-r (g(cos θ_y) - m) - b) + (1 - λ)/r Σ_{j≠y} softplus(r "
            + "(g(cos θ_j) + m) + b)), g(z) = 2 ((z + 1) / 2)^t - 1",
        guide: LossGuide(
            normalization: "embeddings and class weights; one trained bias",
            gradient: "exact, or with its displacement held constant, see grad",
            use: "open-set tasks and noisy labels: classes do not compete",
            pitfalls:
                "with many classes, negatives outweigh the single positive, which λ and the initial bias "
                + "must balance; with weight 1 gradients are so small that hardly anything is learned "
                + "at the learning rates of other losses"),
        parameters: [
            scaleKey.parameter, marginKey.parameter, powerKey.parameter, balanceKey.parameter,
            warmupKey.parameter, gradientKey.parameter, weightKey.parameter,
        ],
        presets: [
            LossPreset(
                "opensphere-sphereface2",
                "as in OpenSphere: constants, detached, the loss multiplied by 50",
                ["r": 40, "warmup": 0, "grad": "detached"])
        ])

    private let weight: Tensor
    private let bias: Tensor
    private let setup: LossSetup

    /// Creates the loss with class weights of random directions and a balanced bias.
    public init(_ setup: LossSetup) {
        weight = setup.directionWeights()
        bias = setup.initial.constant(Self.balancedBias(setup), [1])
        self.setup = setup
    }

    /// Number of classes (identities).
    public var classCount: Int? { weight.shape[0] }

    /// State for checkpoints: `weight` and `bias`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight), StateEntry("bias", bias, .bias)]
    }

    /// The mean over samples of the positive term and the sum of the negative terms.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let batch = CosineMatrix(
            embeddings: embeddings, labels: labels, weight: weight)
        let scale = setup[Self.scaleKey]
        let margin = Annealing(over: setup[Self.warmupKey], at: progress)
            .linear(from: 0, to: setup[Self.marginKey])
        let similarities = similarities(batch.cosines)
        let columns = labels.unsqueezed(1)
        let target = scale * (similarities.gathered(1, columns) - margin)
        let logits = (scale * (similarities + margin)).scattered(1, columns, target)
        let yes = (-1 * (target.squeezed(1) + bias)).softplus()
        let no = (logits + bias).softplus().replacing(with: 0, where: batch.isTarget).sum(1)
        let balance = setup[Self.balanceKey]
        return LossOutput(
            loss: (balance * yes + (1 - balance) * no).mean() * (setup[Self.weightKey] / scale),
            logits: similarities * scale, marginLogits: logits,
            state: [.margin: margin, .scale: scale, .bias: bias.item()])
    }

    /// g of cosines, with the chosen gradient.
    private func similarities(_ cosines: Tensor) -> Tensor {
        let fraction = (cosines.clamped(to: -1...1) + 1) / 2
        let spread = 2 * fraction.pow(setup[Self.powerKey]) - 1
        return setup[Self.gradientKey].joined(spread, without: cosines)
    }

    /// The b of λ σ(-(u + b)) = (1 - λ) (C - 1) σ(v + b), with the similarities u and v that a positive
    /// and a negative have at 90 degrees.
    static func balancedBias(_ setup: LossSetup) -> Double {
        let similarity = 2 * pow(0.5, setup[powerKey]) - 1
        let yes = setup[scaleKey] * (similarity - setup[marginKey])
        let no = setup[scaleKey] * (similarity + setup[marginKey])
        let balance = setup[balanceKey]
        let z = balance / ((1 - balance) * Double(max(1, setup.classes - 1)))
        let root = ((1 - z) * (1 - z) + 4 * z * exp(yes - no)).squareRoot()
        // The exponential is 0 if the margin times the scale is large.
        if root == 0 { return -(yes + no) / 2 }
        // If z is more than 1, as with few classes, 1 - z and the root nearly cancel.
        return z > 1 ? log((root - (1 - z)) / 2) - yes : log(2 * z) - no - log(1 - z + root)
    }
}
