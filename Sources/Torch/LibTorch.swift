import CTorch

/// Settings of LibTorch that hold for the whole process.
public enum LibTorch {
    /// Version of the LibTorch that Facet was built against, e.g. `2.13.0`.
    public static var version: String { unsafe String(cString: ct_version()) }

    /// Threads that one operation may use.
    public static var threads: Int { Int(ct_threads()) }

    /// Sets the number of threads that one operation may use.
    ///
    /// Results depend on it in their last bits: LibTorch and its oneDNN split the sums of a
    /// convolution's weight gradient, of `float32` products transposed on the left, and of all of a
    /// large tensor, by threads. This project's kernels and its head split by shape and do not; with
    /// more than 16 threads the head's `bfloat16` gradients do.
    public static func setThreads(_ count: Int) {
        expectSuccess(ct_set_threads(Int32(count)), "setThreads(_:)")
    }

    /// Says whether threads that compute together have a processor each, in ``withSpreadThreads(_:)``, which they
    /// should while other processes need the processors as well.
    ///
    /// They do where they are as many as the processors that this process may use. Linux only; does nothing
    /// elsewhere.
    public static func spreadThreads(_ isWanted: Bool) { ct_spread_threads(isWanted) }

    /// Computes with a processor for each thread, if that is requested.
    public static func withSpreadThreads<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        ct_spread_begin()
        defer { ct_spread_end() }
        return try body()
    }

    /// Has large tensors on a processor made from now on in memory that is kept for later ones, so that
    /// a step of training does not ask the system for the same pages again and again (a tenth of its
    /// time). For an application to call when it starts: what the process once used stays with it.
    /// Linux only; does nothing elsewhere.
    public static func keepMemory() { ct_keep_memory() }

    /// Asks for algorithms that give bit for bit the same each time on the same machine.
    public static func setDeterministic(_ value: Bool) {
        expectSuccess(ct_set_deterministic(value), "setDeterministic(_:)")
    }

    /// Whether the processor multiplies `bfloat16` in instructions of its own (AVX512-BF16, AMX,
    /// Arm BF16), so that it is faster than `float32` and not slower.
    public static var hasBFloat16Instructions: Bool { ct_has_bfloat16_instructions() }

    /// Why this project's kernels cannot be compiled for a GPU, so that LibTorch's are used there; nil
    /// when they can.
    public static var gpuKernelsFailure: String? {
        let failure = unsafe String(cString: ct_gpu_kernels_failure())
        return failure.isEmpty ? nil : failure
    }

    /// Sets the handler for running out of memory in the middle of a computation.
    ///
    /// The program stops afterwards, because an operation without a result cannot be gone on
    /// with; the handler may end it in a better way, e.g. with a sentence and an exit code.
    public static func whenMemoryRunsOut(_ handler: (@Sendable (TorchError) -> Void)?) {
        OutOfMemory.setHandler(handler)
    }
}
