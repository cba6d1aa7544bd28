/// A command: its arguments, its help and its action.
public struct Command: Sendable {
    /// The action of a command with its arguments.
    public typealias Action = @Sendable (Arguments) throws -> ExitCode

    /// Name on the command line.
    public let name: String
    /// A summary in one line.
    public let abstract: String
    /// Additional text in its help.
    public let discussion: String
    /// Arguments without a name, in their order.
    public let positionals: [Positional]
    /// Arguments with a name.
    public let options: [Option]
    /// Options of other tools that this command lacks.
    public let absent: [AbsentOption]
    /// Command lines that show its use.
    public let examples: [String]
    /// Its subcommands.
    public let subcommands: [Command]
    /// The action; a command without one only groups others.
    public let action: Action?

    /// Declares a command with an action, which may also have subcommands: a first word that names one
    /// selects it.
    public init(
        _ name: String, _ abstract: String, discussion: String = "",
        positionals: [Positional] = [], options: [Option] = [], absent: [AbsentOption] = [],
        examples: [String] = [], subcommands: [Command] = [], action: @escaping Action
    ) {
        self.name = name
        self.abstract = abstract
        self.discussion = discussion
        self.positionals = positionals
        self.options = options
        self.absent = absent
        self.examples = examples
        self.subcommands = subcommands
        self.action = action
    }

    /// Declares a command that groups others.
    public init(
        _ name: String, _ abstract: String, discussion: String = "", subcommands: [Command]
    ) {
        self.name = name
        self.abstract = abstract
        self.discussion = discussion
        positionals = []
        options = []
        absent = []
        examples = []
        self.subcommands = subcommands
        action = nil
    }
}

/// An argument without a name.
public struct Positional: Sendable {
    /// Name in the help.
    public let name: String
    /// One line for the help.
    public let help: String
    /// Whether it may be left out.
    public let isOptional: Bool
    /// Whether it takes all remaining words; only the last argument may.
    public let isRepeating: Bool
    /// Completions that a shell offers for it.
    public let completion: Completion

    /// Declares an argument that is identified by its position.
    public init(
        _ name: String, _ help: String, isOptional: Bool = false, isRepeating: Bool = false,
        completion: Completion = .files
    ) {
        self.completion = completion
        self.name = name
        self.help = help
        self.isOptional = isOptional
        self.isRepeating = isRepeating
    }
}

/// An argument with a name.
public struct Option: Sendable {
    /// The kind of value that follows the name.
    public enum Kind: Sendable {
        /// Takes no value.
        case flag
        case value(String)
        /// A value, repeatable.
        case values(String)

        /// The placeholder of the value in the help; empty for a flag.
        var placeholder: String {
            switch self {
            case .flag: ""
            case .value(let text), .values(let text): text
            }
        }
    }

    /// Name with its dashes, e.g. `--epochs`.
    public let name: String
    /// The value that follows the name, with its placeholder in the help.
    public let kind: Kind
    /// One line for the help.
    public let help: String
    /// Names that other tools use for it, with dashes; a message points users of these to this option.
    public let elsewhere: [String]
    /// Completions that a shell offers for the value.
    public let completion: Completion

    /// Declares an option.
    ///
    /// - Parameter completion: Nil for what the placeholder implies: files for
    ///   `FILE`, folders for `FOLDER`, files after the `=` of `NAME=PATH`.
    public init(
        _ name: String, _ kind: Kind, _ help: String, elsewhere: [String] = [],
        completion: Completion? = nil
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.elsewhere = elsewhere
        self.completion = completion ?? Completion(placeholder: kind.placeholder)
    }

    /// The placeholder of the value in the help; empty for a flag.
    var placeholder: String { kind.placeholder }
}

/// An option of other tools that this one provides in another way or not at all: its users get a message.
public struct AbsentOption: Sendable {
    /// Names with their dashes, e.g. `--optimizer`.
    public let names: [String]
    /// The replacement: the end of a sentence.
    public let instead: String

    /// Declares the hint for some option names.
    public init(_ names: [String], instead: String) {
        self.names = names
        self.instead = instead
    }
}

/// Completions that a shell offers while a value is typed.
public enum Completion: Sendable, Hashable {
    case files
    case folders
    /// Nothing: a number or a name of the user's.
    case nothing
    /// Files and folders after `NAME=`.
    case namedFiles
    /// One of some words, or several separated by commas.
    case words([String])

    /// Derives the completions from a placeholder in the help.
    init(placeholder: String) {
        self =
            switch placeholder {
            case "FOLDER": .folders
            case "FILE": .files
            case let text where text.hasPrefix("NAME="): .namedFiles
            default: .nothing
            }
    }
}
