import Torch

/// A block of MobileNet: a depthwise 3x3 convolution, which filters each channel, and a pointwise
/// 1x1 convolution, which mixes them (Howard et al. 2017, Fig. 3), each normalised and rectified.
final class SeparableConvolution {
    let depthwise: NormalizedConvolution
    let pointwise: NormalizedConvolution

    init(inputs: Int, outputs: Int, stride: Int, initial: InitialWeights) {
        depthwise = NormalizedConvolution(
            "conv_dw", "bn1", inputs: inputs, outputs: inputs, kernel: 3, stride: stride,
            groups: inputs, initial: initial)
        pointwise = NormalizedConvolution(
            "conv_pw", "bn2", inputs: inputs, outputs: outputs, kernel: 1, initial: initial)
    }

    var state: [StateEntry] { depthwise.state + pointwise.state }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        pointwise.rectified(depthwise.rectified(input, training: training), training: training)
    }
}
