import CTorch
import Foundation

/// Work that was recorded once on a GPU and is launched again as a whole.
///
/// Launching a small kernel takes longer than it runs; a recorded graph of hundreds takes one launch.
/// Tensors that the work reads and writes stay at their addresses: put new values in with
/// ``Tensor/assign(_:)``, and read results from the tensors that the body made.
public final class RecordedGraph {
    private let handle: ct_graph
    /// The graph whose memory this one shares.
    private let sharing: RecordedGraph?

    /// Records what a body launches, without executing it.
    ///
    /// Do the same work once before: libraries choose their algorithms when they first run. The body
    /// must not read a value from the GPU; it runs on the calling thread. When an operation cannot be
    /// recorded the body continues, with tensors that hold nothing, and the error comes at its end.
    ///
    /// - Parameter sharing: A graph whose memory, where its tensors are free, is used as well; both
    ///   must be replayed in the order they were recorded in.
    /// - Throws: ``TorchError`` when LibTorch or the body cannot be recorded; a body that fails
    ///   throws what it throws.
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

    /// Does what was recorded.
    public func replay() { expectSuccess(ct_graph_replay(handle), "replay()") }
}

/// The errors of this thread while it records, where an operation cannot throw.
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
