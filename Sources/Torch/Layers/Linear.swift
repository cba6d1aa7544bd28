/// An affine map of the last dimension.
public final class Linear: Layer {
    /// Weights `[outputs, inputs]`.
    public let weight: Tensor
    /// Bias `[outputs]`, if there is one.
    public let bias: Tensor?

    /// Creates a map with weights and bias uniform in ±1/√inputs, PyTorch's default.
    ///
    /// - Parameters:
    ///   - standardDeviation: If given, weights are normally distributed with this deviation instead.
    ///   - biasStart: Initial bias if `standardDeviation` is given.
    public init(
        inputs: Int, outputs: Int, bias hasBias: Bool = true, standardDeviation: Double? = nil,
        biasStart: Double = 0, initial: InitialWeights
    ) {
        let bound = standardDeviation == nil ? 1 / Double(inputs).squareRoot() : 0
        weight =
            standardDeviation.map {
                initial.normal("weight", [outputs, inputs], standardDeviation: $0)
            }
            ?? initial.uniform("weight", [outputs, inputs], bound: bound)
        bias =
            hasBias
            ? (bound > 0
                ? initial.uniform("bias", [outputs], bound: bound)
                : initial.constant(biasStart, [outputs]))
            : nil
    }

    /// `weight` and, if there is one, `bias`.
    public var state: [StateEntry] {
        [StateEntry("weight", weight, .weight)]
            + (bias.map { [StateEntry("bias", $0, .bias)] } ?? [])
    }

    /// `[n, inputs]` -> `[n, outputs]`.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        input.linear(weight: weight, bias: bias)
    }
}
