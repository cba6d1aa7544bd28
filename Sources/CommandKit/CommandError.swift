import Spelling

/// Arguments that cannot be understood.
public enum CommandError: Error, Equatable, Sendable, CustomStringConvertible {
    /// An option's value is not what it must be.
    case badValue(option: String, value: String, expected: String)
    /// An argument is an empty text, such as a variable of a shell script that is not set.
    case emptyArgument(name: String)
    /// An option's value is an empty text.
    case emptyValue(option: String, placeholder: String)
    /// An option that takes one value was given twice.
    case givenTwice(option: String)
    /// A required argument was not given.
    case missingArgument(name: String)
    /// A required option was not given; the hint says what to give.
    case missingOption(option: String, hint: String = "")
    /// A command that only groups others was given alone.
    case missingSubcommand(command: String, known: [String])
    /// An option's value was not given.
    case missingValue(option: String, placeholder: String)
    /// Two options, or an option and an argument, do not go together.
    case together(String, String)
    /// There are more arguments than the command takes.
    case unexpectedArgument(String)
    /// A flag was given a value.
    case unexpectedValue(option: String, value: String)
    /// The command is unknown.
    case unknownCommand(String, hint: String)
    /// The option is unknown.
    case unknownOption(String, hint: String)

    /// One sentence that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .badValue(let option, let value, let expected):
            "\(quoted: value) is not a valid value for \(option); it must be \(expected)"
        case .emptyArgument(let name):
            "the argument <\(name)> is empty; if it is a variable, set it, and give '.' for this folder"
        case .emptyValue(let option, let placeholder):
            "the value of \(option) is empty; give \(option) \(placeholder), or leave the option out"
        case .givenTwice(let option): "\(option) was given twice; give it once"
        case .missingArgument(let name): "the argument <\(name)> is missing"
        case .missingOption(let option, let hint):
            "\(option) is missing" + (hint.isEmpty ? "" : ": \(hint)")
        case .missingSubcommand(let command, let known):
            "\(quoted: command) needs one of: \(known.joined(separator: ", "))"
        case .missingValue(let option, let placeholder):
            "\(option) needs a value: \(option) \(placeholder)"
        case .together(let one, let other): "\(one) cannot be combined with \(other)"
        case .unexpectedArgument(let argument): "unexpected argument \(quoted: argument)"
        case .unexpectedValue(let option, let value):
            "\(option) takes no value, but \(quoted: value) was given"
        case .unknownCommand(let name, let hint): "unknown command \(quoted: name)\(hint)"
        case .unknownOption(let name, let hint): "unknown option \(name.shortened)\(hint)"
        }
    }
}
