/// A command: what it takes, what its help says, and what it does.
public struct Command: Sendable {
    /// What a command does with its arguments.
    public typealias Action = @Sendable (Arguments) throws -> ExitCode

    /// Name on the command line.
    public let name: String
    /// What it does, in a line.
    public let abstract: String
    /// What more its help says.
    public let discussion: String
    /// Arguments without a name, in their order.
    public let positionals: [Positional]
    /// Arguments with a name.
    public let options: [Option]
    /// Command lines that show its use.
    public let examples: [String]
    /// Commands inside of it.
    public let subcommands: [Command]
    /// What it does; a command without an action only groups others.
    public let action: Action?

    /// Declares a command that does something, and that may group others besides: a first word that
    /// is one of theirs goes to that one.
    public init(
        _ name: String, _ abstract: String, discussion: String = "",
        positionals: [Positional] = [], options: [Option] = [], examples: [String] = [],
        subcommands: [Command] = [], action: @escaping Action
    ) {
        self.name = name
        self.abstract = abstract
        self.discussion = discussion
        self.positionals = positionals
        self.options = options
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
        examples = []
        self.subcommands = subcommands
        action = nil
    }
}

/// An argument without a name.
public struct Positional: Sendable {
    /// Name in the help.
    public let name: String
    /// What it is.
    public let help: String
    /// Whether it may be left out.
    public let isOptional: Bool
    /// Whether it takes all words that are left; only the last argument may.
    public let isRepeating: Bool

    /// Declares an argument.
    public init(
        _ name: String, _ help: String, isOptional: Bool = false, isRepeating: Bool = false
    ) {
        self.name = name
        self.help = help
        self.isOptional = isOptional
        self.isRepeating = isRepeating
    }
}

/// An argument with a name.
public struct Option: Sendable {
    /// What follows the name.
    public enum Kind: Sendable {
        /// Nothing.
        case flag
        /// A value, once.
        case value(String)
        /// A value, as often as wanted.
        case values(String)
    }

    /// Name with its dashes, e.g. `--epochs`.
    public let name: String
    /// What follows the name; the text stands for the value in the help.
    public let kind: Kind
    /// What it does.
    public let help: String

    /// Declares an option.
    public init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// The text that stands for the value in the help; empty for a flag.
    var placeholder: String {
        switch kind {
        case .flag: ""
        case .value(let text), .values(let text): text
        }
    }
}
