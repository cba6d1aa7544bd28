import Torch

/// A convolution and the batch normalisation that follows it, and usually a rectifier after both:
/// the one brick of which both networks are built.
///
/// All of it is one call into `Convolution`, which knows what can be computed in one go.
final class NormalizedConvolution {
    let convolution: Convolution
    let normalization: BatchNormalization
    private let names: (convolution: String, normalization: String)

    /// Creates a brick whose parts bear the given names in the enclosing part, and whose
    /// normalisation's scale starts at `scale`.
    init(
        _ convolutionName: String, _ normalizationName: String, inputs: Int, outputs: Int,
        kernel: Int, stride: Int = 1, groups: Int = 1, scale: Double = 1, initial: InitialWeights
    ) {
        names = (convolutionName, normalizationName)
        convolution = Convolution(
            inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, groups: groups,
            initial: initial.child(convolutionName))
        normalization = BatchNormalization(
            channels: outputs, scale: scale, initial: initial.child(normalizationName))
    }

    var state: [StateEntry] {
        convolution.state.prefixed(names.convolution)
            + normalization.state.prefixed(names.normalization)
    }

    /// Convolves, normalises, adds a residual where there is one, and rectifies.
    func rectified(_ input: Tensor, adding residual: Tensor? = nil, training: Bool) -> Tensor {
        convolution(
            input, normalizedBy: normalization, adding: residual, rectify: true,
            training: training)
    }

    /// Convolves and normalises.
    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        convolution(input, normalizedBy: normalization, rectify: false, training: training)
    }
}
