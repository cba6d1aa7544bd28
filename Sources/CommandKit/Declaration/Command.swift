/// Values that come from a command line: properties wrapped in ``Option``, ``Flag``,
/// ``Argument`` and ``Group``.
///
/// Conform a structure that has no other stored properties; Swift writes both initialisers.
/// Parsing makes plain immutable values, so the result may be sent to another thread.
public protocol ArgumentSet: Decodable, Sendable {
    /// Creates the declarations; reading a required value from it stops the program.
    init()
}

/// One command of a program.
///
/// ```swift
/// struct Greet: Command {
///     static let name = "greet"
///     static let abstract = "Greet someone."
///
///     @Option("Times to do so.", .atLeast(1), short: "n") var count = 1
///     @Argument("Whom to greet.") var name: String
///
///     func run() throws {
///         for _ in 0..<count { try Console.standard.write("Hello, \(name)!") }
///     }
/// }
/// ```
public protocol Command: ArgumentSet {
    /// The word that calls the command.
    static var name: String { get }
    /// What the command does, in one sentence.
    static var abstract: String { get }
    /// More about it; paragraphs are separated by an empty line.
    static var discussion: String { get }
    /// Command lines worth knowing.
    static var examples: [CommandExample] { get }
    /// What an exit code means for this command, where that differs from ``ExitCode/meaning``.
    static var exitMeanings: [ExitCode: String] { get }

    /// Checks that the values go together, before anything is done.
    ///
    /// An error thrown here is a usage error.
    func validate() throws
    /// Does the work.
    ///
    /// - Throws: ``ExitCode`` to end with it silently, ``CommandKitError/usage(_:)`` for wrong
    ///   arguments, or any other error, whose description is printed.
    func run() throws
}

extension Command {
    /// Nothing more.
    public static var discussion: String { "" }
    /// None.
    public static var examples: [CommandExample] { [] }
    /// The usual meanings.
    public static var exitMeanings: [ExitCode: String] { [:] }
    /// Accepts all values.
    public func validate() throws {}
}

/// A command line worth knowing.
public struct CommandExample: Sendable, Hashable {
    /// What it does, in a sentence.
    public let purpose: String
    /// The line to type.
    public let line: String

    /// Creates an example from its parts.
    public init(_ purpose: String, _ line: String) {
        self.purpose = purpose
        self.line = line
    }
}

/// A command or a group of commands.
public enum CommandNode: Sendable {
    /// A command.
    case command(any Command.Type)
    /// Commands that share a first word.
    case group(CommandGroup)

    /// Commands that share a first word.
    ///
    /// - Parameters:
    ///   - name: The word.
    ///   - abstract: What they are for, in one sentence.
    ///   - children: The commands.
    /// - Returns: The group's node.
    public static func group(
        _ name: String, _ abstract: String, _ children: [CommandNode]
    ) -> CommandNode {
        .group(CommandGroup(name: name, abstract: abstract, children: children))
    }

    /// The word that selects the node.
    public var name: String {
        switch self {
        case .command(let type): type.name
        case .group(let group): group.name
        }
    }

    /// What the node is for, in one sentence.
    public var abstract: String {
        switch self {
        case .command(let type): type.abstract
        case .group(let group): group.abstract
        }
    }
}

/// Commands that share a first word.
public struct CommandGroup: Sendable {
    /// The word.
    public let name: String
    /// What they are for, in one sentence.
    public let abstract: String
    /// More about them; paragraphs are separated by an empty line.
    public let discussion: String
    /// Command lines worth knowing.
    public let examples: [CommandExample]
    /// The commands.
    public let children: [CommandNode]

    /// Creates a group from its parts.
    public init(
        name: String, abstract: String, discussion: String = "", examples: [CommandExample] = [],
        children: [CommandNode]
    ) {
        self.name = name
        self.abstract = abstract
        self.discussion = discussion
        self.examples = examples
        self.children = children
    }
}
