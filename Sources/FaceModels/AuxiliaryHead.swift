public import Torch

/// A network that can be trained with classifiers on intermediate feature maps in addition to the loss of its embeddings
/// (Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, section 5).
///
/// The network contains the layers of these classifiers except for the last, whose outputs are the
/// classes of a training set.
public protocol AuxiliaryBackbone: Backbone {
    /// The auxiliary heads' names, and the lengths of their classifiers' features; empty if
    /// the network was created without them.
    var auxiliaryHeads: [(name: String, features: Int)] { get }

    /// A training pass: the embeddings of `[n, 3, h, w]`, and the features `[n, size]` of each auxiliary
    /// head, in the type of the parameters.
    func trained(_ images: Tensor) -> (embeddings: Tensor, features: [Tensor])
}

extension Backbone {
    /// A scalar from a training pass over `[n, 3, h, w]` that depends on all parameters, to
    /// measure steps without a loss.
    public func measuredPass(_ images: Tensor) -> Tensor {
        guard let network = self as? any AuxiliaryBackbone, !network.auxiliaryHeads.isEmpty else {
            return self(images, training: true).square().mean()
        }
        let (embeddings, features) = network.trained(images)
        return features.reduce(embeddings.square().mean()) { $0 + $1.square().mean() }
    }
}

/// The features of GoogLeNet's auxiliary classifiers: a map is pooled to 4x4, reduced to 128 channels and mapped
/// to 1024 numbers, with dropout in training.
final class AuxiliaryHead {
    private static let side = 4

    private let narrowed: ConvolutionChain
    private let linear: Linear
    private let dropout: Dropout
    private let name: String

    /// Creates a head whose parts have torchvision's names, prefixed with `name`.
    init(
        _ name: String, inputs: Int, _ specification: BackboneSpecification, dropout rate: Double,
        epsilon: Double, countedBy counter: any BatchCounting, initial: InitialWeights
    ) {
        let initial = initial.child(name)
        self.name = name
        let channels = specification.channels(128)
        narrowed = ConvolutionChain(
            inputs: inputs, [.init("conv", channels, 1)], epsilon: epsilon, initial: initial)
        linear = Linear(
            inputs: channels * Self.side * Self.side, outputs: specification.channels(1024),
            initial: initial.child("fc1"))
        dropout = Dropout(
            rate: rate, noise: BatchNoise("dropout", countedBy: counter, initial: initial))
    }

    /// Name, and length of the features.
    var description: (name: String, features: Int) { (name, linear.weight.shape[0]) }

    var state: [StateEntry] {
        (narrowed.state + linear.state.prefixed("fc1")).prefixed(name)
    }

    /// The features of a map, in training.
    func callAsFunction(_ map: Tensor) -> Tensor {
        let pooled = map.averagePooled(toHeight: Self.side, width: Self.side)
        let flat = narrowed(pooled, training: true).reshaped([map.shape[0], -1])
        let features = linear(flat, training: true).relu().to(linear.weight.type)
        return dropout(features, training: true)
    }

    /// Adds the head's parameters to a row, but not its multiply-adds: the embedding does not need
    /// it.
    func walk(_ trace: inout LayerTrace) { trace.count(state, kept: 0) }
}
