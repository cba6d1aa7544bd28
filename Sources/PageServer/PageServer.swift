import Foundation

/// Serves pages to browsers on this machine only: it listens on the loopback address, answers `GET` and
/// `HEAD`, and closes each connection after its response. libmicrohttpd implements the protocol.
///
/// ```swift
/// let server = try PageServer(port: 8042) { path in
///     path == "/" ? .text("<p>hello</p>", type: "text/html") : nil
/// }
/// ```
public final class PageServer: Sendable {
    /// Returns the page at a path, nil if there is none; called on several threads concurrently.
    public typealias Pages = @Sendable (_ path: String) -> Page?

    /// The port it listens on.
    public let port: UInt16
    /// The address for a browser.
    public var address: String { "http://127.0.0.1:\(port)/" }

    private let daemon: Daemon

    /// Serves pages on its own threads until ``stop()`` is called or the object is deinitialised.
    ///
    /// - Parameter port: The port to listen on; 0 for any free port.
    /// - Throws: ``PageServerError``.
    public init(port: UInt16, pages: @escaping Pages) throws(PageServerError) {
        let socket = try LoopbackSocket(port: port)
        daemon = try Daemon(socket, pages)
        self.port = socket.port
    }

    /// Stops listening, and lets responses in progress finish, for at most two seconds.
    public func stop() { daemon.stop() }
}
