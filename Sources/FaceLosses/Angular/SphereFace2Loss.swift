import Foundation
public import Torch

/// SphereFace2 (Wen, Liu, Weller, Raj and Singh, ICLR 2022): each identity is a classifier of its
/// own that says yes or no, so that classes do not compete in a softmax.
///
///     L = λ/r softplus(-(r (g(cosθ_y) - m) + b)) + (1 - λ)/r Σ_{j≠y} softplus(r (g(cosθ_j) + m) + b)
///     g(z) = 2 ((z + 1) / 2)^t - 1
///
/// - **Defaults** of OpenSphere: r 40, m 0.4, t 3, λ 0.7. The margin grows from 0 over `warmup`.
/// - **Bias** b is trained and starts where the gradients of the yes and of all noes are equal at 90
///   degrees.
/// - **Gradient**: exact.
public final class SphereFace2Loss: ConfigurableLoss {
    static let scaleKey = LossParameterKey.number("r", default: 40, in: 1...1000, "scale")
    static let marginKey = LossParameterKey.number(
        "m", default: 0.4, in: 0...1, "margin of the similarity on both sides")
    static let powerKey = LossParameterKey.number(
        "t", default: 3, in: 1...10, "exponent that spreads similarities")
    static let balanceKey = LossParameterKey.number(
        "lambda", symbol: "λ", default: 0.7, in: 0.01...0.99, "weight of the yes")
    static let warmupKey = LossParameterKey.number(
        "warmup", default: 0.5, in: 0...1, "share of the run in which the margin goes from 0 to m")

    /// Description.
    public static let descriptor = LossDescriptor(
        name: "sphereface2", title: "SphereFace2",
        summary: "For each class a yes or no of its own, with a margin between them.",
        paper: "Y. Wen, W. Liu, A. Weller, B. Raj, R. Singh. SphereFace2: Binary Classification is "
            + "All You Need for Deep Face Recognition. ICLR 2022",
        equation:
            "λ/r softplus(-r (g(cos θ_y) - m) - b) + (1 - λ)/r Σ_{j≠y} softplus(r (g(cos θ_j) "
            + "+ m) + b), g(z) = 2 ((z + 1) / 2)^t - 1",
        parameters: [
            scaleKey.parameter, marginKey.parameter, powerKey.parameter, balanceKey.parameter,
            warmupKey.parameter,
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

    /// `weight` and `bias`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight), StateEntry("bias", bias, .bias)]
    }

    /// The mean over samples of the yes and the sum of the noes.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let batch = CosineMatrix(
            embeddings: embeddings, labels: labels, weight: weight)
        let scale = setup[Self.scaleKey]
        let margin = Annealing(over: setup[Self.warmupKey], at: progress)
            .linear(from: 0, to: setup[Self.marginKey])
        let share = (batch.cosines.clamped(to: -1...1) + 1) / 2
        let similarities = 2 * share.pow(setup[Self.powerKey]) - 1
        let yes = (-1 * (scale * (similarities.picking(labels) - margin) + bias)).softplus()
        let no = (scale * (similarities + margin) + bias).softplus()
            .replacing(with: 0, where: batch.isTarget).sum(1)
        let balance = setup[Self.balanceKey]
        return LossOutput(
            loss: (balance * yes + (1 - balance) * no).mean() / scale,
            logits: similarities * scale, state: ["margin": margin, "bias": bias.item()])
    }

    /// The b of λ σ(-(u + b)) = (1 - λ) (C - 1) σ(v + b), with the similarities u and v that a yes
    /// and a no have at 90 degrees.
    static func balancedBias(_ setup: LossSetup) -> Double {
        let similarity = 2 * pow(0.5, setup[powerKey]) - 1
        let yes = setup[scaleKey] * (similarity - setup[marginKey])
        let no = setup[scaleKey] * (similarity + setup[marginKey])
        let balance = setup[balanceKey]
        let z = balance / ((1 - balance) * Double(max(1, setup.classes - 1)))
        let root = ((1 - z) * (1 - z) + 4 * z * exp(yes - no)).squareRoot()
        return log(2 * z) - no - log(1 - z + root)
    }
}
