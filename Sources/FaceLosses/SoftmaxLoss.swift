public import Torch

/// Cross-entropy of a linear classifier with bias: `-log softmax(W x + b)_y`.
///
/// Nothing is normalised, so the loss depends on the embedding's norm. The gradient is exact.
public final class SoftmaxLoss: FaceLoss {
    /// What the loss says of itself.
    public static let descriptor = LossDescriptor(
        name: "softmax", title: "Cross-entropy",
        summary: "A linear classifier with bias on the embedding: the baseline of the comparison.",
        paper: "the classical softmax classifier", equation: "-log softmax(W x + b)_y",
        gradient: "exact", parameters: [])

    private let classifier: Linear

    /// Makes the loss with weights and bias uniform in ±1/√d.
    public init(_ setup: LossSetup) {
        classifier = Linear(
            inputs: setup.embeddingSize, outputs: setup.classes, initial: setup.initial)
    }

    /// `weight` `[c, d]` and `bias` `[c]`.
    public var state: [StateEntry] { classifier.state }

    /// The loss of a batch.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let logits = classifier(embeddings, training: true)
        return LossOutput(loss: logits.crossEntropy(labels: labels), logits: logits)
    }
}
