import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Serves pages to browsers on this machine, and to nobody else: it listens on the loopback
/// address only, answers `GET` and `HEAD`, and closes each connection after its answer.
///
/// ```swift
/// let server = try PageServer(port: 8042) { path in
///     path == "/" ? .text("<p>hello</p>", type: "text/html") : nil
/// }
/// ```
public final class PageServer: Sendable {
    /// Gives the page of a path, nil where there is none; called on several threads at once.
    public typealias Pages = @Sendable (_ path: String) -> Page?

    /// The port it listens on.
    public let port: UInt16
    /// Where a browser finds it.
    public var address: String { "http://127.0.0.1:\(port)/" }

    private let listener: Listener

    /// Begins to serve, on threads of its own, until ``stop()`` or until the object goes.
    ///
    /// - Parameter port: Where to listen; 0 for any free port.
    /// - Throws: ``PageServerError``.
    public init(port: UInt16, pages: @escaping Pages) throws(PageServerError) {
        listener = try Listener(port: port)
        self.port = listener.port
        let listener = listener
        Thread.detachNewThread {
            while let connection = listener.accept() {
                Thread.detachNewThread {
                    Connection(connection).answer(pages)
                    listener.finished()
                }
            }
        }
    }

    deinit { listener.stop() }

    /// Stops to listen, and lets answers that are under way reach their readers, for two seconds
    /// at most.
    public func stop() {
        listener.stop()
        listener.drain()
    }
}

/// The socket that connections come from.
private final class Listener: @unchecked Sendable {
    /// Connections that are answered at once; more wait in the system's queue.
    private static let maxConnections = 16

    let port: UInt16
    private let socket: Int32
    private let wake: (read: Int32, write: Int32)
    private let slots = DispatchSemaphore(value: 0)
    private let lock = NSLock()
    private var isStopped = false

    init(port: UInt16) throws(PageServerError) {
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        socket = Self.open(stream)
        guard socket >= 0 else { throw Self.failure("socket") }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            let error = Self.failure("pipe")
            close(socket)
            throw error
        }
        wake = (ends[0], ends[1])
        // Counted up from 0: a semaphore may not go with fewer places than it was made with.
        for _ in 0..<Self.maxConnections { slots.signal() }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        do {
            self.port = try Self.listen(on: port, socket)
        } catch {
            for descriptor in ends + [socket] { close(descriptor) }
            throw error
        }
    }

    deinit {
        for descriptor in [socket, wake.read, wake.write] { close(descriptor) }
    }

    /// The next connection; nil when the server was stopped.
    func accept() -> Int32? {
        slots.wait()
        let connection = next()
        if connection == nil { slots.signal() }
        return connection
    }

    private func next() -> Int32? {
        while true {
            var events = [
                pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&events, 2, -1) >= 0 || errno == EINTR else { return nil }
            if events[1].revents != 0 || lock.withLock({ isStopped }) { return nil }
            guard events[0].revents != 0 else { continue }
            let connection = Self.take(socket)
            if connection >= 0 {
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                return connection
            }
        }
    }

    func finished() { slots.signal() }

    /// Waits until no connection is open.
    func drain() {
        let end = DispatchTime.now() + 2
        let free = (0..<Self.maxConnections).count { _ in slots.wait(timeout: end) == .success }
        for _ in 0..<free { slots.signal() }
    }

    func stop() {
        lock.withLock {
            guard !isStopped else { return }
            isStopped = true
            var byte: UInt8 = 0
            _ = write(wake.write, &byte, 1)
        }
    }

    private static func listen(
        on port: UInt16, _ socket: Int32
    ) throws(PageServerError) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) == 0 }
        }
        guard isBound else { throw errno == EADDRINUSE ? .portTaken(port) : failure("bind") }
        guard startListening(socket) == 0 else { throw failure("listen") }
        let isNamed = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &length) == 0
            }
        }
        guard isNamed else { throw failure("getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func failure(_ operation: String) -> PageServerError {
        .system(operation: operation, reason: String(cString: strerror(errno)))
    }

    // The system's functions, which the methods of the same names hide.

    private static func open(_ stream: Int32) -> Int32 { systemSocket(stream) }
    private static func take(_ socket: Int32) -> Int32 { systemAccept(socket) }
    private static func startListening(_ socket: Int32) -> Int32 { systemListen(socket) }
}

private func systemSocket(_ stream: Int32) -> Int32 { socket(AF_INET, stream, 0) }
private func systemAccept(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }
private func systemListen(_ descriptor: Int32) -> Int32 { listen(descriptor, 64) }

/// One connection, which is closed with its answer.
private struct Connection {
    /// Seconds that a connection may last, its request and its answer together.
    private static let maxSeconds = 10

    private let descriptor: Int32
    /// When it is over.
    private let end: ContinuousClock.Instant

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        // A browser opens connections in advance; they must not hold a place for long, nor may who
        // sends or reads a byte at a time.
        end = .now + .seconds(Self.maxSeconds)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    func answer(_ pages: PageServer.Pages) {
        defer { close(descriptor) }
        guard let head = readHead() else { return }
        do {
            let request = try Request(parsing: head)
            let page = pages(request.path) ?? .text("there is no such page\n", status: 404)
            send(page.response(withBody: request.method == "GET"))
        } catch {
            send(error.page.response(withBody: true))
        }
    }

    /// What stands before the first empty line; nil when it does not come or is too long.
    private func readHead() -> String? {
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while head.count <= Request.maxHeadBytes, ContinuousClock.now < end {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            head += chunk[..<count]
            let text = String(decoding: head, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") { return String(text[..<end.lowerBound]) }
        }
        guard head.count > Request.maxHeadBytes else { return nil }
        send(Page.text("the request is too long\n", status: 431).response(withBody: true))
        // Closing with unread bytes would take the answer back; what comes is read, up to a limit.
        shutdown(descriptor, Int32(SHUT_WR))
        for _ in 0..<256 where recv(descriptor, &chunk, chunk.count, 0) <= 0 { break }
        return nil
    }

    private func send(_ data: Data) {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        var offset = 0
        // What a slow reader has not taken by then, it never gets.
        while offset < data.count, ContinuousClock.now < end {
            let count = data.withUnsafeBytes { bytes in
                systemSend(
                    descriptor, bytes.baseAddress.map { $0 + offset }, data.count - offset, flags)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            offset += count
        }
    }
}

private func systemSend(
    _ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32
) -> Int {
    send(descriptor, bytes, count, flags)
}
