public import FaceModels
import Torch

/// How models are run to embed images.
public struct EmbeddingOptions: Sendable {
    /// The device and precision with which a network is computed.
    public var compute: ComputeConfiguration
    /// Images embedded at once; at least 1, with which an ONNX network answers soonest.
    public var batchSize: Int
    /// Height and width of the input of a network whose file does not state it, in pixels.
    public var inputSize: Int
    /// The network's input format where its file does not state it.
    public var input: RequestedInput
    /// The engine that computes networks of Facet's backbones; nil for LibTorch.
    public var engine: (any EmbeddingEngine)?

    /// Creates options.
    public init(
        compute: ComputeConfiguration, batchSize: Int = 128, inputSize: Int = 112,
        input: RequestedInput = RequestedInput(), engine: (any EmbeddingEngine)? = nil
    ) {
        self.compute = compute
        self.batchSize = batchSize
        self.inputSize = inputSize
        self.input = input
        self.engine = engine
    }

    /// In float32 on the CPU, with one thread per available core.
    public static var standard: EmbeddingOptions {
        EmbeddingOptions(
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast,
                threads: AvailableThreads.count))
    }
}
