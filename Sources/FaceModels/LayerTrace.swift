import Torch

/// Follows the size of an image's feature map through a network and counts parameters,
/// multiply-adds and activations.
struct LayerTrace {
    /// Size of the current feature map.
    private(set) var size: LayerTable.Size
    private(set) var table = LayerTable(rows: [])
    private var parameters = 0
    private var multiplyAdds = 0
    private var activations = 0

    /// Starts with an RGB image.
    init(height: Int, width: Int) {
        size = LayerTable.Size(channels: 3, height: height, width: width)
    }

    /// Adds a row for all layers that the closure passes.
    mutating func row(
        _ layer: String, filter: String, stride: Int, _ body: (inout LayerTrace) -> Void
    ) {
        var inner = self
        inner.parameters = 0
        inner.multiplyAdds = 0
        inner.activations = 0
        body(&inner)
        table.rows.append(
            LayerTable.Row(
                layer: layer, filter: filter, stride: stride, input: size, output: inner.size,
                parameters: inner.parameters, multiplyAdds: inner.multiplyAdds,
                activations: inner.activations))
        size = inner.size
    }

    /// Passes a convolution and its normalisation.
    mutating func pass(_ layer: NormalizedConvolution) {
        pass(layer.convolution)
        count(layer.normalization.state)
    }

    /// Passes a convolution.
    mutating func pass(_ convolution: Convolution) {
        let kernel = convolution.weight.shape[2]
        slide(kernel: kernel, stride: convolution.stride, padding: convolution.padding)
        size.channels = convolution.weight.shape[0]
        count(
            convolution.state,
            multiplyAdds: convolution.weight.count * size.height * size.width)
    }

    /// Passes a convolution with a rectangular window.
    mutating func pass(_ convolution: RectangularConvolution) {
        let shape = convolution.weight.shape
        let (padding, stride) = (convolution.padding, convolution.stride)
        size.height = (size.height + 2 * padding.height - shape[2]) / stride + 1
        size.width = (size.width + 2 * padding.width - shape[3]) / stride + 1
        size.channels = shape[0]
        count(
            convolution.state,
            multiplyAdds: convolution.weight.count * size.height * size.width)
    }

    /// Passes parallel branches whose channels are concatenated.
    mutating func join(_ branches: [(inout LayerTrace) -> Void]) {
        let here = size
        var channels = 0
        for branch in branches {
            size = here
            branch(&self)
            channels += size.channels
        }
        size.channels = channels
    }

    /// Counts a convolution of a side branch; the current size stays.
    mutating func passBranch(_ layer: NormalizedConvolution) {
        let here = size
        pass(layer)
        size = here
    }

    /// Counts layers that do not change the size, such as activations, normalisations or operations on
    /// tokens.
    ///
    /// - Parameter kept: Number of values that the backward pass needs; by default one map of the
    ///   current size.
    mutating func count(_ state: [StateEntry], multiplyAdds: Int = 0, kept: Int? = nil) {
        parameters += state.parameterCount
        self.multiplyAdds += multiplyAdds
        activations += kept ?? map
    }

    /// Number of values in a map of the current size.
    private var map: Int { size.channels * size.height * size.width }

    /// Passes a fully connected layer and counts the parameters after it.
    mutating func pass(_ linear: Linear, _ state: [StateEntry]) {
        size = LayerTable.Size(channels: linear.weight.shape[0], height: 1, width: 1)
        count(linear.state + state, multiplyAdds: linear.weight.count)
    }

    /// Passes a pool.
    mutating func pool(kernel: Int, stride: Int, padding: Int) {
        slide(kernel: kernel, stride: stride, padding: padding)
        // The maxima, and their positions as eight-byte integers, which count twice.
        activations += 3 * map
    }

    /// Passes a pool whose last windows may extend beyond the edge.
    mutating func poolOverEdges(kernel: Int, stride: Int, padding: Int = 0) {
        size.height = Pooled.length(size.height, kernel: kernel, stride: stride, padding: padding)
        size.width = Pooled.length(size.width, kernel: kernel, stride: stride, padding: padding)
        activations += 3 * map
    }

    /// Sets the current size.
    mutating func resize(_ size: LayerTable.Size) { self.size = size }

    /// Adds the two rows of an embedding layer: pool and linear map.
    mutating func finish(_ layer: EmbeddingLayer) {
        row("average pool", filter: "\(size.height)x\(size.width)", stride: 1) {
            $0.size.height = 1
            $0.size.width = 1
        }
        let shape = layer.linear.weight.shape
        row("embedding", filter: "\(shape[1])x\(shape[0])", stride: 1) {
            $0.size.channels = shape[0]
            $0.parameters += layer.state.parameterCount
            $0.multiplyAdds += layer.linear.weight.count
        }
    }

    private mutating func slide(kernel: Int, stride: Int, padding: Int) {
        size.height = (size.height + 2 * padding - kernel) / stride + 1
        size.width = (size.width + 2 * padding - kernel) / stride + 1
    }
}

/// The output length of a pool whose last window may extend beyond the edge.
enum Pooled {
    /// PyTorch's rule: the last window starts within the image or the padding before it.
    static func length(_ length: Int, kernel: Int, stride: Int, padding: Int = 0) -> Int {
        let count = (length + 2 * padding - kernel + stride - 1) / stride + 1
        return (count - 1) * stride >= length + padding ? count - 1 : count
    }
}
