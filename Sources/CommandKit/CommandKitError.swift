/// Everything that can be wrong with a command line or with the streams a command writes to.
public enum CommandKitError: Error, Equatable, Sendable {
    /// Whoever read the standard output has gone away, e.g. `head`.
    case closedOutput
    /// A flag was given together with its negation.
    case contradictoryFlag(name: String)
    /// A value is none of those enumerated.
    case invalidChoice(name: String, value: String, choices: [String])
    /// A value does not meet a requirement, which reads on after the name: `must be positive`.
    case invalidValue(name: String, value: String, requirement: String)
    /// A required positional argument is missing.
    case missingArgument(name: String)
    /// A required option is missing.
    case missingOption(name: String, valueName: String)
    /// An option stands without its value.
    case missingValue(name: String, valueName: String)
    /// A value was read that no command line was bound to.
    case notParsed(property: String)
    /// A parse closure refused a value with a sentence of its own.
    case refusedValue(name: String, value: String, reason: String)
    /// An option that takes one value was given several.
    case repeatedOption(name: String, values: [String])
    /// There are more positional arguments than the command takes.
    case unexpectedArgument(value: String)
    /// A flag was given a value.
    case unexpectedValue(name: String, value: String)
    /// There is no such command.
    case unknownCommand(name: String, parent: String, suggestion: String?)
    /// There is no such option.
    case unknownOption(name: String, suggestion: String?)
    /// What ``ArgumentValue/init(argument:)`` throws: a requirement that reads on after the
    /// option's name, as in `must be a whole number`.
    case unmetRequirement(String)
    /// The process cannot get ready to be interrupted.
    case unwatchableSignals(reason: String)
    /// The standard output cannot be written to.
    case unwritableOutput(reason: String)
    /// What a command throws when its arguments do not go together; a sentence.
    case usage(String)
}

extension CommandKitError: CustomStringConvertible {
    /// One sentence that names the option and the value; sometimes a second with a suggestion.
    public var description: String {
        switch self {
        case .closedOutput: "The reader of the standard output has gone away."
        case .contradictoryFlag(let name):
            "--\(name) and --no-\(name) contradict each other; give one of them."
        case .notParsed(let property):
            "The property \(property) was decoded from something that is no command line."
        case .unmetRequirement(let requirement): "The value \(requirement)."
        case .unwritableOutput(let reason): "The standard output cannot be written: \(reason)."
        case .unwatchableSignals(let reason): "Signals cannot be watched: \(reason)."
        case .usage(let sentence): sentence
        case .invalidChoice, .invalidValue, .refusedValue: valueDescription
        case .missingArgument, .missingOption, .missingValue: missingDescription
        default: surplusDescription
        }
    }

    private var valueDescription: String {
        switch self {
        case .invalidChoice(let name, let value, let choices):
            "\(name) must be one of \(choices.joined(separator: ", ")), not \(value.quoted)."
                + Self.question(Suggestion.best(for: value, among: choices))
        case .invalidValue(let name, let value, let requirement):
            "\(name) \(requirement), not \(value.quoted)."
        case .refusedValue(let name, let value, let reason):
            "\(name) cannot be \(value.quoted): \(reason)"
        default: ""
        }
    }

    private var missingDescription: String {
        switch self {
        case .missingArgument(let name): "The argument \(name) is missing."
        case .missingOption(let name, let valueName):
            "The option \(name) \(valueName) is required."
        case .missingValue(let name, let valueName):
            "\(name) needs a value: \(name) \(valueName), or \(name)=\(valueName) "
                + "where the value starts with a dash."
        default: ""
        }
    }

    private var surplusDescription: String {
        switch self {
        case .repeatedOption(let name, let values):
            "\(name) takes one value but was given "
                + values.map(\.quoted).joined(separator: " and ") + "."
        case .unexpectedArgument(let value): "The argument \(value.quoted) is one too many."
        case .unexpectedValue(let name, let value):
            "\(name) takes no value but was given \(value.quoted)."
        case .unknownCommand(let name, let parent, let suggestion):
            "\(parent) has no command \(name.quoted)." + Self.question(suggestion)
        case .unknownOption(let name, let suggestion):
            "There is no option \(name)." + Self.question(suggestion)
        default: ""
        }
    }

    private static func question(_ suggestion: String?) -> String {
        suggestion.map { " Did you mean \($0)?" } ?? ""
    }
}

extension String {
    /// The string between quotation marks, its control characters written out, so that a
    /// hostile file name cannot steer a terminal.
    var quoted: String {
        let visible = unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control
                ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return "\"" + visible.joined() + "\""
    }
}
