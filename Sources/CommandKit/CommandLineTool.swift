import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A program made of commands.
public struct CommandLineTool: Sendable {
    private let root: Command
    private let version: String

    /// Declares a program.
    public init(_ root: Command, version: String) {
        self.root = root
        self.version = version
    }

    /// Does what a command line asks for.
    ///
    /// - Parameter words: The arguments, without the program's name.
    public func run(_ words: [String]) -> ExitCode {
        // A reader that went away, as `head` does, must not end the work behind it.
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow further is an error of the command, told in its own words.
        signal(SIGXFSZ, SIG_IGN)
        do {
            switch try CommandParser(root).parse(words) {
            case .help(let command, let path):
                Console.output(
                    String(HelpText(command, path: path, width: Console.width).text.dropLast()))
                return .success
            case .version:
                Console.output("\(root.name) \(version)")
                return .success
            case .run(let action, let arguments): return try action(arguments)
            }
        } catch let error as CommandError {
            Console.remark("\(root.name): \(error)")
            Console.remark("'\(root.name) --help' tells what can be asked for.")
            return .usage
        } catch {
            Console.remark("\(root.name): \(error)")
            return .failure
        }
    }
}
