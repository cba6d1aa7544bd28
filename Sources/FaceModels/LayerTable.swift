import Torch

/// A line of the tables that papers print of networks.
public struct LayerRow: Codable, Sendable, Hashable {
    /// PyTorch's name of the layer.
    public var name: String
    /// Height and width of the output, in pixels; 1 after pooling.
    public var outputSize: Int
    /// Channels of the output.
    public var outputChannels: Int
    /// What the layer is, e.g. `3x3, 64, stride 2`.
    public var filter: String
    /// Trainable numbers, normalisation included.
    public var parameters: Int
    /// Multiply-adds of one image.
    public var multiplyAdds: Int
}

/// Walks through a network, following the size of its images.
struct LayerTable {
    private(set) var rows: [LayerRow] = []
    private var size: Int

    init(inputSize: Int) {
        size = inputSize
    }

    /// A convolution on the main path, with its normalisation.
    mutating func add(_ name: String, _ layer: Convolution, _ norm: BatchNormalization) {
        let row = row(name, layer, norm)
        size = row.outputSize
        rows.append(row)
    }

    /// A convolution beside the main path, which does not change the size on it.
    mutating func addBeside(_ name: String, _ layer: Convolution, _ norm: BatchNormalization) {
        rows.append(row(name, layer, norm))
    }

    /// The 3x3 max pool with stride 2 of ResNet's stem.
    mutating func addMaxPool(_ name: String) {
        size = (size - 1) / 2 + 1
        rows.append(
            LayerRow(
                name: name, outputSize: size, outputChannels: rows.last?.outputChannels ?? 0,
                filter: "3x3 max pool, stride 2", parameters: 0, multiplyAdds: 0))
    }

    mutating func add(_ name: String, _ head: EmbeddingHead) {
        let inputs = head.linear.weight.shape[1]
        rows.append(
            LayerRow(
                name: "pool", outputSize: 1, outputChannels: inputs,
                filter: "global average pool", parameters: 0, multiplyAdds: 0))
        rows.append(
            LayerRow(
                name: name, outputSize: 1, outputChannels: head.size,
                filter: "\(inputs) x \(head.size), fully connected",
                parameters: head.state.parameterCount, multiplyAdds: inputs * head.size))
    }

    private func row(
        _ name: String, _ layer: Convolution, _ norm: BatchNormalization
    ) -> LayerRow {
        let shape = layer.weight.shape
        let output = (size + 2 * layer.padding - shape[2]) / layer.stride + 1
        let depthwise = layer.groups > 1 ? " depthwise" : ""
        return LayerRow(
            name: name, outputSize: output, outputChannels: shape[0],
            filter: "\(shape[2])x\(shape[3])\(depthwise), \(shape[0]), stride \(layer.stride)",
            parameters: layer.weight.count + norm.state.parameterCount,
            multiplyAdds: layer.weight.count * output * output)
    }
}

extension Backbone {
    /// Multiply-adds of one image of the given height and width.
    public func multiplyAdds(inputSize: Int) -> Int {
        layers(inputSize: inputSize).reduce(0) { $0 + $1.multiplyAdds }
    }
}
