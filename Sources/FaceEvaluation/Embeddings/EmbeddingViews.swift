/// Embeddings of a list of images and of their mirror images as the network emits them: the input of
/// every verification protocol.
///
/// They are not normalised, because some protocols add or concatenate them before they normalise.
public struct EmbeddingViews: Sendable, Hashable {
    /// Embeddings of the images, one row per image.
    public let original: EmbeddingTable
    /// Embeddings of the mirrored images in the same order; nil if there are none, and every
    /// protocol then uses only the images.
    public let mirrored: EmbeddingTable?

    /// Joins the two views.
    ///
    /// - Throws: ``FaceEvaluationError/embeddingTablesDiffer(count:dimension:otherCount:otherDimension:)``
    ///   if their shapes differ.
    public init(original: EmbeddingTable, mirrored: EmbeddingTable? = nil) throws {
        if let mirrored {
            guard mirrored.count == original.count, mirrored.dimension == original.dimension else {
                throw FaceEvaluationError.embeddingTablesDiffer(
                    count: original.count, dimension: original.dimension,
                    otherCount: mirrored.count, otherDimension: mirrored.dimension)
            }
        }
        self.original = original
        self.mirrored = mirrored
    }

    /// Number of images.
    public var count: Int { original.count }

    /// The sum of both views, or the only one, normalised to length 1.
    ///
    /// - Throws: An error that names the row if a sum has no direction.
    public func normalizedSum() throws -> EmbeddingTable {
        guard let mirrored else { return try original.normalized() }
        return try original.normalizedSum(with: mirrored)
    }

    /// Mean L2 norm of all embeddings of both views.
    ///
    /// - Parameter failed: Rows that do not count, of images that could not be used.
    /// - Throws: As ``EmbeddingTable/meanNorm(of:)``.
    public func meanNorm(without failed: Set<Int> = []) throws -> Double {
        let tables = [original] + (mirrored.map { [$0] } ?? [])
        guard !failed.isEmpty else { return try EmbeddingTable.meanNorm(of: tables) }
        let rows = (0..<count).filter { !failed.contains($0) }
        return try EmbeddingTable.meanNorm(of: tables.map { try $0.selected(rows) })
    }
}
