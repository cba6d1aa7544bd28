import Torch

/// A locally connected layer: a convolution whose filters differ from position to position (Taigman et al., "DeepFace", 2014, section
/// 3.1), or from square to square of `region` x `region` positions (Sun, Wang and Tang, "Deep Learning Face
/// Representation from Predicting 10,000 Classes", 2014, section 3.1).
///
/// In aligned faces, a position always shows the same part of the face, so it can learn its own filters.
/// Windows are unfolded into columns, and each column is multiplied by the filters of its position.
final class LocalConvolution {
    /// `[positions * outputs, inputs, kernel, kernel]`: the filters of a position are adjacent, and the
    /// positions are in row order.
    let weight: Tensor
    /// `[positions * outputs]`.
    let bias: Tensor
    private let stride: Int
    private let region: Int
    /// Number of regions along a side of the output; the positions of a region share their filters.
    private let regions: Int

    /// Positions along a side of the output, in pixels.
    var side: Int { regions * region }

    /// Creates a layer for maps of one size.
    ///
    /// - Parameters:
    ///   - region: Positions along a side of the squares that share their filters; rows and columns that
    ///     do not fill a square are cut off.
    ///   - standardDeviation: If given, weights are normally distributed with this deviation instead of
    ///     uniformly.
    ///   - biasStart: Initial bias if `standardDeviation` is given.
    init(
        inputs: (channels: Int, side: Int), outputs: Int, kernel: Int, stride: Int = 1,
        region: Int = 1, standardDeviation: Double? = nil, biasStart: Double = 0,
        initial: InitialWeights
    ) {
        self.stride = stride
        self.region = region
        regions = ((inputs.side - kernel) / stride + 1) / region
        let filters = regions * regions * outputs
        let shape = [filters, inputs.channels, kernel, kernel]
        let bound = 1 / Double(inputs.channels * kernel * kernel).squareRoot()
        weight =
            standardDeviation.map { initial.normal("weight", shape, standardDeviation: $0) }
            ?? initial.uniform("weight", shape, bound: bound)
        bias =
            standardDeviation == nil
            ? initial.uniform("bias", [filters], bound: bound)
            : initial.constant(biasStart, [filters])
    }

    var state: [StateEntry] {
        [StateEntry("weight", weight, .weight), StateEntry("bias", bias, .bias)]
    }

    /// Channels of the output.
    var outputs: Int { weight.shape[0] / (regions * regions) }

    /// `[n, inputs, h, h]` -> `[n, outputs, side, side]`.
    func callAsFunction(_ input: Tensor) -> Tensor {
        let kernel = weight.shape[2]
        let used = (side - 1) * stride + kernel
        let (n, positions) = (input.shape[0], regions * regions)
        let values = weight.count / weight.shape[0]
        let columns = input.narrowed(2, 0..<used).narrowed(3, 0..<used)
            .unfolded(kernel: kernel, stride: stride)
            .reshaped([n, values, regions, region, regions, region])
            .permuted([2, 4, 1, 0, 3, 5])
            .reshaped([positions, values, n * region * region])
        let products =
            weight.reshaped([positions, outputs, values]).matmul(columns)
            + bias.reshaped([positions, outputs, 1])
        return products.reshaped([regions, regions, outputs, n, region, region])
            .permuted([3, 2, 0, 4, 1, 5]).reshaped([n, outputs, side, side])
    }

    /// `9x9, 16 local`.
    var filter: String { "\(weight.shape[2])x\(weight.shape[3]), \(outputs) local" }

    func walk(_ trace: inout LayerTrace) {
        trace.resize(LayerTable.Size(channels: outputs, height: side, width: side))
        trace.count(state, multiplyAdds: weight.count * region * region)
    }
}
