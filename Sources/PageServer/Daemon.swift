import Foundation
import LibMicroHTTPD

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A running libmicrohttpd daemon.
final class Daemon: Sendable {
    /// Maximum number of simultaneous connections; more wait in the system's queue.
    private static let maxConnections: UInt32 = 16
    /// Seconds after which an idle connection is closed: browsers open connections in advance, which must
    /// not occupy slots for long.
    private static let idleSeconds: UInt32 = 5
    /// Memory limit of a connection in bytes, for its headers and libmicrohttpd's data. Browsers stay far
    /// below.
    private static let connectionBytes = 16 << 10
    /// Seconds that responses in progress may take after the server is stopped.
    private static let drainSeconds = 2.0

    private let service: Service
    // Sound because nothing changes them once the daemon runs, and it is stopped once.
    nonisolated(unsafe) private let options: UnsafeMutablePointer<pages_service>
    nonisolated(unsafe) private let daemon: OpaquePointer
    private let isStopped = Once()

    init(_ socket: LoopbackSocket, _ pages: @escaping PageServer.Pages) throws(PageServerError) {
        service = Service(pages)
        options = .allocate(capacity: 1)
        options.initialize(
            to: pages_service(
                socket: socket.descriptor, connections: Self.maxConnections,
                idle_seconds: Self.idleSeconds, connection_bytes: Self.connectionBytes,
                // Outlives the daemon, since the deinitialiser waits until it has stopped.
                context: Unmanaged.passUnretained(service).toOpaque(),
                opened: { Service.of($0).opened($1) }, closing: { Service.of($0).closing($1) },
                answer: { Service.of($0).answer($1, $2, $3, $4) },
                answered: { Service.of($0).answered() }))
        guard let daemon = pages_start(options) else {
            let reason = String(cString: strerror(errno))
            options.deallocate()
            throw .system(operation: "MHD_start_daemon", reason: reason)
        }
        self.daemon = daemon
    }

    deinit {
        stop()
        options.deallocate()
    }

    /// Stops listening, waits briefly for responses in progress, and closes open connections.
    func stop() {
        guard isStopped.isFirst() else { return }
        let socket = MHD_quiesce_daemon(daemon)
        service.drain(until: Date(timeIntervalSinceNow: Self.drainSeconds))
        MHD_stop_daemon(daemon)
        if socket >= 0 { close(socket) }
    }
}

/// Ensures that something is done only once.
private final class Once: @unchecked Sendable {
    // Sound because `isDone` is accessed only while `lock` is held.
    private let lock = NSLock()
    private var isDone = false

    func isFirst() -> Bool {
        lock.withLock {
            defer { isDone = true }
            return !isDone
        }
    }
}

/// The callbacks of libmicrohttpd, called on the threads of its connections.
private final class Service: @unchecked Sendable {
    /// Maximum duration of a connection in seconds, request and response together, so that slow clients are
    /// cut off.
    private static let maxSeconds = 10.0

    private let pages: PageServer.Pages
    // Sound because the rest is accessed only while `changed` is locked.
    private let changed = NSCondition()
    /// Sockets of the open connections, by unique numbers.
    private var open: [Int: Int32] = [:]
    private var connections = 0
    /// Number of responses in progress.
    private var answers = 0

    init(_ pages: @escaping PageServer.Pages) { self.pages = pages }

    static func of(_ context: UnsafeMutableRawPointer?) -> Service {
        guard let context else { preconditionFailure("libmicrohttpd lost its context") }
        return Unmanaged<Service>.fromOpaque(context).takeUnretainedValue()
    }

    /// Waits until no response is in progress, or until a time.
    func drain(until end: Date) {
        changed.withLock {
            while answers > 0, changed.wait(until: end) {}
        }
    }

    // MARK: Connections

    /// Registers a connection and returns its unique number.
    func opened(_ socket: Int32) -> Int {
        let number = changed.withLock {
            connections += 1
            open[connections] = socket
            return connections
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.maxSeconds) { [weak self] in
            self?.cutOff(number)
        }
        return number
    }

    /// Called before the socket is closed, so that its descriptor cannot have been reused yet.
    func closing(_ number: Int) {
        changed.withLock { open[number] = nil }
    }

    private func cutOff(_ number: Int) {
        changed.withLock {
            if let descriptor = open[number] { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    // MARK: Answers

    /// Answers a request; false if memory is exhausted.
    func answer(
        _ connection: OpaquePointer?, _ method: UnsafePointer<CChar>?,
        _ target: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?
    ) -> Bool {
        changed.withLock { answers += 1 }
        let page: Page
        do {
            let request = try Request(
                method: Self.text(method), target: Self.text(target),
                version: Self.text(version), hosts: Self.hosts(of: connection))
            page = pages(request.path) ?? .text("page not found\n", status: 404)
        } catch {
            page = error.page
        }
        return Self.send(page, to: connection)
    }

    func answered() {
        changed.withLock {
            answers -= 1
            changed.broadcast()
        }
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }

    /// The values of a request's `Host` headers.
    private static func hosts(of connection: OpaquePointer?) -> [String] {
        var hosts: [String] = []
        withUnsafeMutablePointer(to: &hosts) { hosts in
            pages_for_each_header(connection, hosts) { hosts, name, value in
                guard Service.text(name).lowercased() == "host" else { return }
                hosts?.assumingMemoryBound(to: [String].self).pointee.append(Service.text(value))
            }
        }
        return hosts
    }

    private static func send(_ page: Page, to connection: OpaquePointer?) -> Bool {
        let response = page.body.withUnsafeBytes { pages_response($0.baseAddress, $0.count) }
        guard let response else { return false }
        defer { MHD_destroy_response(response) }
        return page.headers.allSatisfy { pages_add_header(response, $0.name, $0.value) }
            && pages_queue(connection, UInt32(page.status), response)
    }
}
