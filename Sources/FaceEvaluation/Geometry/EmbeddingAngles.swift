import Foundation

extension EmbeddingTable {
    /// Angles between embeddings, in degrees of 0...180, in the order of the pairs.
    ///
    /// A pair with an embedding of length 0, which has no direction, is left out.
    ///
    /// - Parameter pairs: Rows of the table.
    /// - Throws: ``FaceEvaluationError/notFinite(row:component:value:)`` for the first row that
    ///   holds an infinity or a NaN.
    public func angles(of pairs: [(first: Int, second: Int)]) throws -> [Double] {
        let norms = try norms()
        return withRows { rows in
            pairs.compactMap { first, second in
                let size = norms[first] * norms[second]
                guard size > 0 else { return nil }
                return Angle.degrees(
                    cosine: RowArithmetic.product(rows[first], rows[second]) / size)
            }
        }
    }
}

/// Angles of embeddings to the class weights that a loss has learnt: to that of their target class, and
/// to the nearest of all non-target classes.
///
/// Class weights are added in blocks, so that those of a million classes need not fit in memory twice.
///
/// ```swift
/// var angles = try ClassAngles(of: embeddings, labels: labels)
/// try angles.add(weights)
/// let target = angles.target
/// ```
public struct ClassAngles {
    private let embeddings: EmbeddingTable
    private let labels: [Int]
    private let weightsEach: Int
    private let norms: [Double]
    private var rowsSeen = 0
    private var targetCosines: [Double]
    private var nonTargetCosines: [Double]

    /// Starts with embeddings and no class weights.
    ///
    /// - Parameters:
    ///   - embeddings: `[n, d]`, not normalised.
    ///   - labels: The class of each, from 0.
    ///   - weightsEach: Number of class weights per class, which are adjacent; the nearest one counts.
    /// - Throws: ``FaceEvaluationError/notFinite(row:component:value:)`` for the first row that
    ///   holds an infinity or a NaN.
    public init(of embeddings: EmbeddingTable, labels: [Int], weightsEach: Int = 1) throws {
        precondition(
            labels.count == embeddings.count && weightsEach > 0,
            "there must be as many labels as rows")
        self.embeddings = embeddings
        self.labels = labels
        self.weightsEach = weightsEach
        norms = try embeddings.norms()
        targetCosines = Array(repeating: -.infinity, count: labels.count)
        nonTargetCosines = targetCosines
    }

    /// Adds the next class weights, in the order of the classes.
    ///
    /// A class weight of length 0, which has no direction, is ignored.
    ///
    /// - Parameter weights: `[r, d]`.
    /// - Throws: ``FaceEvaluationError/embeddingTablesDiffer(count:dimension:otherCount:otherDimension:)``
    ///   for weights of another dimension, or the error of one that is not finite.
    public mutating func add(_ weights: EmbeddingTable) throws {
        guard weights.dimension == embeddings.dimension else {
            throw FaceEvaluationError.embeddingTablesDiffer(
                count: embeddings.count, dimension: embeddings.dimension,
                otherCount: weights.count, otherDimension: weights.dimension)
        }
        let sizes = try weights.norms()
        embeddings.withRows { rows in
            weights.withRows { weightRows in
                for row in labels.indices where norms[row] > 0 {
                    for other in sizes.indices where sizes[other] > 0 {
                        let product = RowArithmetic.product(rows[row], weightRows[other])
                        let cosine = product / (norms[row] * sizes[other])
                        if (rowsSeen + other) / weightsEach == labels[row] {
                            targetCosines[row] = max(targetCosines[row], cosine)
                        } else {
                            nonTargetCosines[row] = max(nonTargetCosines[row], cosine)
                        }
                    }
                }
            }
        }
        rowsSeen += weights.count
    }

    /// Angles to the target class's weight, in degrees of 0...180; embeddings of length 0 and those
    /// whose class has no weight are left out.
    public var target: [Double] { Self.degrees(targetCosines) }

    /// Angles to the nearest weight of another class, in degrees of 0...180.
    public var nearestNonTarget: [Double] { Self.degrees(nonTargetCosines) }

    private static func degrees(_ cosines: [Double]) -> [Double] {
        cosines.filter { $0 > -.infinity }.map { Angle.degrees(cosine: $0) }
    }
}

/// Conversion of cosines to degrees.
enum Angle {
    /// The angle of a cosine, which may exceed 1 by rounding; in degrees, 0...180.
    static func degrees(cosine: Double) -> Double {
        acos(min(1, max(-1, cosine))) * 180 / .pi
    }
}
