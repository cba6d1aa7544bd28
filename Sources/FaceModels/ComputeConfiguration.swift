public import Torch

/// How a network is computed.
public struct ComputeConfiguration: Codable, Sendable, Hashable {
    /// Name of the device: `cpu` or `cuda:0`.
    public var device: String
    /// Precision of convolutions and products; parameters and losses stay in `float32`.
    public var precision: ElementType
    /// Memory order of images and activations.
    public var memoryFormat: MemoryFormat
    /// Number of threads per operation.
    public var threads: Int
    /// The most advanced kernels that may be used, so that a run can resume on another processor; nil for
    /// those of the calling thread, by default the best of the processor.
    public var kernels: Kernels?

    /// Creates a configuration from resolved values.
    public init(
        device: Device, precision: ElementType, memoryFormat: MemoryFormat, threads: Int,
        kernels: Kernels? = nil
    ) {
        self.device = device.description
        self.precision = precision
        self.memoryFormat = memoryFormat
        self.threads = threads
        self.kernels = kernels
    }

    /// Runs a closure in which operations on this thread use the configuration's kernels.
    public func withKernels<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try Torch.withKernels(upTo: kernels ?? .current, body)
    }
}
