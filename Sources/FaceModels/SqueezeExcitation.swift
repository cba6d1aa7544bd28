import Torch

/// Squeeze and excitation (Hu, Shen and Sun 2018): each channel is multiplied by a gate between 0
/// and 1 that two small layers compute from the means of all channels.
final class SqueezeExcitation {
    /// The activation of the gate.
    enum Gate {
        case sigmoid, hardSigmoid
    }

    private let squeeze: Pointwise
    private let excite: Pointwise
    private let gate: Gate

    init(
        channels: Int, squeezed: Int, bias: Bool, gate: Gate = .sigmoid,
        start: ConvolutionStart = .uniform, initial: InitialWeights
    ) {
        self.gate = gate
        squeeze = Pointwise(
            inputs: channels, outputs: squeezed, bias: bias, start: start,
            initial: initial.child("fc1"))
        excite = Pointwise(
            inputs: squeezed, outputs: channels, bias: bias, start: start,
            initial: initial.child("fc2"))
    }

    var state: [StateEntry] { squeeze.state.prefixed("fc1") + excite.state.prefixed("fc2") }

    /// Multiply-adds of one image.
    var multiplyAdds: Int { squeeze.weight.count + excite.weight.count }

    /// `[n, channels, h, w]` -> `[n, channels, h, w]`. The layers are computed in the type of their
    /// parameters: they are small, and whole channels depend on them.
    func callAsFunction(_ input: Tensor) -> Tensor {
        let factors = withFullPrecision(on: input.device) {
            let means = input.to(squeeze.weight.type).globalAveragePooled()
            let logits = excite(squeeze(means).relu())
            return gate == .sigmoid ? logits.sigmoid() : logits.hardSigmoid()
        }
        return input * factors.to(input.type).reshaped(factors.shape + [1, 1])
    }
}

/// A fully connected layer that PyTorch's networks store as a 1x1 convolution of maps of one pixel.
private final class Pointwise {
    /// `[outputs, inputs, 1, 1]`.
    let weight: Tensor
    private let bias: Tensor?

    init(
        inputs: Int, outputs: Int, bias hasBias: Bool, start: ConvolutionStart,
        initial: InitialWeights
    ) {
        let bound = 1 / Double(inputs).squareRoot()
        weight =
            start.standardDeviation(outputs: outputs, kernel: 1).map {
                initial.normal("weight", [outputs, inputs, 1, 1], standardDeviation: $0)
            } ?? initial.uniform("weight", [outputs, inputs, 1, 1], bound: bound)
        bias = hasBias ? initial.uniform("bias", [outputs], bound: bound) : nil
    }

    var state: [StateEntry] {
        [StateEntry("weight", weight, .weight)]
            + (bias.map { [StateEntry("bias", $0, .bias)] } ?? [])
    }

    /// `[n, inputs]` -> `[n, outputs]`.
    func callAsFunction(_ input: Tensor) -> Tensor {
        input.linear(weight: weight.reshaped(Array(weight.shape.prefix(2))), bias: bias)
    }
}
