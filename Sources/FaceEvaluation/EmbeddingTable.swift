/// Embeddings of a list of images, one row an image.
///
/// Values are stored in single precision, as a network emits them. Norms, sums and distances are
/// accumulated in double precision and rounded once, so that no result depends on the order in
/// which a vectorised loop would add.
public struct EmbeddingTable: Sendable, Hashable {
    /// Images, which is rows.
    public let count: Int
    /// Length of an embedding; at least 1.
    public let dimension: Int
    /// The rows one after another: `count * dimension` numbers.
    public let values: [Float]

    /// Creates a table over row-major values.
    ///
    /// - Throws: ``FaceEvaluationError/embeddingSizeMismatch(count:dimension:values:)`` unless
    ///   `values` holds exactly `count` rows of at least one number.
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

    /// L2 norm of every row.
    ///
    /// - Throws: ``FaceEvaluationError/notFinite(row:component:value:)`` for the first row that
    ///   holds an infinity or a NaN.
    public func norms() throws -> [Double] {
        try (0..<count).map { row in
            let embedding = self[row]
            let square = embedding.reduce(0.0) { $0 + Double($1) * Double($1) }
            guard square.isFinite else { throw nonFiniteError(row: row) }
            return square.squareRoot()
        }
    }

    /// Every row divided by its L2 norm.
    ///
    /// - Throws: ``FaceEvaluationError/notFinite(row:component:value:)`` or
    ///   ``FaceEvaluationError/zeroEmbedding(row:)`` for the first row that has no direction.
    public func normalized() throws -> EmbeddingTable {
        try Self.normalizing(rowsOf: self) { Double(values[$0]) }
    }

    /// The raw sum of two views of the same images, L2-normalised.
    ///
    /// The insightface protocol adds the un-normalised embeddings of an image and of its mirror
    /// image, so that the view with the longer embedding weighs more.
    ///
    /// - Throws: An error that names the row if a sum has no direction, or the shapes if the
    ///   tables differ.
    public func normalizedSum(with other: EmbeddingTable) throws -> EmbeddingTable {
        guard count == other.count, dimension == other.dimension else {
            throw FaceEvaluationError.embeddingTablesDiffer(
                count: count, dimension: dimension,
                otherCount: other.count, otherDimension: other.dimension)
        }
        return try Self.normalizing(rowsOf: self) { Double(values[$0]) + Double(other.values[$0]) }
    }

    /// Mean L2 norm over all rows of all tables: insightface's *XNorm*, a signal of health.
    ///
    /// Give it the un-normalised embeddings of the original and of the mirrored images.
    ///
    /// - Throws: ``FaceEvaluationError/noEmbeddings`` if the tables have no rows, or the error of
    ///   ``norms()``.
    public static func meanNorm(of tables: [EmbeddingTable]) throws -> Double {
        let norms = try tables.flatMap { try $0.norms() }
        guard !norms.isEmpty else { throw FaceEvaluationError.noEmbeddings }
        return norms.reduce(0, +) / Double(norms.count)
    }

    /// Normalises the rows of numbers that `element` gives for each position of `table.values`.
    private static func normalizing(
        rowsOf table: EmbeddingTable, element: (Int) -> Double
    ) throws -> EmbeddingTable {
        var result = [Float]()
        result.reserveCapacity(table.values.count)
        for row in 0..<table.count {
            let positions = row * table.dimension..<(row + 1) * table.dimension
            let norm = positions.reduce(0) { $0 + element($1) * element($1) }.squareRoot()
            guard norm.isFinite else {
                throw nonFiniteError(row: row, values: positions.map { Float(element($0)) })
            }
            guard norm > 0 else { throw FaceEvaluationError.zeroEmbedding(row: row) }
            for position in positions { result.append(Float(element(position) / norm)) }
        }
        return try EmbeddingTable(count: table.count, dimension: table.dimension, values: result)
    }

    private func nonFiniteError(row: Int) -> FaceEvaluationError {
        Self.nonFiniteError(row: row, values: Array(self[row]))
    }

    private static func nonFiniteError(row: Int, values: [Float]) -> FaceEvaluationError {
        let component = values.firstIndex { !$0.isFinite } ?? 0
        return .notFinite(row: row, component: component, value: values[component])
    }
}
