import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A socket that listens only on the loopback address.
struct LoopbackSocket {
    let descriptor: Int32
    let port: UInt16

    /// Maximum number of connections waiting to be accepted.
    private static let backlog: Int32 = 64

    /// Binds to the loopback address and starts listening.
    ///
    /// - Parameter port: 0 for any free port.
    init(port: UInt16) throws(PageServerError) {
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        do {
            self.port = try Self.listen(on: port, descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Binds a socket and starts listening; returns the port.
    private static func listen(
        on port: UInt16, _ descriptor: Int32
    ) throws(PageServerError) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0
            }
        }
        guard isBound else { throw errno == EADDRINUSE ? .portTaken(port) : failure("bind") }
        guard startListening(descriptor, backlog) == 0 else { throw failure("listen") }
        let isNamed = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isNamed else { throw failure("getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func failure(_ operation: String) -> PageServerError {
        .system(operation: operation, reason: String(cString: strerror(errno)))
    }
}

/// `listen(2)` under another name, because a method hides it.
private func startListening(_ descriptor: Int32, _ backlog: Int32) -> Int32 {
    listen(descriptor, backlog)
}
