public import FaceData

/// A pair and the distance of its embeddings.
///
/// The distance is single precision, as a run folder stores it, so numbers computed while a
/// run is in memory and numbers computed later from its folder are equal to the last bit.
public struct ScoredPair: Codable, Sendable, Hashable {
    /// Squared L2 distance of the two normalised embeddings; 0...4, smaller is more similar.
    public var distance: Float
    /// Whether the images show the same person.
    public var same: Bool
    /// Fold the protocol puts the pair in, from 0.
    public var fold: Int

    /// Memberwise initialiser.
    public init(distance: Float, same: Bool, fold: Int) {
        self.distance = distance
        self.same = same
        self.fold = fold
    }

    /// Cosine of the angle between the two embeddings; -1...1.
    public var cosine: Double { Self.cosine(squaredDistance: Double(distance)) }

    /// The cosine for a squared distance of normalised vectors: `1 - d2 / 2`.
    public static func cosine(squaredDistance: Double) -> Double { 1 - squaredDistance / 2 }

    /// The squared distance for a cosine of normalised vectors: `2 - 2 cos`.
    public static func squaredDistance(cosine: Double) -> Double { 2 - 2 * cosine }
}

extension EmbeddingTable {
    /// Scores pairs by the squared L2 distance of their rows, which must be normalised.
    ///
    /// The sum over `(a - b)^2` is taken in double precision and rounded once. Against a
    /// pipeline that keeps the embeddings in double precision, as insightface's does, a distance
    /// moves by less than 1e-6.
    ///
    /// - Parameter failed: Rows of images that could not be used, whose pairs are never accepted: as far apart as
    ///   two rows can be.
    /// - Throws: ``FaceEvaluationError/pairOutOfRange(pair:image:count:)`` for the first pair
    ///   that names a row the table does not have.
    public func scores(
        of pairs: [VerificationPair], failed: Set<Int> = []
    ) throws -> [ScoredPair] {
        try withRows { rows in
            try pairs.enumerated().map { index, pair in
                for image in [pair.first, pair.second] where !(0..<count).contains(image) {
                    throw FaceEvaluationError.pairOutOfRange(
                        pair: index, image: image, count: count)
                }
                let distance =
                    pair.isCompared(failed)
                    ? RowArithmetic.squaredDistance(rows[pair.first], rows[pair.second]) : 4
                return ScoredPair(distance: Float(distance), same: pair.same, fold: pair.fold)
            }
        }
    }
}

extension VerificationPair {
    /// Whether both images of the pair could be used.
    func isCompared(_ failed: Set<Int>) -> Bool {
        failed.isEmpty || !failed.contains(first) && !failed.contains(second)
    }
}

extension [ScoredPair] {
    /// Throws unless there is a pair and every distance is finite and at least 0.
    func requireDistances() throws {
        guard !isEmpty else { throw FaceEvaluationError.noPairs }
        let isDistance = { (value: Float) in value.isFinite && value >= 0 }
        if let index = firstIndex(where: { !isDistance($0.distance) }) {
            throw FaceEvaluationError.notADistance(pair: index, value: self[index].distance)
        }
    }
}
