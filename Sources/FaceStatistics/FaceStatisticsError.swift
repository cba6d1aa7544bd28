/// Errors in the input of a statistic.
public enum FaceStatisticsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A test set's folds, people and values differ in their number of pairs.
    case differentCounts(expected: Int, found: Int)
    /// A level, power or fraction is not strictly between 0 and 1.
    case notAFraction(name: String, value: Double)
    /// There are too few values.
    case tooFew(what: String, found: Int, needed: Int)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .differentCounts(let expected, let found):
            "\(found) values for \(expected) pairs; give one value per pair"
        case .notAFraction(let name, let value):
            "\(name) is \(value) but must be strictly between 0 and 1"
        case .tooFew(let what, let found, let needed):
            "\(found) \(what); at least \(needed) are required"
        }
    }
}
