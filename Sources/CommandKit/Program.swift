import Foundation

/// A whole command line program: a tree of commands with a name and a version.
///
/// ```swift
/// let program = Program(
///     name: "facet", version: "1.0.0", abstract: "Train and compare face recognition losses.",
///     commands: [.command(Train.self), .group("data", "Image sets.", [.command(Check.self)])])
/// exit(program.run(CommandLine.arguments.dropFirst()).rawValue)
/// ```
public struct Program: Sendable {
    /// Version printed by `--version`.
    public let version: String
    /// The program's own help and the commands under it.
    public let root: CommandGroup

    /// Creates a program.
    ///
    /// - Parameters:
    ///   - name: The word that calls it.
    ///   - version: Its version.
    ///   - abstract: What it does, in one sentence.
    ///   - discussion: More about it; paragraphs are separated by an empty line.
    ///   - examples: Command lines worth knowing.
    ///   - commands: The commands, in the order of the help.
    public init(
        name: String, version: String, abstract: String, discussion: String = "",
        examples: [CommandExample] = [], commands: [CommandNode]
    ) {
        self.version = version
        root = CommandGroup(
            name: name, abstract: abstract, discussion: discussion, examples: examples,
            children: commands)
    }

    /// Parses a command line and does nothing else.
    ///
    /// - Parameters:
    ///   - arguments: The command line without the program's name.
    ///   - width: Columns a help text may use.
    /// - Returns: What the command line asks for.
    public func parse(_ arguments: some Sequence<String>, width: Int = 80) -> ParseOutcome {
        CommandParser(program: self, width: width).parse(Array(arguments))
    }

    /// Parses a command line, without the program's name, and does what it asks for.
    ///
    /// Results go to the console's output; errors and help for wrong command lines go to its
    /// diagnostics.
    ///
    /// - Returns: The code to end the process with.
    public func run(
        _ arguments: some Sequence<String>, console: Console = .standard
    ) -> ExitCode {
        do {
            let width = min(console.width, Self.widestHelp)
            switch parse(arguments, width: width) {
            case .command(let command): try command.run()
            case .help(let text), .version(let text): try console.write(text)
            case .failure(let failure):
                console.diagnose(failure)
                return .usage
            }
            return .success
        } catch {
            return report(error, on: console)
        }
    }

    /// Mistakes in the declarations of all commands, a sentence each; for a test to be empty.
    public var declarationProblems: [String] { Self.problems(in: root, path: root.name) }

    /// Lines longer than this are hard to read, however wide the terminal.
    private static let widestHelp = 100

    private func report(_ error: any Error, on console: Console) -> ExitCode {
        switch error {
        case let code as ExitCode: return code
        case CommandKitError.closedOutput: return .brokenPipe
        case is CancellationError: return .interrupted
        case let error as CommandKitError:
            console.error(error.description)
            if case .usage = error { return .usage }
            return .failure
        default:
            console.error(ErrorSentence.text(of: error))
            return .failure
        }
    }

    private static func problems(in group: CommandGroup, path: String) -> [String] {
        let names = Dictionary(grouping: group.children, by: \.name)
        let repeated = names.filter { $0.value.count > 1 }.keys.sorted()
        return repeated.map { "\(path): the command \($0) is declared more than once." }
            + group.children.flatMap { child in
                switch child {
                case .group(let group): problems(in: group, path: "\(path) \(group.name)")
                case .command(let type):
                    Declarations.problems(in: Declarations.collect(from: type.init()))
                        .map { "\(path) \(type.name): \($0)" }
                }
            }
    }
}
