import Foundation

/// Serves pages to browsers on this machine, and no others: it listens on the loopback
/// address only, answers `GET` and `HEAD`, and closes each connection after its answer. The protocol
/// is libmicrohttpd's.
///
/// ```swift
/// let server = try PageServer(port: 8042) { path in
///     path == "/" ? .text("<p>hello</p>", type: "text/html") : nil
/// }
/// ```
public final class PageServer: Sendable {
    /// Gives the page of a path, nil if there is none; called on several threads at once.
    public typealias Pages = @Sendable (_ path: String) -> Page?

    /// The port it listens on.
    public let port: UInt16
    /// The address for a browser.
    public var address: String { "http://127.0.0.1:\(port)/" }

    private let daemon: Daemon

    /// Begins to serve, on threads of its own, until ``stop()`` or until the object is deinitialised.
    ///
    /// - Parameter port: Where to listen; 0 for any free port.
    /// - Throws: ``PageServerError``.
    public init(port: UInt16, pages: @escaping Pages) throws(PageServerError) {
        let socket = try LoopbackSocket(port: port)
        daemon = try Daemon(socket, pages)
        self.port = socket.port
    }

    /// Stops to listen, and lets answers that are in progress reach their readers, for two seconds
    /// at most.
    public func stop() { daemon.stop() }
}
