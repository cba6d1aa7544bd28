import Foundation

/// A program made of commands.
public struct CommandLineTool: Sendable {
    private let root: Command
    private let version: String
    private let isUsage: @Sendable (any Error) -> Bool

    /// Declares a program.
    ///
    /// - Parameter isUsage: Whether an error thrown by a command is a usage error; ``CommandError`` always
    ///   is.
    public init(
        _ root: Command, version: String,
        isUsage: @escaping @Sendable (any Error) -> Bool = { _ in false }
    ) {
        self.root = root
        self.version = version
        self.isUsage = isUsage
    }

    /// Runs a command line.
    ///
    /// - Parameter words: The arguments, without the program's name.
    public func run(_ words: [String]) -> ExitCode {
        // Exceeding the file size limit becomes an error of the write, which the command reports.
        signal(SIGXFSZ, SIG_IGN)
        do {
            let code = try perform(words)
            if let failure = Console.standard.failure { throw failure }
            return code
        } catch {
            return report(error, words)
        }
    }

    private func perform(_ words: [String]) throws -> ExitCode {
        switch try CommandParser(root).parse(words) {
        case .help(let command, let path):
            let width = min(Console.standard.width, Self.maxHelpWidth)
            Console.output(String(HelpText(command, path: path, width: width).text.dropLast()))
            return .success
        case .version:
            Console.output("\(root.name) \(version)")
            return .success
        case .run(let action, let arguments): return try action(arguments)
        }
    }

    private func report(_ error: any Error, _ words: [String]) -> ExitCode {
        switch error {
        case let code as ExitCode: return code
        case ConsoleError.closedOutput: return .brokenPipe
        default:
            Console.note("\(root.name): \(error)")
            guard error is CommandError || isUsage(error) else { return .failure }
            let command = CommandParser(root).path(of: words).joined(separator: " ")
            Console.note("'\(command) --help' lists the options.")
            return .usage
        }
    }

    /// Lines longer than this are hard to read, however wide the terminal.
    private static let maxHelpWidth = 120
}
