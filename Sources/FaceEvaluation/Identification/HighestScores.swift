import Foundation

/// Collects the highest of many scores in memory for a small multiple of the requested count.
///
/// Of equal scores, those of the first rows are kept, so that the result does not depend on the order in which
/// threads add them.
struct HighestScores {
    /// A score and the probe that it is of.
    struct Entry: Hashable, Comparable {
        let score: Float
        let row: Int32

        /// Whether an entry comes behind another one.
        static func < (left: Entry, right: Entry) -> Bool {
            (left.score, right.row) < (right.score, left.row)
        }
    }

    private let limit: Int
    private var entries: [Entry] = []
    /// The last entry that is kept; the first ones come before it.
    private var last = Entry(score: -.infinity, row: .max)
    /// Scores below this are not among the highest.
    var bound: Float { last.score }

    init(limit: Int) { self.limit = limit }

    mutating func add(_ score: Float, of row: Int = 0) {
        guard score >= last.score else { return }
        let entry = Entry(score: score, row: Int32(row))
        guard entry > last else { return }
        entries.append(entry)
        if entries.count >= 4 * limit + 1024 { cut() }
    }

    private mutating func cut() {
        entries.sort(by: >)
        entries.removeSubrange(min(limit, entries.count)...)
        if entries.count == limit, let lowest = entries.last { last = lowest }
    }

    /// The highest scores, highest first.
    func sorted() -> [Entry] { Array(entries.sorted(by: >).prefix(limit)) }

    /// The highest of scores that several threads add.
    final class Locked: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var value: HighestScores

        init(_ value: HighestScores) { self.value = value }

        /// Adds a probe's scores that are high enough.
        ///
        /// - Parameters:
        ///   - row: The probe.
        ///   - slack: Largest difference between a score and the exact one.
        ///   - exact: The exact score at an index; nil for one to be ignored.
        func add(
            _ scores: UnsafeBufferPointer<Float>, of row: Int, slack: Float,
            exact: (_ index: Int, _ score: Float) -> Float?
        ) {
            lock.withLock {
                BlockScores.scan(scores, atLeast: value.bound - slack) { index, score in
                    if let score = exact(index, score) { value.add(score, of: row) }
                    return value.bound - slack
                }
            }
        }
    }
}
