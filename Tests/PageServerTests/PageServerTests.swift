import Foundation
import PageServer
import Testing

@Suite struct PageServerTests {
    private func serve() throws -> PageServer {
        try PageServer(port: 0) { path in
            switch path {
            case "/": .text("hello", type: "text/html")
            case "/empty": .empty
            case "/large": Page(type: "text/plain", body: Data(count: 3_000_000))
            default: nil
            }
        }
    }

    /// Sends bytes and gives all that comes back until the connection is closed.
    private func ask(_ server: PageServer, _ text: String) throws -> String {
        let socket = try Socket(port: server.port)
        socket.send(text)
        return socket.readToEnd()
    }

    private func get(_ path: String, host: String = "127.0.0.1", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nAccept: */*\r\n\r\n"
    }

    @Test func pagesAreServed() throws {
        let server = try serve()
        let answer = try ask(server, get("/?x=1"))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nhello"))
        #expect(answer.contains("Content-Length: 5\r\n"))
        #expect(answer.contains("default-src 'none'"))
        #expect(try ask(server, get("/", method: "HEAD")).hasSuffix("\r\n\r\n"))
        #expect(try ask(server, get("/empty")).hasPrefix("HTTP/1.1 204"))
        #expect(try ask(server, get("/nowhere")).hasPrefix("HTTP/1.1 404"))
        #expect(try ask(server, get("/large")).utf8.count > 3_000_000)
        server.stop()
    }

    @Test(arguments: [
        ("localhost:80", 200), ("LOCALHOST", 200), ("127.0.0.1:5", 200), ("evil.example", 403),
        ("localhost.evil.example", 403), ("", 403), ("me@localhost", 400),
        ("localhost:80@evil.example", 400), ("me:secret@127.0.0.1:80", 400), ("localhost:x", 403),
        ("localhost:80:90", 403), ("localhost:", 403),
    ])
    func onlyItsOwnNameIsAnswered(host: String, status: Int) throws {
        let server = try serve()
        #expect(try ask(server, get("/", host: host)).hasPrefix("HTTP/1.1 \(status)"))
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("GET http://x/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 403), ("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 403),
    ])
    func otherRequestsAreRefused(text: String, status: Int) throws {
        let server = try serve()
        #expect(try ask(server, text).hasPrefix("HTTP/1.1 \(status)"))
    }

    @Test(arguments: ["nonsense\r\n\r\n", "\r\n\r\n"])
    func whatIsNoRequestIsNotAnswered(text: String) throws {
        let server = try serve()
        #expect(try ask(server, text).isEmpty)
    }

    @Test func anEndlessHeadIsCutOff() throws {
        let server = try serve()
        let text = "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 5000)
        #expect(try ask(server, text).hasPrefix("HTTP/1.1 431"))
    }

    @Test func silentConnectionsHoldUpNobody() throws {
        let server = try serve()
        let silent = try (0..<8).map { _ in try Socket(port: server.port) }
        #expect(try ask(server, get("/")).hasPrefix("HTTP/1.1 200"))
        #expect(silent.count == 8)
    }

    @Test func whoSendsAByteAtATimeIsCutOff() throws {
        let server = try serve()
        let slow = try Socket(port: server.port)
        var sent = 0
        // Much faster than the limit of a read, and forever as far as that goes.
        while slow.isOpen {
            slow.send("G")
            sent += 1
            usleep(100_000)
        }
        #expect(sent > 1)
        #expect(try ask(server, get("/")).hasPrefix("HTTP/1.1 200"))
    }

    @Test func answersUnderWayReachTheirReaders() throws {
        let (begun, mayEnd, stopped) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        let server = try PageServer(port: 0) { _ in
            begun.signal()
            mayEnd.wait()
            return .text("late")
        }
        let reader = try Socket(port: server.port)
        reader.send(get("/"))
        begun.wait()
        Thread.detachNewThread {
            server.stop()
            stopped.signal()
        }
        mayEnd.signal()
        #expect(reader.readToEnd().hasSuffix("late"))
        stopped.wait()
        // Nothing is left to be stopped.
        server.stop()
    }

    @Test func manyAtOnce() throws {
        let server = try serve()
        DispatchQueue.concurrentPerform(iterations: 100) { _ in
            #expect((try? ask(server, get("/")))?.hasPrefix("HTTP/1.1 200") == true)
        }
    }

    @Test func aTakenPortIsNamed() throws {
        let server = try serve()
        #expect(throws: PageServerError.portTaken(server.port)) {
            _ = try PageServer(port: server.port) { _ in nil }
        }
    }

    @Test func itListensOnTheLoopbackAddressAlone() throws {
        let server = try serve()
        let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
        let port = String(server.port, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: 4 - port.count) + port
        #expect(table.contains(" 0100007F:\(padded) 00000000:0000 0A "))
        #expect(!table.contains(" 00000000:\(padded) 00000000:0000 0A "))
    }

    @Test func nothingStaysOpen() throws {
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        let before = try descriptors()
        for _ in 0..<50 {
            let server = try serve()
            _ = try ask(server, get("/"))
            server.stop()
        }
        // Other tests of the process open descriptors as well, but not fifty times three.
        var count = try descriptors()
        for _ in 0..<100 where count > before + 60 {
            usleep(20_000)
            count = try descriptors()
        }
        #expect(count <= before + 60)
    }
}

/// A connection to this machine.
private final class Socket {
    struct Failed: Error {}

    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, length) == 0
            }
        }
        guard isConnected else { throw Failed() }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Whether the other side has not closed the connection.
    var isOpen: Bool {
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
        let count = recv(descriptor, &byte, 1, flags)
        return count > 0 || (count < 0 && errno == EAGAIN)
    }

    func readToEnd() -> String {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 {
            all += chunk[..<count]
        }
        return String(decoding: all, as: UTF8.self)
    }
}
