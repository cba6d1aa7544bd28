import Foundation

/// Computes the scalar products of a block of probes with a block of gallery templates.
///
/// A faster product than ``plain`` may round differently, also for equal rows; scores that it could decide
/// incorrectly are recomputed.
public struct BlockProduct: Sendable {
    /// Multiplies probes with the prepared templates: passes the products of rows of probes with rows of
    /// the gallery to the body, the gallery index varying fastest; they are valid only while the body runs.
    public typealias Multiplier = (
        _ probes: ArraySlice<Float>, _ body: (UnsafeBufferPointer<Float>) -> Void
    ) throws -> Void

    /// Largest error of a product, as a fraction of the product of both rows' lengths; 0 if products are
    /// those of ``plain``.
    public let error: Float
    /// Prepares gallery rows of a given dimension, which are multiplied with many blocks of probes.
    let prepare: @Sendable (_ gallery: ArraySlice<Float>, _ dimension: Int) throws -> Multiplier

    /// Describes how blocks of cosines are computed.
    public init(
        error: Float = 0,
        _ prepare:
            @escaping @Sendable (_ gallery: ArraySlice<Float>, _ dimension: Int) throws ->
            Multiplier
    ) {
        (self.error, self.prepare) = (error, prepare)
    }
}

/// Some rows of a table, in a given order.
struct SelectedRows {
    let table: EmbeddingTable
    /// Indices of the rows; nil for all rows.
    let rows: [Int]?

    init(_ table: EmbeddingTable, _ rows: [Int]? = nil) { (self.table, self.rows) = (table, rows) }

    var count: Int { rows?.count ?? table.count }
    var dimension: Int { table.dimension }

    /// The row of the table at an index.
    func row(_ place: Int) -> Int { rows?[place] ?? place }

    /// The numbers of some rows, one row after the other.
    func values(_ range: Range<Int>) -> ArraySlice<Float> {
        let size = table.dimension
        guard let rows else {
            return table.values[range.lowerBound * size..<range.upperBound * size]
        }
        var values: [Float] = []
        values.reserveCapacity(range.count * size)
        for place in range { values += table[rows[place]] }
        return values[...]
    }
}

/// Scores of probes and galleries, block after block, so that a gallery of a million needs no more
/// memory than its embeddings.
struct BlockScores {
    /// Probes in a block.
    static let probes = 1024
    /// Templates of a gallery in a block: the scores of a block stay in a processor's cache.
    static let templates = 1024

    let probes: SelectedRows
    let gallery: SelectedRows
    let product: BlockProduct

    init(probes: SelectedRows, gallery: SelectedRows, product: BlockProduct) {
        (self.probes, self.gallery, self.product) = (probes, gallery, product)
    }

    init(probes: EmbeddingTable, gallery: EmbeddingTable, product: BlockProduct) {
        self.init(
            probes: SelectedRows(probes), gallery: SelectedRows(gallery), product: product)
    }

    /// Passes the scores of each probe to a body: blocks of the gallery in their order, within them
    /// the probes, several at once on different threads.
    ///
    /// - Parameters:
    ///   - range: Indices in the gallery; all unless given.
    ///   - body: Receives the probe, the block's first template and its scores.
    func forEach(
        in range: Range<Int>? = nil,
        _ body: @escaping (_ probe: Int, _ first: Int, _ scores: UnsafeBufferPointer<Float>) -> Void
    ) throws {
        guard probes.dimension == gallery.dimension else {
            throw FaceEvaluationError.embeddingTablesDiffer(
                count: probes.count, dimension: probes.dimension, otherCount: gallery.count,
                otherDimension: gallery.dimension)
        }
        try requireFinite()
        nonisolated(unsafe) let body = body
        let parts = ProcessInfo.processInfo.activeProcessorCount
        let blocks = Self.blocks(0..<probes.count, Self.probes)
        for columns in Self.blocks(range ?? 0..<gallery.count, Self.templates) {
            let multiply = try product.prepare(gallery.values(columns), gallery.dimension)
            for rows in blocks {
                try multiply(probes.values(rows)) { scores in
                    nonisolated(unsafe) let scores = scores
                    DispatchQueue.concurrentPerform(iterations: parts) { part in
                        for row in part * rows.count / parts..<(part + 1) * rows.count / parts {
                            let range = row * columns.count..<(row + 1) * columns.count
                            body(
                                rows.lowerBound + row, columns.lowerBound,
                                UnsafeBufferPointer(rebasing: scores[range]))
                        }
                    }
                }
            }
        }
    }

    /// Rejects rows whose scores could be NaN or infinite.
    private func requireFinite() throws {
        let (left, right) = (probes.table.largest, gallery.table.largest)
        guard left * right * Float(probes.dimension) < .greatestFiniteMagnitude else {
            let isFinite = left.isFinite || left == 0
            let table = isFinite ? gallery : probes
            let row = (0..<table.count).first { row in
                !table.table[table.row(row)].allSatisfy(\.isFinite)
            }
            throw FaceEvaluationError.scoreNotFinite(pair: row ?? 0)
        }
    }

    /// A range in parts of at most `size`.
    private static func blocks(_ range: Range<Int>, _ size: Int) -> [Range<Int>] {
        stride(from: range.lowerBound, to: range.upperBound, by: size).map {
            $0..<min($0 + size, range.upperBound)
        }
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

extension BlockProduct {
    /// Sums in double precision, rounded once: the same everywhere.
    public static let plain = BlockProduct { gallery, dimension in
        let columns = gallery.count / dimension
        return { probes, body in
            let rows = probes.count / dimension
            let scores = [Float](unsafeUninitializedCapacity: rows * columns) { output, filled in
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
            scores.withUnsafeBufferPointer(body)
        }
    }
}

extension EmbeddingTable {
    /// The largest magnitude of a value; infinite if one is not finite.
    fileprivate var largest: Float {
        let parts = 64
        var found = [Float](repeating: 0, count: parts)
        values.withUnsafeBufferPointer { values in
            found.withUnsafeMutableBufferPointer { found in
                nonisolated(unsafe) let (values, found) = (values, found)
                DispatchQueue.concurrentPerform(iterations: parts) { part in
                    let range = part * values.count / parts..<(part + 1) * values.count / parts
                    found[part] = Self.largest(of: UnsafeBufferPointer(rebasing: values[range]))
                }
            }
        }
        return found.max() ?? 0
    }

    private static func largest(of values: UnsafeBufferPointer<Float>) -> Float {
        let bytes = UnsafeRawBufferPointer(values)
        var greatest = SIMD16<Float>(repeating: 0)
        // A finite number times zero is zero; infinities and NaN give NaN.
        var zeros = SIMD16<Float>(repeating: 0)
        var index = 0
        while index + 16 <= values.count {
            let lanes = bytes.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
            greatest.replace(with: lanes, where: lanes .> greatest)
            greatest.replace(with: -lanes, where: -lanes .> greatest)
            zeros += lanes * 0
            index += 16
        }
        var most = greatest.max()
        var isFinite = zeros.sum() == 0
        while index < values.count {
            isFinite = isFinite && values[index].isFinite
            most = max(most, abs(values[index]))
            index += 1
        }
        return isFinite ? most : .infinity
    }
}
