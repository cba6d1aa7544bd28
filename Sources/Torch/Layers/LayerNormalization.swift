/// Layer normalisation (Ba, Kiros and Hinton 2016) of the last dimension.
public final class LayerNormalization: Layer {
    /// Scale of each element.
    public let weight: Tensor
    /// Shift of each element.
    public let bias: Tensor
    /// Added to the variance for numerical stability.
    public let epsilon: Double

    /// Creates a normalisation of `size` elements with initial scale 1 and shift 0.
    public init(size: Int, epsilon: Double = 1e-5, initial: InitialWeights) {
        weight = initial.constant(1, [size])
        bias = initial.constant(0, [size])
        self.epsilon = epsilon
    }

    /// State for model files: `weight` and `bias`.
    public var state: [StateEntry] {
        [
            StateEntry("weight", weight, .normalization),
            StateEntry("bias", bias, .normalization),
        ]
    }

    /// `[..., size]` -> `[..., size]`.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        input.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
    }
}
