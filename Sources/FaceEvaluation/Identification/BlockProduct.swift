import Foundation

/// Computes the scalar products of some probes with some templates of a gallery: rows of probes times
/// rows of the gallery, the gallery running fastest.
///
/// A faster one than ``BlockScores/plain`` may round otherwise; ranks then differ where scores tie.
public typealias BlockProduct =
    @Sendable (
        _ probes: ArraySlice<Float>, _ gallery: ArraySlice<Float>, _ dimension: Int
    ) throws -> [Float]

/// Scores of probes and galleries, block after block, so that a gallery of a million takes no more
/// memory than its embeddings.
public struct BlockScores {
    /// Probes in a block.
    static let probes = 1024
    /// Templates of a gallery in a block.
    static let templates = 8192

    /// Sums in double precision, rounded once: the same everywhere.
    public static let plain: BlockProduct = { probes, gallery, dimension in
        let (rows, columns) = (probes.count / dimension, gallery.count / dimension)
        return [Float](unsafeUninitializedCapacity: rows * columns) { output, filled in
            nonisolated(unsafe) let output = output
            probes.withUnsafeBufferPointer { probes in
                gallery.withUnsafeBufferPointer { gallery in
                    nonisolated(unsafe) let (a, b) = (
                        EmbeddingTable.Rows(values: probes, dimension: dimension),
                        EmbeddingTable.Rows(values: gallery, dimension: dimension)
                    )
                    DispatchQueue.concurrentPerform(iterations: rows) { row in
                        for column in 0..<columns {
                            output.initializeElement(
                                at: row * columns + column,
                                to: Float(RowArithmetic.product(a[row], b[column])))
                        }
                    }
                }
            }
            filled = rows * columns
        }
    }

    let probes: EmbeddingTable
    let gallery: EmbeddingTable
    let product: BlockProduct

    /// Hands the scores of each probe to a body: blocks of the gallery in their order, within them
    /// the probes, several at once on threads of their own.
    ///
    /// - Parameters:
    ///   - cuts: Places in the gallery that no block crosses, ascending.
    ///   - body: Told the probe, the block's first template and its scores.
    func forEach(
        cuts: [Int] = [],
        _ body: @escaping (_ probe: Int, _ first: Int, _ scores: UnsafeBufferPointer<Float>) -> Void
    ) throws {
        guard probes.dimension == gallery.dimension else {
            throw FaceEvaluationError.embeddingTablesDiffer(
                count: probes.count, dimension: probes.dimension, otherCount: gallery.count,
                otherDimension: gallery.dimension)
        }
        nonisolated(unsafe) let body = body
        let size = probes.dimension
        for columns in Self.blocks(gallery.count, Self.templates, cuts) {
            let right = gallery.values[columns.lowerBound * size..<columns.upperBound * size]
            for rows in Self.blocks(probes.count, Self.probes, []) {
                let left = probes.values[rows.lowerBound * size..<rows.upperBound * size]
                let scores = try product(left, right, size)
                guard scores.allSatisfy(\.isFinite) else {
                    throw FaceEvaluationError.scoreNotFinite(pair: rows.lowerBound)
                }
                scores.withUnsafeBufferPointer { scores in
                    nonisolated(unsafe) let scores = scores
                    DispatchQueue.concurrentPerform(iterations: rows.count) { row in
                        let range = row * columns.count..<(row + 1) * columns.count
                        body(
                            rows.lowerBound + row, columns.lowerBound,
                            UnsafeBufferPointer(rebasing: scores[range]))
                    }
                }
            }
        }
    }

    /// Ranges of at most `size` that end at each cut.
    static func blocks(_ count: Int, _ size: Int, _ cuts: [Int]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for end in cuts.filter({ (1..<count).contains($0) }) + [count] {
            while start < end {
                ranges.append(start..<min(start + size, end))
                start = min(start + size, end)
            }
        }
        return ranges
    }

    /// Calls a body for each score of at least a bound, which the body may raise.
    static func scan(
        _ scores: UnsafeBufferPointer<Float>, atLeast bound: Float,
        _ body: (_ index: Int, _ score: Float) -> Float
    ) {
        var bound = bound
        var index = 0
        let bytes = UnsafeRawBufferPointer(scores)
        while index + 16 <= scores.count {
            let lanes = bytes.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
            if any(lanes .>= bound) {
                for lane in 0..<16 where lanes[lane] >= bound {
                    bound = body(index + lane, lanes[lane])
                }
            }
            index += 16
        }
        while index < scores.count {
            if scores[index] >= bound { bound = body(index, scores[index]) }
            index += 1
        }
    }
}
