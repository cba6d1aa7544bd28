import CTorch

/// A two-dimensional convolution without bias, as networks with batch normalisation use it.
public final class Convolution: Layer {
    /// `[outputs, inputs / groups, kernel, kernel]`.
    public let weight: Tensor
    /// Step of the window, in pixels.
    public let stride: Int
    /// Zeros around the image, in pixels.
    public let padding: Int
    /// Groups of channels that do not see each other; as many as channels when depthwise.
    public let groups: Int
    /// The weight with the normalisation that follows it folded in, for evaluation.
    let folding = Folding()

    /// Creates a convolution with weights uniform in ±1/√fan-in, as PyTorch draws them.
    ///
    /// Batch normalisation makes the scale of the weights irrelevant to the output, but not to how
    /// far a step turns them: on 500 identities these weights, smaller than He et al.'s, ended two
    /// points higher.
    ///
    /// - Parameter standardDeviation: Of normal variates, which are drawn instead when it is given.
    public init(
        inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil,
        groups: Int = 1, standardDeviation: Double? = nil, initial: InitialWeights
    ) {
        let shape = [outputs, inputs / groups, kernel, kernel]
        let fanIn = Double(kernel * kernel * inputs / groups)
        let drawn =
            standardDeviation.map { initial.normal("weight", shape, standardDeviation: $0) }
            ?? initial.uniform("weight", shape, bound: 1 / fanIn.squareRoot())
        // A GPU's convolutions take weights in the images' layout, and would reorder them in every step.
        weight =
            initial.device == .cpu
            ? drawn : drawn.detached().contiguous(.channelsLast).withGradient()
        self.stride = stride
        self.padding = padding ?? kernel / 2
        self.groups = groups
    }

    /// State for model files: `weight`.
    public var state: [StateEntry] { [StateEntry("weight", weight, .weight)] }

    /// `[n, inputs, h, w]` -> `[n, outputs, h', w']`.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        input.convolved(weight: weight, stride: stride, padding: padding, groups: groups)
    }
}

/// State kept between batches in evaluation; dropped when training resumes.
final class Folding {
    let handle: ct_folding

    init() {
        var handle = ct_folding()
        unsafe expectSuccess(ct_folding_new(&handle), "Folding()")
        self.handle = handle
    }

    deinit { ct_folding_free(handle) }

    func forget() { ct_folding_forget(handle) }
}
