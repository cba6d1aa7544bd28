import Foundation
public import Torch

/// Soft-Margin Softmax (Liang, Wang, Lei, Liao and Li, ICONIP 2017): the softmax with a margin subtracted
/// from the target logit, where nothing is normalised.
///
///     L = -log( e^(W_y x + b_y - m) / (e^(W_y x + b_y - m) + sum over j != y of e^(W_j x + b_j)) )
///
/// - **Margin** m of a logit, 0 ... 1 in the paper, 0.5 here; it grows over the fraction `warmup` of the
///   run, by default not at all.
/// - **Gradient**: exact; the margin is a constant.
public final class SoftMarginSoftmaxLoss: ConfigurableLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.5, in: 0...100,
        "margin subtracted from the target logit"
    ).searched(0.1...5, .logarithmic)
    static let warmupKey = LossParameterKey.number(
        "warmup", default: 0, in: 0...1, "fraction of the run in which the margin goes from 0 to m")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "softmargin", title: "Soft-Margin Softmax", aliases: ["SM-Softmax"],
        summary: "Each embedding must be classified as its identity, with a margin of the logit.",
        paper: "X. Liang, X. Wang, Z. Lei, S. Liao, S. Z. Li. Soft-Margin Softmax for Deep "
            + "Classification. ICONIP 2017",
        equation: "-log( e^(z_y - m) / (e^(z_y - m) + Σ_{j≠y} e^(z_j)) ), z = W x + b",
        guide: LossGuide(
            normalization: "nothing; class weights and a bias",
            gradient: "exact; the margin is a constant",
            use: "to see what a margin of the logit does without any normalisation",
            pitfalls:
                "a network can meet the margin by growing norms; logits of tens make a margin of "
                + "0.5 small"),
        parameters: [marginKey.parameter, warmupKey.parameter])

    private let classifier: LinearClassifier
    private let margin: Double
    private let warmup: Double

    /// Creates the loss with small random weights.
    public init(_ setup: LossSetup) {
        classifier = LinearClassifier(setup)
        margin = setup[Self.marginKey]
        warmup = setup[Self.warmupKey]
    }

    /// Number of classes (identities).
    public var classCount: Int? { classifier.classes }

    /// ln(1 + (classes - 1) e^m), for the full margin.
    public var guessingLoss: Double? { log1p(Double(classifier.classes - 1) * exp(margin)) }

    /// State for checkpoints: `weight` and `bias`.
    public var state: [StateEntry] { classifier.state }

    /// The mean cross-entropy with the margin.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let logits = classifier(embeddings)
        let margin = Annealing(over: warmup, at: progress).linear(from: 0, to: margin)
        let columns = labels.unsqueezed(1)
        let lowered = logits.scattered(1, columns, logits.gathered(1, columns) - margin)
        return LossOutput(
            loss: lowered.crossEntropy(labels: labels), logits: logits, marginLogits: lowered,
            state: [.margin: margin])
    }
}
