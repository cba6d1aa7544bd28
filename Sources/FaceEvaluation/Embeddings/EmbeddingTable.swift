/// Embeddings of a list of images, one row per image.
///
/// Values are stored in single precision, as a network emits them. Norms, sums and distances are
/// accumulated in double precision and rounded once, so that no result depends on the order in
/// which a vectorised loop would add.
public struct EmbeddingTable: Sendable, Hashable {
    /// Number of images, i.e. rows.
    public let count: Int
    /// Length of an embedding; at least 1.
    public let dimension: Int
    /// The rows one after another: `count * dimension` numbers.
    public let values: [Float]

    /// Creates a table over row-major values.
    ///
    /// - Throws: ``FaceEvaluationError/embeddingSizeMismatch(count:dimension:values:)`` unless `values` has
    ///   exactly `count` rows of at least one number.
    public init(count: Int, dimension: Int, values: [Float]) throws {
        let (size, overflow) = count.multipliedReportingOverflow(by: dimension)
        guard count >= 0, dimension > 0, !overflow, size == values.count else {
            throw FaceEvaluationError.embeddingSizeMismatch(
                count: count, dimension: dimension, values: values.count)
        }
        self.count = count
        self.dimension = dimension
        self.values = values
    }

    /// The embedding of one image; `row` is in `0..<count`.
    public subscript(row: Int) -> ArraySlice<Float> {
        values[row * dimension..<(row + 1) * dimension]
    }

    /// Some of the rows, in the given order; each is in `0..<count`.
    public func selected(_ rows: some Collection<Int>) throws -> EmbeddingTable {
        var selected: [Float] = []
        selected.reserveCapacity(rows.count * dimension)
        for row in rows { selected += self[row] }
        return try EmbeddingTable(count: rows.count, dimension: dimension, values: selected)
    }

    /// L2 norm of every row.
    ///
    /// - Throws: ``FaceEvaluationError/notFinite(row:component:value:)`` for the first row that contains an
    ///   infinity or a NaN.
    public func norms() throws -> [Double] {
        try withRows { rows in
            try (0..<count).map { row in
                let square = RowArithmetic.square(rows[row])
                guard square.isFinite else { throw nonFiniteError(row: row) }
                return square.squareRoot()
            }
        }
    }

    /// Every row divided by its L2 norm.
    ///
    /// - Throws: ``FaceEvaluationError/notFinite(row:component:value:)`` or
    ///   ``FaceEvaluationError/zeroEmbedding(row:)`` for the first row that has no direction.
    public func normalized() throws -> EmbeddingTable {
        try withRows { rows in
            try filled { row, output in
                let values = rows[row]
                let norm = try norm(RowArithmetic.square(values), row: row) { Array(values) }
                let scale = 1 / norm
                for index in 0..<dimension {
                    output[index] = Float(Double(values[index]) * scale)
                }
            }
        }
    }

    /// The raw sum of two views of the same images, L2-normalised.
    ///
    /// The insightface protocol adds the un-normalised embeddings of an image and of its mirror
    /// image, so that the view with the longer embedding has more weight.
    ///
    /// - Throws: An error that names the row if a sum has no direction, or the shapes if the
    ///   tables differ.
    public func normalizedSum(with other: EmbeddingTable) throws -> EmbeddingTable {
        guard count == other.count, dimension == other.dimension else {
            throw FaceEvaluationError.embeddingTablesDiffer(
                count: count, dimension: dimension,
                otherCount: other.count, otherDimension: other.dimension)
        }
        return try withRows { rows in
            try other.withRows { others in
                try filled { row, output in
                    let (a, b) = (rows[row], others[row])
                    let norm = try norm(RowArithmetic.square(a, plus: b), row: row) {
                        zip(a, b).map { Float(Double($0) + Double($1)) }
                    }
                    let scale = 1 / norm
                    for index in 0..<dimension {
                        output[index] = Float((Double(a[index]) + Double(b[index])) * scale)
                    }
                }
            }
        }
    }

    /// Mean L2 norm over all rows of all tables: insightface's *XNorm*, which shows whether embeddings collapse.
    ///
    /// Pass the un-normalised embeddings of the original and of the mirrored images.
    ///
    /// - Throws: ``FaceEvaluationError/noEmbeddings`` if the tables have no rows, or the error of
    ///   ``norms()``.
    public static func meanNorm(of tables: [EmbeddingTable]) throws -> Double {
        let norms = try tables.flatMap { try $0.norms() }
        guard !norms.isEmpty else { throw FaceEvaluationError.noEmbeddings }
        return norms.reduce(0, +) / Double(norms.count)
    }

    /// A table of this shape, filled row by row.
    private func filled(
        _ fill: (Int, UnsafeMutableBufferPointer<Float>) throws -> Void
    ) throws -> EmbeddingTable {
        let result = try [Float](unsafeUninitializedCapacity: values.count) { output, filled in
            for row in 0..<count {
                let range = row * dimension..<(row + 1) * dimension
                try fill(row, UnsafeMutableBufferPointer(rebasing: output[range]))
            }
            filled = values.count
        }
        return try EmbeddingTable(count: count, dimension: dimension, values: result)
    }

    /// The norm of a row with a direction; `values` are its numbers, for the error.
    private func norm(
        _ square: Double, row: Int, values: () -> [Float]
    ) throws -> Double {
        guard square.isFinite else { throw Self.nonFiniteError(row: row, values: values()) }
        guard square > 0 else { throw FaceEvaluationError.zeroEmbedding(row: row) }
        return square.squareRoot()
    }

    private func nonFiniteError(row: Int) -> FaceEvaluationError {
        Self.nonFiniteError(row: row, values: Array(self[row]))
    }

    private static func nonFiniteError(row: Int, values: [Float]) -> FaceEvaluationError {
        let component = values.firstIndex { !$0.isFinite } ?? 0
        return .notFinite(row: row, component: component, value: values[component])
    }
}
