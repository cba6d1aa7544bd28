/// A two-dimensional convolution with a rectangular window and an optional bias, for networks
/// without batch normalisation after every convolution.
public final class RectangularConvolution: Layer {
    /// Height and width, in pixels.
    public struct Extent: Sendable, Hashable {
        /// Height in pixels.
        public let height: Int
        /// Width in pixels.
        public let width: Int

        /// Creates an extent from height and width, in pixels.
        public init(_ height: Int, _ width: Int) {
            self.height = height
            self.width = width
        }
    }

    /// `[outputs, inputs / groups, height, width]`.
    public let weight: Tensor
    /// Bias `[outputs]`, if there is one.
    public let bias: Tensor?
    /// Step of the window, in pixels.
    public let stride: Int
    /// Zeros above and below, and on the left and right of the image.
    public let padding: Extent
    /// Number of groups of channels that are convolved separately.
    public let groups: Int

    /// Creates a convolution with weights and bias uniform in ±1/√fan-in, PyTorch's default.
    ///
    /// - Parameters:
    ///   - padding: Nil for half of the window.
    ///   - standardDeviation: If given, weights are normally distributed with this deviation instead,
    ///     and the bias starts at `biasStart`.
    public init(
        inputs: Int, outputs: Int, window: Extent, stride: Int = 1, padding: Extent? = nil,
        groups: Int = 1, bias hasBias: Bool, standardDeviation: Double? = nil,
        biasStart: Double = 0, initial: InitialWeights
    ) {
        let shape = [outputs, inputs / groups, window.height, window.width]
        let bound = 1 / Double(shape.dropFirst().reduce(1, *)).squareRoot()
        let drawn =
            standardDeviation.map { initial.normal("weight", shape, standardDeviation: $0) }
            ?? initial.uniform("weight", shape, bound: bound)
        // As for `Convolution`.
        weight =
            initial.device == .cpu
            ? drawn : drawn.detached().contiguous(.channelsLast).withGradient()
        bias =
            hasBias
            ? (standardDeviation == nil
                ? initial.uniform("bias", [outputs], bound: bound)
                : initial.constant(biasStart, [outputs])) : nil
        self.stride = stride
        self.padding = padding ?? Extent(window.height / 2, window.width / 2)
        self.groups = groups
    }

    /// `weight` and, if there is one, `bias`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight)]
            + (bias.map { [StateEntry("bias", $0, .bias)] } ?? [])
    }

    /// `[n, inputs, h, w]` -> `[n, outputs, h', w']`.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        input.convolved(
            weight: weight, bias: bias, stride: stride,
            padding: (padding.height, padding.width), groups: groups)
    }
}
