import Torch

/// Maps a backbone's features to an embedding: global average pooling, optional dropout, a linear
/// layer with bias and, unless switched off, batch normalisation.
///
/// Most face recognition networks end this way. The normalisation fixes the scale of the embeddings, which
/// softmax, A-Softmax, centre loss and similar losses depend on; without it their norm is free. The bias
/// before it has no effect except on the rounding of gradients; it exists so that both forms have the same
/// linear layer.
///
/// It is computed in the type of its parameters, whatever the type of the features: it is small, and
/// last.
final class EmbeddingLayer {
    let linear: Linear
    let normalization: BatchNormalization?
    private let dropout: Dropout
    private let names: (linear: String, normalization: String)

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - counter: Counts the network's batches; for example one of its normalisations.
    ///   - names: Names of the two parts.
    ///   - bias: Whether the linear layer has a bias.
    ///   - epsilon: Added to the variance.
    init(
        inputs: Int, _ specification: BackboneSpecification, countedBy counter: any BatchCounting,
        names: (linear: String, normalization: String) = ("linear", "bn"), bias: Bool = true,
        epsilon: Double = 1e-5, initial: InitialWeights
    ) {
        self.names = names
        dropout = Dropout(
            rate: specification[.dropout],
            noise: BatchNoise("dropout", countedBy: counter, initial: initial))
        let size = specification[.embeddingSize]
        linear = Linear(
            inputs: inputs, outputs: size, bias: bias, initial: initial.child(names.linear))
        normalization =
            specification[.normalizesEmbedding]
            ? BatchNormalization(
                channels: size, epsilon: epsilon, initial: initial.child(names.normalization)) : nil
    }

    var state: [StateEntry] {
        linear.state.prefixed(names.linear)
            + (normalization?.state.prefixed(names.normalization) ?? [])
    }

    /// `[n, inputs, h, w]` -> `[n, outputs]`.
    func callAsFunction(_ features: Tensor, training: Bool) -> Tensor {
        withFullPrecision(on: features.device) {
            let pooled = features.to(linear.weight.type).globalAveragePooled()
            let embeddings = linear(dropout(pooled, training: training), training: training)
            return normalization?(embeddings, training: training) ?? embeddings
        }
    }
}
