import Torch

/// A score for each identity, W x + b, as in losses without a margin.
struct LinearClassifier {
    private let weight: Tensor
    private let bias: Tensor

    init(_ setup: LossSetup) {
        (weight, bias) = setup.linearWeights()
    }

    /// Number of classes (identities).
    var classes: Int { weight.shape[0] }

    /// `weight` `[c, d]` and `bias` `[c]`.
    var state: [StateEntry] {
        [StateEntry("weight", weight, .weight), StateEntry("bias", bias, .bias)]
    }

    /// `[n, d]` -> `[n, c]`.
    func callAsFunction(_ embeddings: Tensor) -> Tensor {
        embeddings.to(weight.type).linear(weight: weight, bias: bias)
    }
}
