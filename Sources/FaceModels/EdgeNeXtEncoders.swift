import Foundation
import Torch

/// A depthwise convolution and pointwise layers, with a shortcut.
final class ConvolutionEncoder {
    private let convolution: RectangularConvolution
    private let maps: PointwiseLayers

    init(channels: Int, window: Int, initial: InitialWeights) {
        convolution = RectangularConvolution(
            inputs: channels, outputs: channels, window: .init(window, window),
            groups: channels, bias: true, standardDeviation: EdgeMaps.deviation,
            initial: initial.child("conv_dw"))
        maps = PointwiseLayers(channels: channels, initial: initial)
    }

    var state: [StateEntry] {
        maps.factorState + convolution.state.prefixed("conv_dw") + maps.state
    }

    func callAsFunction(_ map: Tensor, training: Bool) -> Tensor {
        let filtered = EdgeMaps.last(convolution(map, training: training))
        return map + EdgeMaps.first(maps(filtered, training: training))
    }

    func walk(_ trace: inout LayerTrace) {
        trace.pass(convolution)
        maps.walk(&trace)
    }
}

/// Cascaded depthwise convolutions of channel groups, attention among channels, and pointwise
/// layers ("split depth-wise transpose attention", section 3.2).
final class AttentionEncoder {
    /// The settings of one stage.
    struct Layout {
        let heads: Int
        /// Number of channel groups, of which all but the last are convolved.
        let scales: Int
        /// Whether there is a sinusoidal position encoding.
        let encodesPositions: Bool
    }

    private let convolutions: [RectangularConvolution]
    private let encoding: PositionEncoding?
    private let attentionNorm: LayerNormalization
    private let attentionFactor: Tensor
    private let temperature: Tensor
    private let queryKeyValue: Linear
    private let projection: Linear
    private let maps: PointwiseLayers
    private let heads: Int

    init(channels: Int, _ layout: Layout, initial: InitialWeights) {
        heads = layout.heads
        let group = (channels + layout.scales - 1) / layout.scales
        convolutions = (0..<max(1, layout.scales - 1)).map {
            RectangularConvolution(
                inputs: group, outputs: group, window: .init(3, 3), groups: group, bias: true,
                standardDeviation: EdgeMaps.deviation, initial: initial.child("convs.\($0)"))
        }
        encoding =
            layout.encodesPositions
            ? PositionEncoding(channels: channels, initial: initial.child("pos_embd")) : nil
        attentionFactor = initial.constant(EdgeMaps.factor, [channels])
        attentionNorm = LayerNormalization(
            size: channels, epsilon: EdgeMaps.epsilon, initial: initial.child("norm_xca"))
        temperature = initial.constant(1, [layout.heads, 1, 1])
        queryKeyValue = Linear(
            inputs: channels, outputs: 3 * channels, standardDeviation: EdgeMaps.deviation,
            initial: initial.child("xca.qkv"))
        projection = Linear(
            inputs: channels, outputs: channels, standardDeviation: EdgeMaps.deviation,
            initial: initial.child("xca.proj"))
        maps = PointwiseLayers(channels: channels, initial: initial)
    }

    var state: [StateEntry] {
        let factors = [StateEntry("gamma_xca", attentionFactor, .normalization)]
        let filters = convolutions.enumerated().flatMap { index, layer in
            layer.state.prefixed("convs.\(index)")
        }
        let attention =
            [StateEntry("temperature", temperature, .weight)]
            + queryKeyValue.state.prefixed("qkv") + projection.state.prefixed("proj")
        return factors + maps.factorState + filters
            + (encoding?.state.prefixed("pos_embd") ?? [])
            + attentionNorm.state.prefixed("norm_xca") + attention.prefixed("xca") + maps.state
    }

