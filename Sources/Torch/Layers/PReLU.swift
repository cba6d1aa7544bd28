/// A rectifier that multiplies negative values by a trained slope for each channel (He et al.,
/// "Delving Deep into Rectifiers", 2015, equation 1).
public final class PReLU: Layer {
    /// The slopes of the channels' negative values, `[c]`; they start at 0.25.
    public let weight: Tensor

    /// Creates a rectifier of `channels` channels.
    public init(channels: Int, initial: InitialWeights) {
        weight = initial.constant(0.25, [channels])
    }

    /// `weight`. Like a scale, it is one number per channel, and subject to the same weight decay.
    public var state: [StateEntry] { [StateEntry("weight", weight, .normalization)] }

    /// `[n, c, ...]` -> `[n, c, ...]`.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        input.prelu(weight: weight)
    }
}
