import Torch

/// A transformer block: self-attention, then two linear layers per token, each after a layer
/// normalisation and with a shortcut (Dosovitskiy et al. 2021, equations 2 and 3), with ReLU6.
final class TransformerBlock {
    private static let heads = 8
    /// Number of token maps that training keeps for the backward pass: both normalisations, queries, keys
    /// and values, attention output and projection, two sums, and the wide map before and after its
    /// activation.
    static let keptMaps = 17

    private let attentionNorm: LayerNormalization
    private let queryKeyValue: Linear
    private let projection: Linear
    private let mapNorm: LayerNormalization
    private let widening: Linear
    private let narrowing: Linear
    /// After the projection, between the linear layers and after them.
    private let dropouts: [Dropout]
    private let paths: [Dropout]

    /// Creates a block.
    ///
    /// - Parameters:
    ///   - channels: A multiple of 8, the number of heads.
    ///   - dropPath: Probability that training skips each of the two branches of a sample.
    init(
        channels: Int, dropout: Double, dropPath: Double, countedBy counter: BatchNormalization,
        initial: InitialWeights
    ) {
        func linear(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = true) -> Linear {
            Linear(
                inputs: inputs, outputs: outputs, bias: bias, standardDeviation: 0.02,
                initial: initial.child(name))
        }
        func noise(_ name: String) -> BatchNoise {
            BatchNoise(name, countedBy: counter, initial: initial)
        }
        attentionNorm = LayerNormalization(size: channels, initial: initial.child("norm1"))
        mapNorm = LayerNormalization(size: channels, initial: initial.child("norm2"))
        queryKeyValue = linear("attn.qkv", channels, 3 * channels, bias: false)
        projection = linear("attn.proj", channels, channels)
        widening = linear("mlp.fc1", channels, 4 * channels)
        narrowing = linear("mlp.fc2", 4 * channels, channels)
        dropouts = ["attn.drop", "mlp.drop1", "mlp.drop2"].map {
            Dropout(rate: dropout, noise: noise($0))
        }
        paths = ["attn.path", "mlp.path"].map {
            Dropout(rate: dropPath, unit: .sample, noise: noise($0))
        }
    }

    var state: [StateEntry] {
        attentionNorm.state.prefixed("norm1") + mapNorm.state.prefixed("norm2")
            + queryKeyValue.state.prefixed("attn.qkv") + projection.state.prefixed("attn.proj")
            + widening.state.prefixed("mlp.fc1") + narrowing.state.prefixed("mlp.fc2")
    }

    /// `[n, tokens, channels]` -> `[n, tokens, channels]`.
    func callAsFunction(_ tokens: Tensor, training: Bool) -> Tensor {
        let attended = attention(attentionNorm(tokens, training: training), training: training)
        let sum = tokens + paths[0](attended, training: training)
        let mapped = maps(mapNorm(sum, training: training), training: training)
        return sum + paths[1](mapped, training: training)
    }

    private func attention(_ tokens: Tensor, training: Bool) -> Tensor {
        let (n, count, channels) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
        // [3, n, heads, tokens, channels of a head]
        let split = queryKeyValue(tokens, training: training)
            .reshaped([n, count, 3, Self.heads, channels / Self.heads]).permuted([2, 0, 3, 1, 4])
        let parts = (0..<3).map { split.narrowed(0, $0..<$0 + 1).squeezed(0) }
        let attended = parts[0].attention(keys: parts[1], values: parts[2])
            .transposed(1, 2).reshaped([n, count, channels])
        return dropouts[0](projection(attended, training: training), training: training)
    }

    private func maps(_ tokens: Tensor, training: Bool) -> Tensor {
        let wide = dropouts[1](
            widening(tokens, training: training).relu6(), training: training)
        return dropouts[2](narrowing(wide, training: training), training: training)
    }

    /// Multiply-adds of one image of `tokens` tokens: the linear layers, and the two products of attention.
    func multiplyAdds(tokens: Int) -> Int {
        let maps = [queryKeyValue, projection, widening, narrowing]
        let channels = projection.weight.shape[0]
        return tokens * maps.reduce(0) { $0 + $1.weight.count } + 2 * tokens * tokens * channels
    }
}
