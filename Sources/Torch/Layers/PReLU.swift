/// A rectifier that multiplies negative values by a number that is trained, one a channel (He et al.,
/// "Delving Deep into Rectifiers", 2015, equation 1).
public final class PReLU: Layer {
    /// The slopes of the channels' negative values, `[c]`; they start at 0.25.
    public let weight: Tensor

    /// Creates a rectifier of `channels` channels.
    public init(channels: Int, initial: InitialWeights) {
        weight = initial.constant(0.25, [channels])
    }

    /// `weight`. Like scales it is one number a channel, and decays where they do.
    public var state: [StateEntry] { [StateEntry("weight", weight, .normalization)] }

    /// `[n, c, ...]` -> `[n, c, ...]`.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        input.prelu(weight: weight)
    }
}