    func callAsFunction(_ map: Tensor, training: Bool) -> Tensor {
        let type = attentionNorm.weight.type
        let (n, c, h, w) = (map.shape[0], map.shape[1], map.shape[2], map.shape[3])
        var tokens = split(map, training: training).to(type)
            .reshaped([n, c, h * w]).transposed(1, 2)
        if let encoding { tokens = tokens + encoding(height: h, width: w, training: training) }
        let normalized = attentionNorm(tokens, training: training)
        tokens = tokens + attended(normalized, training: training) * attentionFactor
        let mapped = maps(tokens.reshaped([n, h, w, c]), training: training)
        return map + EdgeMaps.first(mapped)
    }

    /// Each group of channels is added to the result of the previous one before it is convolved.
    private func split(_ map: Tensor, training: Bool) -> Tensor {
        let (channels, group) = (map.shape[1], convolutions[0].weight.shape[0])
        func part(_ index: Int) -> Tensor {
            map.narrowed(1, index * group..<min((index + 1) * group, channels))
        }
        var parts: [Tensor] = []
        for (index, convolution) in convolutions.enumerated() {
            let input = parts.last.map { $0 + part(index) } ?? part(index)
            parts.append(convolution(input, training: training))
        }
        return .concatenated(parts + [part(convolutions.count)], dim: 1)
    }

    /// Channels attend to channels: attention maps are square with the channels of a head.
    private func attended(_ tokens: Tensor, training: Bool) -> Tensor {
        let (n, count, channels) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
        // [3, n, heads, channels of a head, tokens]
        let all = queryKeyValue(tokens, training: training)
            .reshaped([n, count, 3, heads, channels / heads]).permuted([2, 0, 3, 4, 1])
        let parts = (0..<3).map { all.narrowed(0, $0..<$0 + 1).squeezed(0) }
        func unit(_ rows: Tensor) -> Tensor {
            rows / rows.norm(3, keep: true).clamped(from: 1e-12)
        }
        let scores = unit(parts[0]).matmul(unit(parts[1]).transposed(2, 3)) * temperature
        let mixed = scores.softmax(3).to(parts[2].type).matmul(parts[2])
            .permuted([0, 3, 1, 2]).reshaped([n, count, channels])
        return projection(mixed, training: training)
    }

    func walk(_ trace: inout LayerTrace) {
        let size = trace.size
        let tokens = size.height * size.width
        for convolution in convolutions {
            trace.count(
                convolution.state, multiplyAdds: convolution.weight.count * tokens,
                kept: convolution.weight.shape[0] * tokens)
        }
        if let encoding {
            trace.count(encoding.state, multiplyAdds: encoding.multiplyAdds * tokens)
        }
        let attention =
            attentionNorm.state + queryKeyValue.state + projection.state + [
                StateEntry("temperature", temperature, .weight),
                StateEntry("gamma", attentionFactor, .normalization),
            ]
        let channels = size.channels
        trace.count(
            attention,
            multiplyAdds: tokens * (queryKeyValue.weight.count + projection.weight.count)
                + 2 * tokens * channels * channels / heads,
            kept: 9 * tokens * channels)
        maps.walk(&trace)
    }
}

/// Sinusoidal position encoding along both sides of a map, projected to its channels (Vaswani et al. 2017,
/// section 3.5, in two dimensions).
final class PositionEncoding {
    private static let waves = 32
    private static let temperature = 10_000.0

    private let projection: RectangularConvolution

    init(channels: Int, initial: InitialWeights) {
        projection = RectangularConvolution(
            inputs: 2 * Self.waves, outputs: channels, window: .init(1, 1), bias: true,
            standardDeviation: EdgeMaps.deviation, initial: initial.child("token_projection"))
    }

    var state: [StateEntry] { projection.state.prefixed("token_projection") }

    /// Multiply-adds at one position.
    var multiplyAdds: Int { projection.weight.count }

