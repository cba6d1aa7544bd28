public import FaceModels

/// How models are run to embed images.
public struct EmbeddingOptions: Sendable, Hashable {
    /// Where and with what a network is computed.
    public var compute: ComputeConfiguration
    /// Images embedded at once; at least 1.
    public var batchSize: Int
    /// Height and width of the input of a network whose file does not say it, in pixels.
    public var inputSize: Int
    /// What bytes become before they enter such a network.
    public var normalization: InputNormalization
    /// What is known of the input of an ONNX network beside what its file says.
    public var input: RequestedInput

    /// Creates options.
    public init(
        compute: ComputeConfiguration, batchSize: Int = 128, inputSize: Int = 112,
        normalization: InputNormalization = .standard,
        input: RequestedInput = RequestedInput()
    ) {
        self.compute = compute
        self.batchSize = batchSize
        self.inputSize = inputSize
        self.normalization = normalization
        self.input = input
    }
}
