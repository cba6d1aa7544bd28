import Foundation
import TestTeams
import Testing
import Torch

@testable import Processes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Others that are there and do not do what is waited for.
@Suite("A team's waiting has a limit", .serialized)
struct WaitingLimitTests {
    @Test("for a process that is slower than an exchange may take, which is not said to be gone")
    func slow() throws {
        var limits = ProcessTeam.Limits.short
        limits.exchange = .seconds(3)
        let began = ContinuousClock.now
        let results = try together(2, limits: limits) { team -> Duration in
            if team.rank == 1 { usleep(10_000_000) }
            _ = try team.agree(.ready)
            return .zero
        }
        guard case .connection? = results[0].processError else {
            Issue.record("\(results[0])")
            return
        }
        #expect(results[1].processError != nil)
        #expect(began.duration(to: .now) < .seconds(60))
    }

    @Test("for somebody else who has the port, accepts a connection, and says nothing")
    func silentListener() throws {
        let listener = try Relay(to: nil)
        defer { listener.close() }
        var limits = ProcessTeam.Limits.short
        limits.meeting = .seconds(2)
        let place = ProcessRank(
            rank: 1, size: 2, localRank: 1, address: "127.0.0.1", port: listener.port,
            servesStore: false)
        let began = ContinuousClock.now
        #expect {
            _ = try ProcessTeam(place, limits: limits)
        } throws: { error in
            guard case .cannotConnect(let address, 2, _)? = error as? ProcessError else {
                return false
            }
            return address == "127.0.0.1:\(listener.port)"
        }
        #expect(began.duration(to: .now) < .seconds(30))
    }

    @Test("for a store that no longer acknowledges, as behind a broken link")
    func silentStore() throws {
        let server = try ProcessStore(
            host: "127.0.0.1", port: 0, serves: true, limit: .seconds(60))
        let relay = try Relay(to: server.port)
        defer { relay.close() }
        let store = try ProcessStore(
            host: "127.0.0.1", port: relay.port, serves: false, limit: .seconds(60))
        let began = ContinuousClock.now
        let results = try together(2, store: store) { team -> String in
            try team.awaitAll("link")
            if team.leads { relay.freeze() }
            usleep(300_000)
            return team.leads ? "" : try team.nextOrder()
        }
        guard case .connection(let reason)? = results[1].processError else {
            Issue.record("\(results[1])")
            return
        }
        #expect(reason.contains("store"))
        #expect(began.duration(to: .now) < .seconds(60))
        withExtendedLifetime(server) {}
    }
}

/// Hands on what comes to a port of this machine, until it is frozen; hands nothing on where it has no target.
///
/// Sound to be shared because only a flag changes, under a lock.
private final class Relay: @unchecked Sendable {
    let port: UInt16
    private let listener: Int32
    private let target: UInt16?
    private let lock = NSLock()
    private var isFrozen = false

    init(to target: UInt16?) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(0)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(listener >= 0 && isBound == 0 && listen(listener, 64) == 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(listener, $0, &length)
            }
        }
        self.target = target
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in acceptAll() }
    }

    func freeze() { lock.withLock { isFrozen = true } }

    func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            guard let target else { continue }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.address(target)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            Thread.detachNewThread { [self] in copy(client, server) }
            Thread.detachNewThread { [self] in copy(server, client) }
        }
    }

    private func copy(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0 else { return }
            // What comes now is lost on the way.
            if lock.withLock({ isFrozen }) { continue }
            guard write(to, buffer, count) == count else { return }
        }
    }
}
