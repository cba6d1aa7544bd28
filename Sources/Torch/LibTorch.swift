import CTorch

/// Process-wide settings of LibTorch.
public enum LibTorch {
    /// Version of the LibTorch that Facet was built against, e.g. `2.13.0`.
    public static var version: String { unsafe String(cString: ct_version()) }

    /// Number of threads that one operation may use.
    public static var threads: Int { Int(ct_threads()) }

    /// Sets the number of threads that one operation may use.
    ///
    /// Results depend on it in their last bits: LibTorch and its oneDNN split sums by threads in
    /// weight gradients of convolutions, in `float32` products with a transposed left operand, and
    /// in reductions of large tensors. This project's kernels and its head split by shape, so they
    /// do not depend on it, except for the head's `bfloat16` gradients with more than 16 threads.
    public static func setThreads(_ count: Int) {
        expectSuccess(ct_set_threads(Int32(count)), "setThreads(_:)")
    }

    /// Runs a closure with this number of threads for an operation, and restores the former number.
    ///
    /// The number is the calling thread's own, but a thread that uses LibTorch for the first time begins with the
    /// number that any thread has set last.
    public static func withThreads<Result, Failure: Error>(
        _ count: Int, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let former = threads
        setThreads(count)
        defer { setThreads(former) }
        return try body()
    }

    /// Sets whether ``withSpreadThreads(_:)`` binds threads that compute together to a processor each, which is
    /// useful while other processes need the processors as well.
    ///
    /// This only takes effect if there are as many threads as processors that this process may use. Linux
    /// only; does nothing elsewhere.
    public static func spreadThreads(_ isWanted: Bool) { ct_spread_threads(isWanted) }

    /// Runs a closure with a processor for each thread, if ``spreadThreads(_:)`` has requested
    /// that.
    public static func withSpreadThreads<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        ct_spread_begin()
        defer { ct_spread_end() }
        return try body()
    }

    /// Allocates large CPU tensors from memory that is kept and reused, so that training steps do not
    /// request the same pages from the system again and again, which takes a tenth of their time. To be
    /// called when an application starts; memory once used stays with the process until
    /// ``releaseFreeMemory()``. Linux only; does nothing elsewhere.
    public static func keepMemory() { ct_keep_memory() }

    /// Returns to the system what ``keepMemory()`` keeps and no tensor uses, after tensors larger than any
    /// that follow.
    public static func releaseFreeMemory() { ct_release_free_memory() }

    /// Selects deterministic algorithms, whose results are bitwise reproducible on the same
    /// machine.
    public static func setDeterministic(_ value: Bool) {
        expectSuccess(ct_set_deterministic(value), "setDeterministic(_:)")
    }

    /// Whether the processor has instructions for `bfloat16` products (AVX512-BF16, AMX, Arm BF16),
    /// without which they are slower than `float32`.
    public static var hasBFloat16Instructions: Bool { ct_has_bfloat16_instructions() }

    /// Why this project's kernels cannot be compiled for the GPU, so that LibTorch's are used instead;
    /// nil if they can.
    public static var gpuKernelsFailure: String? {
        let failure = unsafe String(cString: ct_gpu_kernels_failure())
        return failure.isEmpty ? nil : failure
    }

    /// Sets the handler for running out of memory in the middle of a computation.
    ///
    /// The program stops afterwards, since it cannot continue without the operation's result; the
    /// handler may exit more gracefully, e.g. with a message and an exit code.
    public static func whenMemoryRunsOut(_ handler: (@Sendable (TorchError) -> Void)?) {
        OutOfMemory.setHandler(handler)
    }
}
