import Spelling

/// What a command line asks for.
public enum Request: Sendable {
    /// A command's help; its names from the root.
    case help(Command, path: [String])
    /// A command's action.
    case run(Command.Action, Arguments)
    /// The version.
    case version
}

/// Turns words into a request, by plain steps: find the command, tell options from arguments, check
/// what is missing.
public struct CommandParser: Sendable {
    private let root: Command

    /// Creates a parser of a tree of commands.
    public init(_ root: Command) {
        self.root = root
    }

    /// Understands a command line, without the program's name.
    public func parse(_ words: [String]) throws(CommandError) -> Request {
        var command = root
        var path = [root.name]
        var rest = words[...]
        while true {
            if command.action != nil {
                guard let word = rest.first,
                    let inner = command.subcommands.first(where: { $0.name == word })
                else { break }
                rest.removeFirst()
                command = inner
                path.append(word)
                continue
            }
            guard let word = rest.popFirst() else {
                if path.count == 1 { return .help(command, path: path) }
                throw .missingSubcommand(
                    command: path.joined(separator: " "), known: command.subcommands.map(\.name))
            }
            if ["--help", "-h", "help"].contains(word) { return .help(command, path: path) }
            if word == "--version", path.count == 1 { return .version }
            command = try subcommand(word, of: command)
            path.append(word)
        }
        guard let action = command.action else { return .help(command, path: path) }
        let isHelp = rest.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
        if isHelp { return .help(command, path: path) }
        return .run(action, try bind(rest, to: command))
    }

    private func subcommand(_ name: String, of command: Command) throws(CommandError) -> Command {
        if let found = command.subcommands.first(where: { $0.name == name }) { return found }
        if name.hasPrefix("-") { throw .unknownOption(name, hint: "") }
        throw .unknownCommand(
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
            throw .unknownOption(
                name, hint: Spelling.hint(for: name, among: command.options.map(\.name)))
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
        if case .value = option.kind, arguments.has(name) { throw .givenTwice(option: name) }
        arguments.options[name, default: []].append(value)
    }

    private func bindPositionals(
        _ free: [String], _ command: Command, _ arguments: inout Arguments
    ) throws(CommandError) {
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
