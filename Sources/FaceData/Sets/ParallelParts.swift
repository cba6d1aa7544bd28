import Foundation

/// Processes many indices in parts on several threads. Results are consumed in order, so they do
/// not depend on the threads.
enum ParallelParts {
    /// Processes all parts, and consumes their results on the caller's thread.
    ///
    /// - Parameters:
    ///   - count: Number of indices.
    ///   - size: Number of indices per part; it must not depend on the number of threads.
    ///   - threads: Number of parts that are processed at once.
    ///   - make: Processes the indices of a part, on any thread.
    ///   - take: Receives each part's result and the number of indices done, in order; an error
    ///     thrown by it stops the work.
    static func forEach<Part: Sendable>(
        _ count: Int, size: Int, threads: Int, make: @escaping @Sendable (Range<Int>) -> Part,
        take: (Part, Int) throws -> Void
    ) throws {
        let threads = max(1, threads)
        for start in stride(from: 0, to: count, by: size * threads) {
            let ranges = stride(from: start, to: min(count, start + size * threads), by: size)
                .map { $0..<min(count, $0 + size) }
            let slots = Slots<Part>(ranges.count)
            DispatchQueue.concurrentPerform(iterations: ranges.count) { index in
                slots.set(index, make(ranges[index]))
            }
            for (part, range) in zip(slots.all, ranges) { try take(part, range.upperBound) }
        }
    }

    /// Slots for the results of the parts.
    private final class Slots<Part: Sendable>: @unchecked Sendable {
        private let lock = NSLock()
        private var parts: [Part?]

        init(_ count: Int) {
            parts = Array(repeating: nil, count: count)
        }

        func set(_ index: Int, _ part: Part) {
            lock.withLock { parts[index] = part }
        }

        var all: [Part] { lock.withLock { parts.compactMap { $0 } } }
    }
}
