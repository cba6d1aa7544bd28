import Foundation

/// Work on many indices, cut into parts that threads share and that are taken in order, so that the
/// result does not depend on the threads.
enum ParallelParts {
    /// Makes all parts and takes each on the caller's thread.
    ///
    /// - Parameters:
    ///   - count: Number of indices.
    ///   - size: Indices of a part; it must not depend on the number of threads.
    ///   - threads: Workers; as many parts are made at once.
    ///   - make: Makes a part of its indices, on any thread.
    ///   - take: Takes a part and how many indices are done, in order; what it throws ends the work.
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

    /// Slots that workers fill, each its own.
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
