public import FaceData

/// How a protocol splits its pairs into folds.
public enum FoldAssignment: Codable, Sendable, Hashable {
    /// Consecutive runs of pairs in the given order, whatever their own fold is.
    ///
    /// The sizes are those of scikit-learn's `KFold(shuffle=False)`: if the count is not
    /// divisible, the first folds have one pair more. insightface does the same.
    case contiguous(Int)
    /// The fold of each pair itself, as LFW's `pairs.txt` defines it.
    case labelled

    /// The fold of every pair, numbered from 0 without gaps.
    ///
    /// - Throws: ``FaceEvaluationError/foldCountInvalid(_:)``,
    ///   ``FaceEvaluationError/tooFewPairs(pairs:folds:)`` or
    ///   ``FaceEvaluationError/noPairs``.
    public func folds(of pairs: [ScoredPair]) throws -> [Int] {
        try folds(labels: pairs.map(\.fold))
    }

    /// The fold of every pair, numbered from 0 without gaps; throws as for scored pairs.
    public func folds(of pairs: [VerificationPair]) throws -> [Int] {
        try folds(labels: pairs.map(\.fold))
    }

    private func folds(labels: [Int]) throws -> [Int] {
        guard !labels.isEmpty else { throw FaceEvaluationError.noPairs }
        switch self {
        case .contiguous(let count): return try Self.contiguous(labels.count, in: count)
        case .labelled:
            let positions = Dictionary(
                uniqueKeysWithValues: Set(labels).sorted().enumerated().map {
                    ($0.element, $0.offset)
                })
            return labels.map { positions[$0, default: 0] }
        }
    }

    private static func contiguous(_ pairs: Int, in folds: Int) throws -> [Int] {
        guard folds > 0 else { throw FaceEvaluationError.foldCountInvalid(folds) }
        guard pairs >= folds else {
            throw FaceEvaluationError.tooFewPairs(pairs: pairs, folds: folds)
        }
        return VerificationPairs.consecutiveFolds(pairs, folds: folds).of
    }
}
