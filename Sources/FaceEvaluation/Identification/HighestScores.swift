import Foundation

/// The highest of many numbers, in memory for a few times as many as are wanted.
struct HighestScores {
    private let limit: Int
    private var values: [Float] = []
    /// What is not above this is not among the highest.
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

    /// Numbers that several threads add.
    final class Locked: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var value: HighestScores

        init(_ value: HighestScores) { self.value = value }

        /// Adds those that count.
        ///
        /// - Parameters:
        ///   - slack: How far a score may be from the exact one.
        ///   - exact: The exact score at an index; nil for one that does not count.
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
