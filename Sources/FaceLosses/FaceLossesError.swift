/// What can go wrong when a loss is named or made.
public enum FaceLossesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A parameter's value is outside of its range.
    case badParameter(loss: String, parameter: String, value: String, expected: String)
    /// A classification loss needs two classes or more.
    case tooFewClasses(loss: String, classes: Int)
    /// There is no loss of this name.
    case unknownLoss(name: String, hint: String)
    /// A loss has no parameter of this name.
    case unknownParameter(loss: String, parameter: String, known: [String], hint: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .badParameter(let loss, let parameter, let value, let expected):
            "parameter '\(parameter)' of loss '\(loss)' is '\(value)' but must be \(expected)"
        case .tooFewClasses(let loss, let classes):
            "loss '\(loss)' needs at least 2 identities, the training set has \(classes)"
        case .unknownLoss(let name, let hint):
            "there is no loss '\(name)'\(hint); 'facet losses' lists them"
        case .unknownParameter(let loss, let parameter, let known, let hint):
            "loss '\(loss)' has no parameter '\(parameter)'\(hint); it has "
                + (known.isEmpty ? "none" : known.joined(separator: ", "))
        }
    }
}
