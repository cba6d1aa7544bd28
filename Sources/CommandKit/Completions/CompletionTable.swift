/// The parts of a tree of commands that a shell needs for completion.
struct CompletionTable {
    /// A command with its names from the root.
    struct Node {
        /// The names separated by spaces, e.g. `facet data check`.
        let name: String
        let command: Command

        /// The command's options, and `--help`.
        var options: [(name: String, help: String)] {
            (command.action == nil ? [] : command.options.map { ($0.name, $0.help) })
                + [("--help", "show this help")]
        }

        /// The possible first words.
        var subcommands: [(name: String, help: String)] {
            command.subcommands.map { ($0.name, $0.abstract) }
        }

        /// Options that take a value.
        var valued: [Option] { command.options.filter { !$0.placeholder.isEmpty } }

        /// The completion of every value, by the command and its option (`facet data check --against`), or by the
        /// number of the positional argument (`facet evaluate 1`), `last` for one that repeats.
        var values: [(key: String, completion: Completion)] {
            let options = valued.map { (key: "\(name) \($0.name)", completion: $0.completion) }
            let free = command.positionals.enumerated().map { index, positional in
                (
                    key: "\(name) \(positional.isRepeating ? "last" : "\(index + 1)")",
                    completion: positional.completion
                )
            }
            return options + free
        }
    }

    /// The tree's commands, the root first.
    let nodes: [Node]

    init(_ root: Command) {
        nodes = Self.nodes(root, below: "")
    }

    private static func nodes(_ command: Command, below names: String) -> [Node] {
        let name = names.isEmpty ? command.name : "\(names) \(command.name)"
        return [Node(name: name, command: command)]
            + command.subcommands.flatMap { nodes($0, below: name) }
    }
}

extension Completion {
    /// The word that denotes the kind in scripts.
    var word: String {
        switch self {
        case .files: "files"
        case .folders: "folders"
        case .namedFiles: "named"
        case .nothing: "nothing"
        case .words: "words"
        }
    }

    /// The words that are offered, separated by spaces.
    var offered: String {
        if case .words(let words) = self { words.joined(separator: " ") } else { "" }
    }
}
