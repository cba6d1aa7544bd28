/// An affine map of the last dimension.
public final class Linear: Layer {
    /// `[outputs, inputs]`.
    public let weight: Tensor
    /// `[outputs]`, where there is one.
    public let bias: Tensor?

    /// Creates a map with weights and bias uniform in ±1/√inputs, as PyTorch draws them.
    public init(inputs: Int, outputs: Int, bias hasBias: Bool = true, initial: InitialWeights) {
        let bound = 1 / Double(inputs).squareRoot()
        weight = initial.uniform("weight", [outputs, inputs], bound: bound)
        bias = hasBias ? initial.uniform("bias", [outputs], bound: bound) : nil
    }

    /// `weight` and, where there is one, `bias`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight)]
            + (bias.map { [StateEntry("bias", $0, .bias)] } ?? [])
    }

    /// `[n, inputs]` -> `[n, outputs]`.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        input.linear(weight: weight, bias: bias)
    }
}
