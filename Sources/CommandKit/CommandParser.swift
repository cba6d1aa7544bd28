import Spelling

/// The request that a command line expresses.
public enum Request: Sendable {
    /// A command's help; its names from the root.
    case help(Command, path: [String])
    case run(Command.Action, Arguments)
    case version
}

/// Turns words into a request, by plain steps: find the command, separate options from arguments, check
/// what is missing.
public struct CommandParser: Sendable {
    private let root: Command

    /// Creates a parser of a tree of commands.
    public init(_ root: Command) {
        self.root = root
    }

    /// Parses a command line, without the program's name.
    public func parse(_ words: [String]) throws(CommandError) -> Request {
        let found = find(words[...])
        let isHelp = found.rest.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
        guard let action = found.command.action else {
            guard let word = found.rest.first else {
                if found.path.count == 1 { return .help(found.command, path: found.path) }
                throw .missingSubcommand(
                    command: found.path.joined(separator: " "),
                    known: found.command.subcommands.map(\.name))
            }
            if word == "help" { return try help(found) }
            if isHelp, word.hasPrefix("-") { return .help(found.command, path: found.path) }
            if word == "--version", found.path.count == 1 { return .version }
            throw unknown(word, in: found.command)
        }
        if isHelp { return .help(found.command, path: found.path) }
        return .run(action, try bind(found.rest, to: found.command))
    }

    /// The names, from the root, of the deepest command that words lead to, whose help applies to an error.
    public func path(of words: [String]) -> [String] {
        let found = find(words[...])
        guard found.rest.first == "help" else { return found.path }
        return find(found.rest.dropFirst(), from: found).path
    }

    /// A command, its names from the root, and the remaining words.
    private struct Position {
        var command: Command
        var path: [String]
        var rest: ArraySlice<String>
    }

    /// Follows words as long as they name commands.
    private func find(_ words: ArraySlice<String>, from start: Position? = nil) -> Position {
        var position = start ?? Position(command: root, path: [root.name], rest: words)
        position.rest = words
        while let word = position.rest.first,
            let inner = position.command.subcommands.first(where: { $0.name == word })
        {
            position.rest.removeFirst()
            position.command = inner
            position.path.append(word)
        }
        return position
    }

    /// The request of `help compare`.
    private func help(_ position: Position) throws(CommandError) -> Request {
        let found = find(position.rest.dropFirst(), from: position)
        if let word = found.rest.first { throw unknown(word, in: found.command) }
        return .help(found.command, path: found.path)
    }

    private func unknown(_ name: String, in command: Command) -> CommandError {
        if name.hasPrefix("-") { return .unknownOption(name, hint: "") }
        return .unknownCommand(
            name, hint: Spelling.hint(for: name, among: command.subcommands.map(\.name)))
    }

    private func bind(
        _ words: ArraySlice<String>, to command: Command
    ) throws(CommandError) -> Arguments {
        var arguments = Arguments()
        var free: [String] = []
        var rest = words
        while let word = rest.popFirst() {
            if word == "--" {
                free += rest
                break
            }
            if word.hasPrefix("-"), word != "-" {
                try bindOption(word, &rest, command, &arguments)
            } else {
                free.append(word)
            }
        }
        try bindPositionals(free, command, &arguments)
        return arguments
    }

    private func bindOption(
        _ word: String, _ rest: inout ArraySlice<String>, _ command: Command,
        _ arguments: inout Arguments
    ) throws(CommandError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = command.options.first(where: { $0.name == name }) else {
            throw .unknownOption(name, hint: command.hint(for: name))
        }
        if case .flag = option.kind {
            guard parts.count == 1 else {
                throw .unexpectedValue(option: name, value: String(parts[1]))
            }
            arguments.options[name] = []
            return
        }
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
            throw .missingValue(option: name, placeholder: option.placeholder)
        }
        if value.isEmpty { throw .emptyValue(option: name, placeholder: option.placeholder) }
        if case .value = option.kind, arguments.has(name) { throw .givenTwice(option: name) }
        arguments.options[name, default: []].append(value)
    }

    private func bindPositionals(
        _ free: [String], _ command: Command, _ arguments: inout Arguments
    ) throws(CommandError) {
        // As paths, empty words would mean the current folder.
        if let place = free.firstIndex(of: "") {
            let meant = command.positionals.dropFirst(place).first ?? command.positionals.last
            throw meant.map { .emptyArgument(name: $0.name) } ?? .unexpectedArgument("")
        }
        var rest = free[...]
        for positional in command.positionals {
            if let value = rest.popFirst() {
                arguments.positionals[positional.name] = [value]
                if positional.isRepeating {
                    arguments.positionals[positional.name]? += rest
                    rest = []
                }
            } else if !positional.isOptional {
                throw .missingArgument(name: positional.name)
            }
        }
        if let extra = rest.first { throw .unexpectedArgument(extra) }
    }
}

extension Command {
    /// A hint for an unknown option: this tool's name for it, the replacement here, or the option that it
    /// may be a misspelling of.
    func hint(for name: String) -> String {
        let plain = Self.plain(name)
        if let option = options.first(where: { $0.elsewhere.map(Self.plain).contains(plain) }) {
            return "; use \(option.name)"
        }
        if let absent = absent.first(where: { $0.names.map(Self.plain).contains(plain) }) {
            return "; \(absent.instead)"
        }
        // A negated option such as --no-amp concerns the same setting.
        if name.hasPrefix("--no-"), !options.contains(where: { $0.name == name }) {
            let without = hint(for: "--" + name.dropFirst("--no-".count))
            if !without.isEmpty { return without }
        }
        return Spelling.hint(for: name, among: options.map(\.name))
    }

    /// Names normalised for comparison: `--batch_size`, `--batchSize` and `--batch-size` are one.
    private static func plain(_ name: String) -> String {
        let dashes = name.prefix { $0 == "-" }
        return dashes.count == 1
            ? name : name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
