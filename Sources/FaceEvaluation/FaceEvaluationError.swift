/// What can go wrong when embeddings are compared.
public enum FaceEvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A list has another length than it must have.
    case count(what: String, expected: Int, found: Int)
    /// There are fewer pairs than folds.
    case tooFewPairs(pairs: Int, folds: Int)
    /// An embedding has a component that is infinite or not a number.
    case notFinite(row: Int)
    /// All pairs are of the same kind, so that nothing can be told apart.
    case oneKind(same: Bool)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .count(let what, let expected, let found):
            "there are \(found) \(what), not \(expected)"
        case .tooFewPairs(let pairs, let folds):
            "\(pairs) pairs cannot be split into \(folds) folds: give more pairs or fewer folds"
        case .notFinite(let row):
            "embedding \(row) has a component that is not finite: the network diverged"
        case .oneKind(let same):
            "all pairs are of \(same ? "the same person" : "different people"): "
                + "a verification protocol needs both"
        }
    }
}