    /// `[1, height * width, channels]`.
    func callAsFunction(height: Int, width: Int, training: Bool) -> Tensor {
        func angles(_ count: Int) -> [[Double]] {
            (1...count).map { position in
                let turn = 2 * Double.pi * Double(position) / (Double(count) + 1e-6)
                return (0..<Self.waves).map { wave in
                    let exponent = Double(wave / 2 * 2) / Double(Self.waves)
                    return turn / pow(Self.temperature, exponent)
                }
            }
        }
        func values(_ angles: [Double]) -> [Double] {
            angles.enumerated().map { $0.offset % 2 == 0 ? sin($0.element) : cos($0.element) }
        }
        let (rows, columns) = (angles(height).map(values), angles(width).map(values))
        let waves = rows.flatMap { row in columns.flatMap { row + $0 } }
        let map = EdgeMaps.first(
            Tensor(waves, shape: [1, height, width, 2 * Self.waves])
                .to(projection.weight.type, device: projection.weight.device))
        let projected = projection(map, training: training)
        return projected.reshaped([1, projected.shape[1], height * width]).transposed(1, 2)
            .to(projection.weight.type)
    }
}

/// A layer normalisation and two pointwise linear layers, four times as wide between them, times a layer
/// scale per channel.
final class PointwiseLayers {
    private let factor: Tensor
    private let norm: LayerNormalization
    private let widening: Linear
    private let narrowing: Linear

    init(channels: Int, initial: InitialWeights) {
        factor = initial.constant(EdgeMaps.factor, [channels])
        norm = LayerNormalization(
            size: channels, epsilon: EdgeMaps.epsilon, initial: initial.child("norm"))
        widening = Linear(
            inputs: channels, outputs: 4 * channels, standardDeviation: EdgeMaps.deviation,
            initial: initial.child("mlp.fc1"))
        narrowing = Linear(
            inputs: 4 * channels, outputs: channels, standardDeviation: EdgeMaps.deviation,
            initial: initial.child("mlp.fc2"))
    }

    /// The layer scale, which comes first in a block's state.
    var factorState: [StateEntry] { [StateEntry("gamma", factor, .normalization)] }

    var state: [StateEntry] {
        norm.state.prefixed("norm") + widening.state.prefixed("mlp.fc1")
            + narrowing.state.prefixed("mlp.fc2")
    }

    /// `[n, h, w, c]` -> `[n, h, w, c]`.
    func callAsFunction(_ map: Tensor, training: Bool) -> Tensor {
        let normalized = norm(map.to(norm.weight.type), training: training)
        let wide = widening(normalized, training: training).gelu()
        return narrowing(wide, training: training) * factor
    }

    func walk(_ trace: inout LayerTrace) {
        let positions = trace.size.height * trace.size.width
        trace.count(
            factorState + state, multiplyAdds: 2 * widening.weight.count * positions,
            // The normalised map, the wide one before and after its activation, and the narrow one.
            kept: 10 * trace.size.channels * positions)
    }
}

/// Layer normalisation of the channels of each position.
final class MapNormalization {
    private let normalization: LayerNormalization

    init(channels: Int, initial: InitialWeights) {
        normalization = LayerNormalization(
            size: channels, epsilon: EdgeMaps.epsilon, initial: initial)
    }

    var state: [StateEntry] { normalization.state }

    var type: ElementType { normalization.weight.type }

    func callAsFunction(_ map: Tensor, training: Bool) -> Tensor {
        EdgeMaps.first(normalization(EdgeMaps.last(map.to(type)), training: training))
    }
}

/// Constants and permutations that the blocks share.
enum EdgeMaps {
    static let deviation = 0.02
    static let epsilon = 1e-6
    /// Initial value of layer scales.
    static let factor = 1e-6

    /// `[n, c, h, w]` -> `[n, h, w, c]`.
    static func last(_ map: Tensor) -> Tensor { map.permuted([0, 2, 3, 1]) }

    /// `[n, h, w, c]` -> `[n, c, h, w]`.
    static func first(_ map: Tensor) -> Tensor { map.permuted([0, 3, 1, 2]) }
}
