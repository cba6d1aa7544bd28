/// One option, flag or positional argument, as a plain value: all that the matcher, the binder
/// and the help need to know.
struct Declaration: Sendable {
    /// Placeholder of a type that has none; the option's own name in capitals says more.
    static let anyValueName = "VALUE"

    enum Kind: Sendable, Hashable {
        /// `--name VALUE`.
        case option
        /// `--name` or `--no-name`.
        case flag
        /// A word by its position.
        case positional
    }

    /// Where the value goes: names of properties from the command down.
    var path: [String] = []
    let kind: Kind
    /// The name without dashes; for a positional argument its placeholder.
    var name: String
    let short: Character?
    let help: String
    /// Heading it is listed under; empty for the one of its kind.
    var section: String
    /// Placeholder for a value; empty for a flag.
    var valueName = ""
    var choices: [String] = []
    /// Default as text; nil if there is none to show.
    var defaultText: String?
    /// For a flag whether it starts true; nil if neither is the default.
    var flagDefault: Bool?
    /// Character between several values in one text.
    var separator: Character?
    var arity = ArgumentArity.one
    /// Fewest values for ``ArgumentArity/many``, or 1 if a single value has no default.
    var minimum = 0
    /// Converts what the command line gave; nil if it gave too little.
    let bind: @Sendable (_ given: [Given]) throws -> (any Sendable)?

    /// One occurrence on the command line.
    struct Given: Sendable, Hashable {
        /// As the user spelled the option, with dashes; the placeholder for a position.
        let spelling: String
        /// The text of the value; `true` or `false` for a flag.
        let text: String
    }

    /// Whether the option stands for one of several values.
    var isRepeatable: Bool { kind == .option && arity == .many && separator == nil }

    /// How an error message calls it.
    var spelling: String { kind == .positional ? name : "--\(name)" }
}

extension String {
    /// `batchSize` as `batch-size`, `maximumFAR` as `maximum-far`.
    var kebabCased: String {
        let characters = Array(self)
        return characters.indices.reduce(into: "") { result, index in
            let character = characters[index]
            let followsLower = index > 0 && !characters[index - 1].isUppercase
            let precedesLower =
                index + 1 < characters.count && characters[index + 1].isLowercase
            if index > 0, character.isUppercase, followsLower || precedesLower { result += "-" }
            result += character.lowercased()
        }
    }
}
