import Torch

/// What follows a backbone's features: global average pool, Linear and, unless switched off, batch
/// normalisation, which fixes the scale that norm-dependent losses see.
///
/// Computed in the parameters' precision whatever the features' is: it is small and last.
final class EmbeddingHead {
    let linear: Linear
    let normalization: BatchNormalization?

    init(inputs: Int, options: BackboneOptions, initial: InitialWeights) {
        linear = Linear(
            inputs: inputs, outputs: options.embeddingSize, initial: initial.child("linear"))
        normalization =
            options.normalizesEmbedding
            ? BatchNormalization(
                channels: options.embeddingSize, initial: initial.child("bn")) : nil
    }

    /// Length of an embedding.
    var size: Int { linear.weight.shape[0] }

    var state: [StateEntry] {
        linear.state.prefixed("linear") + (normalization?.state.prefixed("bn") ?? [])
    }

    func callAsFunction(_ features: Tensor, training: Bool) -> Tensor {
        let pooled = features.to(linear.weight.type).globalAveragePooled()
        // A product of its own type: autocast would take `linear` to bfloat16 again.
        let embeddings = withFullPrecision(on: features.device) {
            linear(pooled, training: training)
        }
        return normalization?(embeddings, training: training) ?? embeddings
    }
}
