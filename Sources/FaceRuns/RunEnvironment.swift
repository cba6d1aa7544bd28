/// `environment.json`: the machine and the versions a run was made with.
public struct RunEnvironment: Codable, Sendable, Hashable {
    /// Facet's version.
    public var facet: String
    /// Commit the tool was built from, with `+` when the tree was modified, or `unknown`.
    public var commit: String
    /// Version of LibTorch.
    public var libtorch: String
    /// Operating system and its version.
    public var system: String
    /// Name of the processor.
    public var processor: String
    /// The processor's vector features that matter here, e.g. `avx512_bf16`.
    public var processorFeatures: [String]
    /// Threads LibTorch computes with.
    public var threads: Int
    /// Memory of the machine, in bytes.
    public var memory: UInt64
    /// The device that ran the network: `cpu` or `cuda:0 (name)`.
    public var device: String
    /// `float32` or `bfloat16`, as resolved from `--precision`.
    public var precision: String
    /// `contiguous` or `channelsLast`.
    public var memoryFormat: String
    /// Implementation of the operations that both LibTorch and Facet have, e.g. `libtorch` or `avx512`.
    /// Nil in a run of a version that did not write it.
    public var kernels: String?
    /// Folder to which paths of the configuration are relative.
    public var workingDirectory: String?
    /// Number of processes that computed the run, where it affects the last digits; nil otherwise.
    public var processes: Int?

    /// Memberwise initialiser.
    public init(
        facet: String, commit: String, libtorch: String, system: String, processor: String,
        processorFeatures: [String], threads: Int, memory: UInt64, device: String,
        precision: String, memoryFormat: String, kernels: String? = nil,
        workingDirectory: String? = nil
    ) {
        self.facet = facet
        self.workingDirectory = workingDirectory
        self.commit = commit
        self.libtorch = libtorch
        self.system = system
        self.processor = processor
        self.processorFeatures = processorFeatures
        self.threads = threads
        self.memory = memory
        self.device = device
        self.precision = precision
        self.memoryFormat = memoryFormat
        self.kernels = kernels
    }
}
