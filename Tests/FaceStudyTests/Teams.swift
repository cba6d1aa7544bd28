import Foundation
import Processes
import Torch

/// Runs a body for each process of a team, each on a thread of its own, and gives what they return or throw.
func inTeam<Value: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (ProcessTeam) throws -> Value
) throws -> [Result<Value, any Error>] {
    let server = try ProcessStore(host: "127.0.0.1", port: 0, serves: true, limit: .seconds(60))
    let (port, ends) = (server.port, Ends<Value>(size))
    for rank in 0..<size {
        let thread = Thread {
            ends.set(
                rank,
                Result {
                    let place = ProcessPlace(
                        rank: rank, size: size, localRank: rank, address: "127.0.0.1",
                        port: port, servesStore: false)
                    return try body(ProcessTeam(place))
                })
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
    return withExtendedLifetime(server) { ends.all() }
}

/// What threads come to, waited for.
private final class Ends<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var values: [Result<Value, any Error>?]

    init(_ count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Result<Value, any Error>) {
        condition.lock()
        defer { condition.unlock() }
        values[index] = value
        condition.signal()
    }

    func all() -> [Result<Value, any Error>] {
        condition.lock()
        defer { condition.unlock() }
        while values.contains(where: { $0 == nil }) { condition.wait() }
        return values.compactMap { $0 }
    }
}

/// Lines that several threads add.
final class Lines: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [String] = []

    var all: [String] { lock.withLock { lines } }

    func add(_ line: String) { lock.withLock { lines.append(line) } }
}
