public import FaceData
import Foundation
import SafeNumbers

/// Cosines of pairs of templates, separated into genuine and impostor pairs.
public struct TemplateScores: Sendable {
    /// Cosines of the pairs of one person, highest first.
    public let genuine: [Double]
    /// Cosines of the pairs of two people, highest first.
    public let impostor: [Double]

    /// Takes scores in any order.
    ///
    /// - Throws: ``FaceEvaluationError/scoreNotFinite(pair:)``.
    public init(genuine: [Double], impostor: [Double]) throws {
        for list in [genuine, impostor] {
            if let pair = list.firstIndex(where: { !$0.isFinite }) {
                throw FaceEvaluationError.scoreNotFinite(pair: pair)
            }
        }
        self.genuine = RadixSort.descending(genuine)
        self.impostor = RadixSort.descending(impostor)
    }

    /// Takes the cosines of scored pairs of images.
    public init(of pairs: [ScoredPair]) throws {
        try self.init(
            genuine: pairs.filter(\.same).map(\.cosine),
            impostor: pairs.filter { !$0.same }.map(\.cosine))
    }

    /// Scores pairs of rows and sorts them by kind.
    ///
    /// - Parameters:
    ///   - pairs: Pairs of rows of the table.
    ///   - embeddings: Normalised embeddings.
    /// - Throws: As ``init(genuine:impostor:)``, and ``FaceEvaluationError/pairOutOfRange(pair:image:count:)``.
    public init(of pairs: TemplatePairs, _ embeddings: EmbeddingTable) throws {
        try self.init(of: pairs, cosines: try Self.cosines(of: pairs, embeddings))
    }

    /// Sorts the cosines of pairs, in their order, by kind.
    init(of pairs: TemplatePairs, cosines: [Double]) throws {
        var (genuine, impostor) = ([Double](), [Double]())
        genuine.reserveCapacity(pairs.same.count { $0 })
        impostor.reserveCapacity(pairs.count - genuine.capacity)
        for (score, same) in zip(cosines, pairs.same) {
            if same { genuine.append(score) } else { impostor.append(score) }
        }
        try self.init(genuine: genuine, impostor: impostor)
    }

    /// The cosine of each pair, in their order, in double precision.
    ///
    /// - Parameter second: Rows for the second of a pair, if they differ from those for the first.
    static func cosines(
        of pairs: TemplatePairs, _ embeddings: EmbeddingTable, second: EmbeddingTable? = nil
    ) throws -> [Double] {
        let second = second ?? embeddings
        for rows in [pairs.first, pairs.second] {
            if let pair = rows.firstIndex(where: { $0 < 0 || $0 >= embeddings.count }) {
                throw FaceEvaluationError.pairOutOfRange(
                    pair: pair, image: Int(rows[pair]), count: embeddings.count)
            }
        }
        let (lefts, rights) = (pairs.first, pairs.second)
        let tiles = PairTiles(
            lefts, rights, rows: (embeddings.count, second.count), dimension: embeddings.dimension)
        let part = 1 << 14
        return [Double](unsafeUninitializedCapacity: pairs.count) { output, filled in
            nonisolated(unsafe) let output = output
            embeddings.withRows { rows in
                nonisolated(unsafe) let rows = rows
                second.withRows { others in
                    nonisolated(unsafe) let others = others
                    DispatchQueue.concurrentPerform(iterations: (pairs.count + part - 1) / part) {
                        number in
                        let range = number * part..<min(pairs.count, (number + 1) * part)
                        if let order = tiles?.order[range] {
                            Self.products(order, of: lefts, rows, rights, others, into: output)
                            return
                        }
                        RowArithmetic.products(
                            of: lefts[range], in: rows, with: rights[range], in: others,
                            into: UnsafeMutableBufferPointer(rebasing: output[range]))
                    }
                }
            }
            filled = pairs.count
        }
    }

    /// Computes the scalar products of some pairs of a list and stores each at its pair's index.
    private static func products(
        _ order: ArraySlice<Int32>, of lefts: [Int32], _ rows: EmbeddingTable.Rows,
        _ rights: [Int32], _ others: EmbeddingTable.Rows,
        into output: UnsafeMutableBufferPointer<Double>
    ) {
        let first = order.map { lefts[Int($0)] }
        let second = order.map { rights[Int($0)] }
        let values = [Double](unsafeUninitializedCapacity: order.count) { values, filled in
            RowArithmetic.products(
                of: first[...], in: rows, with: second[...], in: others,
                into: UnsafeMutableBufferPointer(rebasing: values[..<order.count]))
            filled = order.count
        }
        for (pair, value) in zip(order, values) {
            output.initializeElement(at: Int(pair), to: value)
        }
    }

