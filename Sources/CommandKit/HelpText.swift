/// The help of a command, wrapped to a width.
public struct HelpText: Sendable {
    private let command: Command
    private let path: [String]
    private let width: Int

    /// Prepares the help of a command.
    ///
    /// - Parameters:
    ///   - path: The command's names from the root.
    ///   - width: Columns of the terminal.
    public init(_ command: Command, path: [String], width: Int = 100) {
        self.command = command
        self.path = path
        self.width = max(40, width)
    }

    /// The whole text, with a line break at its end.
    public var text: String {
        var blocks = ["\(command.abstract)", "Usage: \(usage)"]
        if !command.discussion.isEmpty {
            blocks.append(
                command.discussion.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { wrapped(String($0), indent: 0) }.joined(separator: "\n"))
        }
        blocks += [
            table("Commands", command.subcommands.map { ($0.name, $0.abstract) }),
            table("Arguments", command.positionals.map { ("<\($0.name)>", $0.help) }),
            table("Options", command.action == nil ? [] : command.options.map(row) + [helpRow]),
            table("Examples", command.examples.map { ($0, "") }),
            command.action == nil
                ? "'\(path.joined(separator: " ")) COMMAND --help' describes a command."
                : table(
                    "Exit codes", ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) }),
        ]
        return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private var usage: String {
        let name = path.joined(separator: " ")
        guard command.action != nil else { return "\(name) COMMAND" }
        let options = command.options.isEmpty ? "" : " [options]"
        let free = command.positionals.map { positional in
            let name = "<\(positional.name)>\(positional.isRepeating ? "..." : "")"
            return positional.isOptional ? " [\(name)]" : " \(name)"
        }
        let own = name + options + free.joined()
        return command.subcommands.isEmpty ? own : "\(own)\n       \(name) COMMAND"
    }

    private let helpRow = ("--help", "show this help")

    private func row(_ option: Option) -> (String, String) {
        let again: String
        if case .values = option.kind { again = " (repeatable)" } else { again = "" }
        let name = option.placeholder.isEmpty ? option.name : "\(option.name) \(option.placeholder)"
        return (name, option.help + again)
    }

    private func table(_ title: String, _ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let column = min(30, (rows.map(\.0.count).max() ?? 0)) + 4
        let lines = rows.map { name, help -> String in
            let start = "  \(name)"
            guard !help.isEmpty else { return start }
            let text = wrapped(help, indent: column)
            guard start.count + 2 <= column else { return "\(start)\n\(text)" }
            return start + text.dropFirst(start.count)
        }
        return "\(title):\n" + lines.joined(separator: "\n")
    }

    /// Words wrapped into lines with an indent.
    private func wrapped(_ text: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return text.wordLines(first: width - indent, rest: width - indent).map { margin + $0 }
            .joined(separator: "\n")
    }
}
