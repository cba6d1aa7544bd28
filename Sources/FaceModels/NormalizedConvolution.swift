import Torch

/// A convolution followed by batch normalisation, and often by a rectifier: the building block of
/// convolutional networks.
///
/// All of it is one call to `Convolution`, which fuses operations where possible.
final class NormalizedConvolution {
    let convolution: Convolution
    let normalization: BatchNormalization
    private let names: (convolution: String, normalization: String)

    /// Creates a block whose parts have the given names in the enclosing part, and whose
    /// normalisation's scale starts at `scale`.
    ///
    /// - Parameter start: How the convolution's weights are drawn.
    init(
        _ convolutionName: String, _ normalizationName: String, inputs: Int, outputs: Int,
        kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1, scale: Double = 1,
        momentum: Double = 0.1, epsilon: Double = 1e-5, start: ConvolutionStart = .uniform,
        initial: InitialWeights
    ) {
        names = (convolutionName, normalizationName)
        convolution = Convolution(
            inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding,
            groups: groups,
            standardDeviation: start.standardDeviation(outputs: outputs, kernel: kernel),
            initial: initial.child(convolutionName))
        normalization = BatchNormalization(
            channels: outputs, scale: scale, momentum: momentum, epsilon: epsilon,
            initial: initial.child(normalizationName))
    }

    var state: [StateEntry] {
        convolution.state.prefixed(names.convolution)
            + normalization.state.prefixed(names.normalization)
    }

    /// Convolves, normalises, adds an optional residual, and rectifies.
    func rectified(_ input: Tensor, adding residual: Tensor? = nil, training: Bool) -> Tensor {
        convolution(
            input, normalizedBy: normalization, adding: residual, rectify: true,
            training: training)
    }

    /// Convolves, normalises and multiplies negative values by the slopes of `prelu`.
    func rectified(_ input: Tensor, by prelu: PReLU, training: Bool) -> Tensor {
        convolution(
            input, normalizedBy: normalization, rectifiedBy: prelu, training: training)
    }

    /// Convolves, normalises and adds an optional residual.
    func callAsFunction(
        _ input: Tensor, adding residual: Tensor? = nil, training: Bool
    ) -> Tensor {
        convolution(
            input, normalizedBy: normalization, adding: residual, rectify: false,
            training: training)
    }
}

/// How the weights of a convolution are drawn.
enum ConvolutionStart {
    /// Uniform in ±1/√fan-in, PyTorch's default.
    case uniform
    /// Normal with a standard deviation.
    case normal(Double)
    /// Normal with a standard deviation of √(2 / fan-out) (He et al. 2015, equation 14).
    case heFanOut

    func standardDeviation(outputs: Int, kernel: Int) -> Double? {
        switch self {
        case .uniform: nil
        case .normal(let standardDeviation): standardDeviation
        case .heFanOut: (2 / Double(outputs * kernel * kernel)).squareRoot()
        }
    }
}

/// A convolution, its normalisation and a PReLU.
final class PReLUConvolution {
    let normalized: NormalizedConvolution
    private let prelu: PReLU
    private let name: String

    /// Creates a block whose parts have the given names in the enclosing part.
    init(
        _ convolutionName: String, _ normalizationName: String, _ name: String, inputs: Int,
        outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
        start: ConvolutionStart, initial: InitialWeights
    ) {
        self.name = name
        normalized = NormalizedConvolution(
            convolutionName, normalizationName, inputs: inputs, outputs: outputs, kernel: kernel,
            stride: stride, padding: padding, groups: groups, start: start, initial: initial)
        prelu = PReLU(channels: outputs, initial: initial.child(name))
    }

    var state: [StateEntry] { normalized.state + prelu.state.prefixed(name) }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        normalized.rectified(input, by: prelu, training: training)
    }

    func walk(_ trace: inout LayerTrace) {
        trace.pass(normalized)
        trace.count(prelu.state)
    }
}
