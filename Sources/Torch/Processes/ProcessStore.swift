import CProcessGroup
import CTorch
import Foundation

/// A key-value store that one process serves and others read and write (c10d's TCPStore).
///
/// Requests from any thread are serialised; none of them waits for a key.
public final class ProcessStore {
    let handle: pg_store
    /// The store's port.
    public let port: UInt16

    /// Connects to a store, or starts to serve one.
    ///
    /// - Parameters:
    ///   - host: The host that serves it.
    ///   - port: Its port; 0 for one of the server's choice.
    ///   - serves: Whether this process serves it.
    ///   - limit: Time limit of the connection, which is retried until then, and of each later
    ///     request.
    /// - Throws: `TorchError.libTorch` if the port is in use, or nothing answers within the limit.
    public init(
        host: String, port: UInt16, serves: Bool, limit: Duration
    ) throws(TorchError) {
        var handle = pg_store()
        var bound: UInt16 = 0
        let status = unsafe pg_store_open(
            host, port, serves, limit.milliseconds, &handle, &bound)
        try requireSuccess(status, "connecting to the store at \(host):\(port)")
        self.handle = handle
        self.port = bound
    }

    deinit { pg_store_close(handle) }

    /// Sets a key. Does not detect that the server has ended.
    public func set(_ key: String, to value: String) throws(TorchError) {
        let status = unsafe pg_store_set(handle, key, value, value.utf8.count)
        try requireSuccess(status, "setting a key")
    }

    /// The value of a key; nil if it is not set.
    ///
    /// - Throws: `TorchError.libTorch` if the server has ended.
    public func value(of key: String) throws(TorchError) -> String? {
        var isThere = false
        unsafe try requireSuccess(pg_store_contains(handle, key, &isThere), "looking for a key")
        guard isThere else { return nil }
        var value: UnsafeMutablePointer<CChar>?
        var count = 0
        unsafe try requireSuccess(
            pg_store_get(handle, key, &value, &count), "reading a key")
        guard let value = unsafe value else { return nil }
        defer { unsafe free(value) }
        return unsafe String(
            decoding: UnsafeRawBufferPointer(start: value, count: count), as: UTF8.self)
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
