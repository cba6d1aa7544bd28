public import Torch

/// L2-Softmax (Ranjan, Castillo and Chellappa 2017, arXiv 1703.09507): the softmax of embeddings
/// that all have the same norm.
///
///     L = -log( e^(W_y α x̂ + b_y) / sum over j of e^(W_j α x̂ + b_j) )
///
/// - **Norm** α 24, of the paper's 16 ... 50. It is fixed, as the paper finds best, or trained.
///   The paper's bound for an average probability p is α > ln(p (C - 2) / (1 - p)).
/// - **Normalisation**: embeddings only; class weights are free, and there is a bias.
/// - **Gradient**: exact.
public final class L2SoftmaxLoss: ConfigurableLoss {
    static let normKey = LossParameterKey.number(
        "alpha", symbol: "α", default: 24, in: 0.1...1000, "norm of all embeddings"
    ).searched(8...64, .logarithmic)
    static let learnKey = LossParameterKey.word(
        "learn", default: NormFaceLoss.Choice.no, "whether the norm is trained")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "l2softmax", title: "L2-Softmax",
        aliases: ["L2-constrained softmax", "crystal loss"],
        summary: "Each embedding, scaled to a fixed norm, must be classified as its identity.",
        paper: "R. Ranjan, C. D. Castillo, R. Chellappa. L2-constrained Softmax Loss for "
            + "Discriminative Face Verification. arXiv 1703.09507, 2017",
        equation: "-log( e^(α W_y x̂ + b_y) / Σ_j e^(α W_j x̂ + b_j) )",
        guide: LossGuide(
            normalization: "embeddings, to the norm α; class weights and a bias are free",
            gradient: "exact",
            use: "when the softmax should ignore norms, for instance with images of "
                + "very different quality",
            pitfalls:
                "α must exceed ln(p (C - 2) / (1 - p)) to reach an average probability p: 16 for "
                + "p 0.9 and a million classes; too small an α leaves the loss high"),
        parameters: [normKey.parameter, learnKey.parameter])

    private let classifier: LinearClassifier
    private let norm: Tensor
    private let learns: Bool

    /// Creates the loss with small random weights.
    public init(_ setup: LossSetup) {
        classifier = LinearClassifier(setup)
        learns = setup[Self.learnKey] == .yes
        let value = setup.initial.constant(setup[Self.normKey], [1])
        norm = learns ? value : value.detached()
    }

    /// Number of classes (identities).
    public var classCount: Int? { classifier.classes }

    /// ln(classes), the loss of uniform guessing.
    public var guessingLoss: Double? { logarithmOfClasses() }

    /// `weight`, `bias` and `norm`.
    public var state: [StateEntry] {
        classifier.state + [StateEntry("norm", norm, learns ? .bias : .buffer)]
    }

    /// The mean cross-entropy of the batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let logits = classifier(embeddings.to(norm.type).l2Normalized() * norm)
        return LossOutput(
            loss: logits.crossEntropy(labels: labels), logits: logits,
            state: [.norm: norm.item()])
    }
}
