/// Embeddings, a row each.
public struct EmbeddingTable: Sendable, Hashable {
    /// Length of an embedding.
    public let dimension: Int
    /// Components, row by row.
    public private(set) var values: [Float]

    /// Creates a table of components.
    ///
    /// - Throws: ``FaceEvaluationError/count(what:expected:found:)`` when they do not fill rows.
    public init(dimension: Int, values: [Float]) throws(FaceEvaluationError) {
        guard dimension > 0, values.count % dimension == 0 else {
            throw .count(
                what: "components in the last row", expected: dimension,
                found: dimension > 0 ? values.count % dimension : values.count)
        }
        self.dimension = dimension
        self.values = values
    }

    /// Number of rows.
    public var count: Int { values.count / dimension }

    /// Sums of the rows of two views, before normalisation.
    public func adding(_ other: EmbeddingTable) throws(FaceEvaluationError) -> EmbeddingTable {
        guard other.values.count == values.count, other.dimension == dimension else {
            throw .count(what: "embeddings", expected: count, found: other.count)
        }
        return try EmbeddingTable(
            dimension: dimension, values: zip(values, other.values).map { $0 + $1 })
    }

    /// Rows divided by their L2 norm, which is summed in `Double`; a row of zeros stays zero.
    ///
    /// - Throws: ``FaceEvaluationError/notFinite(row:)``.
    public func normalized() throws(FaceEvaluationError) -> EmbeddingTable {
        var result = self
        for row in 0..<count {
            let norm = norm(row)
            guard norm.isFinite else { throw .notFinite(row: row) }
            guard norm > 0 else { continue }
            for place in row * dimension..<(row + 1) * dimension {
                result.values[place] = Float(Double(values[place]) / norm)
            }
        }
        return result
    }

    /// Mean L2 norm over all rows of several tables: insightface's XNorm.
    public static func meanNorm(_ tables: [EmbeddingTable]) -> Double {
        let norms = tables.flatMap { table in (0..<table.count).map(table.norm) }
        return norms.isEmpty ? 0 : norms.reduce(0, +) / Double(norms.count)
    }

    private func norm(_ row: Int) -> Double {
        var sum = 0.0
        for place in row * dimension..<(row + 1) * dimension {
            sum += Double(values[place]) * Double(values[place])
        }
        return sum.squareRoot()
    }

    /// Squared L2 distances of pairs of rows, summed in `Double`; 0...4 for normalised rows.
    public func squaredDistances(_ pairs: [LabelledPair]) -> [Float] {
        pairs.map { pair in
            var sum = 0.0
            for place in 0..<dimension {
                let difference =
                    Double(values[pair.first * dimension + place])
                    - Double(values[pair.second * dimension + place])
                sum += difference * difference
            }
            return Float(sum)
        }
    }
}

/// Two rows of a table, and what is known of them.
public struct LabelledPair: Sendable, Hashable {
    /// A row.
    public var first: Int
    /// Another row.
    public var second: Int
    /// Whether both show the same person.
    public var same: Bool
    /// Fold of the protocol, from 0.
    public var fold: Int

    /// Creates a pair.
    public init(first: Int, second: Int, same: Bool, fold: Int) {
        self.first = first
        self.second = second
        self.same = same
        self.fold = fold
    }
}
