import CTorch
import Foundation

/// Work that is recorded once on a GPU and then launched as a whole (a CUDA graph).
///
/// Launching a small kernel takes longer than running it; a recorded graph of hundreds takes one
/// launch. The tensors that the work reads and writes keep their addresses: set new values with
/// ``Tensor/assign(_:)``, and read results from the tensors that the closure created.
public final class RecordedGraph {
    private let handle: ct_graph
    /// The graph whose memory this one shares.
    private let sharing: RecordedGraph?

    /// Records what a closure launches, without executing it.
    ///
    /// Do the same work once before, since libraries choose their algorithms on the first run. The
    /// closure runs on the calling thread and must not read values from the GPU. If an operation
    /// cannot be recorded, the closure continues with undefined tensors, and the error is thrown at
    /// its end.
    ///
    /// - Parameter sharing: A graph whose free memory is reused; both must be replayed in the order
    ///   in which they were recorded.
    /// - Throws: ``TorchError`` if the work cannot be recorded, and errors of the closure.
    public init(
        on device: Device, sharing: RecordedGraph? = nil, _ body: () throws -> Void
    ) throws {
        var handle = ct_graph()
        unsafe try requireSuccess(
            ct_graph_begin(device.handle, sharing?.handle ?? ct_graph(), &handle),
            "recording")
        self.handle = handle
        self.sharing = sharing
        let recording = Recording()
        try recording.observe(body)
        try requireSuccess(ct_graph_end(handle), "recording")
        if let error = recording.error { throw error }
    }

    deinit { ct_graph_free(handle) }

    /// Launches the recorded work.
    public func replay() { expectSuccess(ct_graph_replay(handle), "replay()") }
}

/// Collects the error of operations that cannot throw while this thread records.
final class Recording {
    private static let key = "facet.recording"
    private(set) var error: TorchError?

    /// The recording that is in progress on this thread.
    static var current: Recording? { Thread.current.threadDictionary[key] as? Recording }

    func observe(_ body: () throws -> Void) rethrows {
        Thread.current.threadDictionary[Self.key] = self
        defer { Thread.current.threadDictionary.removeObject(forKey: Self.key) }
        try body()
    }

    func note(_ error: TorchError) { self.error = self.error ?? error }
}
