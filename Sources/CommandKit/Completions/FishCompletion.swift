/// The script for fish.
struct FishCompletion {
    let table: CompletionTable
    let program: String

    var text: String {
        let known = table.nodes.dropFirst().map { quoted(below($0)) }.joined(separator: " ")
        return """
            # Completions of \(program) for fish, written by '\(program) completions fish'.

            # Whether the words so far lead to a command, and with a number to its argument.
            function __\(program)_at
                set -l place
                set -l count 1
                for word in (commandline -opc)[2..-1]
                    set -l next (string join -- ' ' $place $word)
                    if test $count = 1; and contains -- $next \(known)
                        set place $place $word
                    else if not string match -q -- '-*' $word
                        set count (math $count + 1)
                    end
                end
                test "$place" = "$argv[1]"; or return 1
                test (count $argv) = 1; or test $count = $argv[2]
            end

            # Words behind the last comma of what is typed.
            function __\(program)_list
                set -l typed (string replace -r '^--[^=]*=' '' -- (commandline -ct))
                set -l before (string match -r '^.*,' -- $typed)
                for word in $argv
                    echo "$before$word"
                end
            end

            complete -c \(program) -f
            \(lines.joined(separator: "\n"))

            """
    }

    private func below(_ node: CompletionTable.Node) -> String {
        node.name.split(separator: " ").dropFirst().joined(separator: " ")
    }

    private var lines: [String] {
        table.nodes.flatMap { node -> [String] in
            let condition = { (count: String) in
                "-n \(quoted("__\(program)_at \(quoted(below(node)))\(count)"))"
            }
            let start = "complete -c \(program)"
            let commands = node.subcommands.map {
                "\(start) \(condition(" 1")) -a \(quoted($0.name)) -d \(quoted($0.help))"
            }
            let options = node.options.map { name, help in
                let valued = node.valued.first { $0.name == name }
                let value = valued.map { " \(values($0.completion))" } ?? ""
                return "\(start) \(condition("")) -l \(name.dropFirst(2))\(value) "
                    + "-d \(quoted(help))"
            }
            let free = node.command.positionals.enumerated().map { index, positional in
                let count = positional.isRepeating ? "" : " \(index + 1)"
                return "\(start) \(condition(count)) \(argument(positional.completion))"
            }
            return commands + options + free
        }
    }

    /// The kind of an option's value.
    private func values(_ completion: Completion) -> String {
        switch completion {
        case .files, .namedFiles: "-r -F"
        case .folders: "-x -a '(__fish_complete_directories)'"
        case .nothing: "-x"
        case .words: "-x -a \(quoted("(__\(program)_list \(completion.offered))"))"
        }
    }

    private func argument(_ completion: Completion) -> String {
        switch completion {
        case .files, .namedFiles: "-F"
        case .folders: "-a '(__fish_complete_directories)'"
        case .nothing: "-f"
        case .words: "-a \(quoted("(__\(program)_list \(completion.offered))"))"
        }
    }

    /// A text in single quotes, as fish reads it.
    private func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
