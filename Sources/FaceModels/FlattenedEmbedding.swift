import Torch

/// Maps the feature map of a face network to an embedding without pooling: batch normalisation, dropout, a
/// linear layer over all values of the map and batch normalisation (Deng et al., "ArcFace", 2019, section
/// 3.1: BN-Dropout-FC-BN).
///
/// The size of the linear layer depends on that of the feature map: a network has one image size.
/// It is computed in the type of its parameters, whatever the type of the features.
final class FlattenedEmbedding {
    /// The names of the parts.
    struct Names {
        let features: String
        let linear: String
        let embedding: String
    }

    let features: BatchNormalization
    let linear: Linear
    private let dropout: Dropout
    private let embedding: BatchNormalization?
    private let names: Names

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - inputs: Channels, height and width of the feature map.
    ///   - affine: Whether the embedding's normalisation has scale and shift.
    init(
        inputs: (channels: Int, side: Int), _ specification: BackboneSpecification, _ names: Names,
        dropout: Double, affine: BatchNormalization.Affine, standardDeviation: Double? = nil,
        initial: InitialWeights
    ) {
        let size = specification[.embeddingSize]
        self.names = names
        features = BatchNormalization(
            channels: inputs.channels, initial: initial.child(names.features))
        self.dropout = Dropout(
            rate: dropout, noise: BatchNoise("dropout", countedBy: features, initial: initial))
        linear = Linear(
            inputs: inputs.channels * inputs.side * inputs.side, outputs: size,
            standardDeviation: standardDeviation, initial: initial.child(names.linear))
        embedding =
            specification[.normalizesEmbedding]
            ? BatchNormalization(
                channels: size, affine: affine, initial: initial.child(names.embedding)) : nil
    }

    var state: [StateEntry] {
        features.state.prefixed(names.features) + linear.state.prefixed(names.linear) + ending
    }

    private var ending: [StateEntry] { embedding?.state.prefixed(names.embedding) ?? [] }

    /// `[n, channels, side, side]` -> `[n, outputs]`.
    func callAsFunction(_ map: Tensor, training: Bool) -> Tensor {
        let normalized = features(map, training: training)
        return withFullPrecision(on: map.device) {
            let flat = normalized.to(linear.weight.type).reshaped([map.shape[0], -1])
            let embeddings = linear(dropout(flat, training: training), training: training)
            return embedding?(embeddings, training: training) ?? embeddings
        }
    }

    /// Adds the last row of the network.
    func finish(_ trace: inout LayerTrace) {
        let shape = linear.weight.shape
        trace.row("embedding", filter: "\(shape[1])x\(shape[0])", stride: 1) {
            $0.count(features.state)
            $0.pass(linear, ending)
        }
    }
}
