public import FaceModels
public import Torch

/// Softmax classifiers of a network's auxiliary heads, which are trained together with the loss of its embeddings and
/// then dropped (Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, section 5).
public struct AuxiliaryClassifiers {
    /// Weight of each classifier's loss in the training loss.
    public static let weight = 0.3

    private let classifiers: [(name: String, layer: Linear)]

    /// The classifiers of a network with auxiliary heads; nil for any other network.
    ///
    /// - Parameters:
    ///   - classes: Number of identities of the training set.
    ///   - initial: Source of their initial weights.
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

    /// Sum of the classifiers' cross-entropies, each times ``weight``.
    ///
    /// - Parameters:
    ///   - features: The features of each head, `[n, size]`.
    ///   - labels: `[n]` of `int64`.
    public func loss(_ features: [Tensor], labels: Tensor) -> Tensor {
        let losses = zip(classifiers, features).map {
            $0.layer($1, training: true).crossEntropy(labels: labels) * Self.weight
        }
        return losses.dropFirst().reduce(losses[0], +)
    }
}
