import Foundation

/// Collects the highest of many numbers in memory for a small multiple of the requested count.
struct HighestScores {
    private let limit: Int
    private var values: [Float] = []
    /// Values up to this are not among the highest.
    private(set) var bound: Float = -.infinity

    init(limit: Int) { self.limit = limit }

    mutating func add(_ score: Float) {
        guard score > bound else { return }
        values.append(score)
        if values.count >= 4 * limit + 1024 { cut() }
    }

    private mutating func cut() {
        values.sort(by: >)
        values.removeSubrange(min(limit, values.count)...)
        if values.count == limit, let last = values.last { bound = last }
    }

    /// The highest numbers, highest first.
    func sorted() -> [Float] { Array(values.sorted(by: >).prefix(limit)) }

    /// The highest of numbers that several threads add.
    final class Locked: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var value: HighestScores

        init(_ value: HighestScores) { self.value = value }

        /// Adds scores that are high enough.
        ///
        /// - Parameters:
        ///   - slack: Largest difference between a score and the exact one.
        ///   - exact: The exact score at an index; nil for one to be ignored.
        func add(
            _ scores: UnsafeBufferPointer<Float>, slack: Float,
            exact: (_ index: Int, _ score: Float) -> Float?
        ) {
            lock.withLock {
                BlockScores.scan(scores, atLeast: value.bound - slack) { index, score in
                    if let score = exact(index, score) { value.add(score) }
                    return value.bound - slack
                }
            }
        }
    }
}
