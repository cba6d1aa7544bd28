import Foundation
package import Processes
package import Torch

/// Runs a body for each process of a team, each on a thread of its own, and gives what they return or throw.
package func together<Value: Sendable>(
    _ size: Int, limits: ProcessTeam.Limits = .short,
    traits: @escaping @Sendable (Int) -> [String: String] = { _ in [:] },
    attempt: String = "0", store: ProcessStore? = nil,
    _ body: @escaping @Sendable (ProcessTeam) throws -> Value
) throws -> [Result<Value, any Error>] {
    let server =
        try store ?? ProcessStore(host: "127.0.0.1", port: 0, serves: true, limit: .seconds(300))
    let (results, port) = (Results<Value>(size), server.port)
    // LibTorch has a number of threads for each thread, and gives a new one the last number that any thread
    // of the process asked for: sums with another number have other last bits.
    let computing = LibTorch.threads
    let threads = (0..<size).map { rank in
        let thread = Thread {
            LibTorch.setThreads(computing)
            results.set(
                rank,
                Result {
                    let place = ProcessRank(
                        rank: rank, size: size, localRank: rank, address: "127.0.0.1",
                        port: port, attempt: attempt, servesStore: false)
                    return try body(ProcessTeam(place, traits: traits(rank), limits: limits))
                })
        }
        thread.stackSize = 8 << 20
        return thread
    }
    threads.forEach { $0.start() }
    return withExtendedLifetime(server) { results.wait() }
}

extension ProcessTeam.Limits {
    /// Limits for processes that do nothing long.
    package static var short: Self {
        var limits = Self()
        limits.beat = .milliseconds(100)
        limits.meeting = .seconds(300)
        limits.exchange = .seconds(300)
        limits.silence = .seconds(5)
        return limits
    }
}

/// What threads come to.
private final class Results<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var values: [Result<Value, any Error>?]

    init(_ count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Result<Value, any Error>) {
        condition.lock()
        defer { condition.unlock() }
        values[index] = value
        condition.broadcast()
    }

    func wait() -> [Result<Value, any Error>] {
        condition.lock()
        defer { condition.unlock() }
        while values.contains(where: { $0 == nil }) { condition.wait() }
        return values.compactMap { $0 }
    }
}

extension Result where Failure == any Error {
    /// The error, where it is one of a team's.
    package var processError: ProcessError? {
        if case .failure(let error) = self { error as? ProcessError } else { nil }
    }
}
