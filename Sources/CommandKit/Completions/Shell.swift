/// A shell with completion.
public enum Shell: String, CaseIterable, Sendable {
    /// GNU Bash, of version 3.2 or later.
    case bash
    case fish
    case zsh

    /// The script that makes the shell complete a program's commands, options and their values.
    public func script(for root: Command) -> String {
        let table = CompletionTable(root)
        return switch self {
        case .bash: BashCompletion(table: table, program: root.name).text
        case .fish: FishCompletion(table: table, program: root.name).text
        case .zsh: ZshCompletion(table: table, program: root.name).text
        }
    }

    /// A text in single quotes, as bash and Z shell read it.
    static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}

extension Command {
    /// The command with the subcommand `completions` added, which writes scripts for shells.
    public func withCompletions() -> Command {
        let names = Shell.allCases.map(\.rawValue)
        func adding(_ action: @escaping Action) -> Command {
            let completions = Command(
                "completions", "Write a shell-completion script for commands and options.",
                discussion: """
                    For the current bash session: source <(\(name) completions bash). Permanently: for bash, \
                    write it to ~/.local/share/bash-completion/completions/\(name); for zsh, to \
                    a file _\(name) in a folder of $fpath; for fish, to \
                    ~/.config/fish/completions/\(name).fish.
                    """,
                positionals: [
                    Positional("shell", "bash, fish or zsh", completion: .words(names))
                ],
                examples: ["source <(\(name) completions bash)"], action: action)
            return Command(
                name, abstract, discussion: discussion, subcommands: subcommands + [completions])
        }
        let declared = adding { _ in .success }
        return adding { arguments in
            let word = arguments.positional("shell") ?? ""
            guard let shell = Shell(rawValue: word) else {
                throw CommandError.badValue(
                    option: "<shell>", value: word,
                    expected: "one of " + names.joined(separator: ", "))
            }
            Console.output(String(shell.script(for: declared).dropLast()))
            return .success
        }
    }
}