    /// TAR at a false acceptance rate of at most `rate`: the fraction of genuine pairs with a score above
    /// that of all but this fraction of the impostor pairs.
    ///
    /// A pair is accepted if its score is above ``threshold(atFAR:)``.
    public func tar(atFAR rate: Double) -> Double {
        guard !genuine.isEmpty else { return 0 }
        return Double(Self.count(above: threshold(atFAR: rate), in: genuine))
            / Double(genuine.count)
    }

    /// The lowest threshold whose false acceptance rate is at most `rate`: a pair is accepted if its score
    /// is above; minus infinity if everything may be accepted.
    public func threshold(atFAR rate: Double) -> Double {
        let allowed = Self.allowed(rate, of: impostor.count)
        return allowed < impostor.count ? impostor[allowed] : -.infinity
    }

    /// The fraction of pairs of two people with a score above a threshold.
    public func far(at threshold: Double) -> Double {
        impostor.isEmpty
            ? 0 : Double(Self.count(above: threshold, in: impostor)) / Double(impostor.count)
    }

    /// The fraction of pairs of one person with a score above a threshold.
    public func tar(at threshold: Double) -> Double {
        genuine.isEmpty
            ? 0 : Double(Self.count(above: threshold, in: genuine)) / Double(genuine.count)
    }

    /// Number of errors that a rate allows among a number of trials; 1e-3 of 3000 is 3 despite
    /// rounding.
    static func allowed(_ rate: Double, of count: Int) -> Int {
        max(0, min(count, Int((rate * Double(count) * (1 + 1e-12)).rounded(.down))))
    }

    /// Number of values above a threshold in a list sorted from the highest.
    static func count(above value: Double, in list: [Double]) -> Int {
        // Not `<=`: nothing is above NaN.
        list.partitioningIndex { !($0 > value) }
    }

    /// Number of values at or above a threshold in a list sorted from the highest.
    static func count(atLeast value: Double, in list: ArraySlice<Double>) -> Int {
        list.partitioningIndex { $0 < value } - list.startIndex
    }
}

/// Radix sort, which for millions of numbers is several times as fast as a comparison sort.
enum RadixSort {
    private typealias Keys = UnsafeMutableBufferPointer<UInt64>

    /// The numbers, highest first; they are finite.
    static func descending(_ values: [Double]) -> [Double] {
        guard values.count > 1 << 13 else { return values.sorted(by: >) }
        var keys = values.map(key(of:))
        var scratch = [UInt64](repeating: 0, count: keys.count)
        return keys.withUnsafeMutableBufferPointer { keys in
            scratch.withUnsafeMutableBufferPointer { scratch in
                nonisolated(unsafe) let (keys, scratch) = (keys, scratch)
                let halves = [0..<keys.count / 2, keys.count / 2..<keys.count]
                // Two threads sort one half each; more would be limited by memory bandwidth.
                DispatchQueue.concurrentPerform(iterations: 2) { index in
                    sort(
                        Keys(rebasing: keys[halves[index]]), Keys(rebasing: scratch[halves[index]]))
                }
                return merged(Keys(rebasing: keys[halves[0]]), Keys(rebasing: keys[halves[1]]))
            }
        }
    }

    /// Bits whose order as whole numbers is that of the numbers, reversed.
    private static func key(of value: Double) -> UInt64 {
        let bits = value.bitPattern
        return ~(bits >> 63 == 0 ? bits | 1 << 63 : ~bits)
    }

    private static func value(of key: UInt64) -> Double {
        let bits = ~key
        return Double(bitPattern: bits >> 63 == 1 ? bits & ~(1 << 63) : ~bits)
    }

    /// Sorts keys, lowest first, with a buffer of the same size.
    private static func sort(_ keys: Keys, _ scratch: Keys) {
        var (from, to) = (keys, scratch)
        // After an even number of passes the result is in the original buffer.
        for shift in stride(from: UInt64(0), to: 64, by: 16) {
            var starts = [Int](repeating: 0, count: 1 << 16)
            for key in from { starts[Int(key >> shift & 0xffff)] += 1 }
            var sum = 0
            for digit in starts.indices { (starts[digit], sum) = (sum, sum + starts[digit]) }
            for key in from {
                let digit = Int(key >> shift & 0xffff)
                to[starts[digit]] = key
                starts[digit] += 1
            }
            swap(&from, &to)
        }
    }

    /// Merges two lists of keys, each lowest first, into numbers.
    private static func merged(_ first: Keys, _ second: Keys) -> [Double] {
        let count = first.count + second.count
        return [Double](unsafeUninitializedCapacity: count) { target, filled in
            var (left, right) = (0, 0)
            for place in 0..<count {
                let isLeft =
                    right == second.count || left < first.count && first[left] <= second[right]
                target.initializeElement(
                    at: place, to: value(of: isLeft ? first[left] : second[right]))
                if isLeft { left += 1 } else { right += 1 }
            }
            filled = count
        }
    }
}
