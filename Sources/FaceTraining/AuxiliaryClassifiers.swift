public import FaceModels
public import Torch

/// Softmax classifiers of a network's auxiliary heads, which are trained beside the loss of its embeddings and
/// then left out (Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, section 5).
public struct AuxiliaryClassifiers {
    /// What each of their losses counts in the loss that is trained with.
    public static let weight = 0.3

    private let classifiers: [(name: String, layer: Linear)]

    /// The classifiers of a network that was made with auxiliary heads; nil for any other.
    ///
    /// - Parameters:
    ///   - classes: Identities of the training set.
    ///   - initial: Where their weights come from.
    public init?(_ backbone: any Backbone, classes: Int, initial: InitialWeights) {
        let heads = (backbone as? any AuxiliaryBackbone)?.auxiliaryHeads ?? []
        guard !heads.isEmpty else { return nil }
        classifiers = heads.map { name, features in
            let layer = Linear(
                inputs: features, outputs: classes, initial: initial.child("\(name).fc2"))
            return (name, layer)
        }
    }

    /// Weights and biases under torchvision's names, `aux1.fc2.weight` and so on.
    public var state: [StateEntry] {
        classifiers.flatMap { $0.layer.state.prefixed("\($0.name).fc2") }
    }

    /// The classifiers' cross-entropies, each times ``weight``.
    ///
    /// - Parameters:
    ///   - features: Those of each head, `[n, size]`.
    ///   - labels: `[n]` of `int64`.
    public func loss(_ features: [Tensor], labels: Tensor) -> Tensor {
        let losses = zip(classifiers, features).map {
            $0.layer($1, training: true).crossEntropy(labels: labels) * Self.weight
        }
        return losses.dropFirst().reduce(losses[0], +)
    }
}
