/// What a command line asks for.
public enum ParseOutcome: Sendable {
    /// To run a command, whose values are complete and valid.
    case command(any Command)
    /// To read a help text.
    case help(String)
    /// Nothing that can be done.
    case failure(UsageFailure)
    /// To read the program's version.
    case version(String)
}

/// All that is wrong with a command line.
public struct UsageFailure: Error, Equatable, Sendable {
    /// The words that select the command, e.g. `facet data check`.
    public let command: String
    /// What is wrong; at least one.
    public let errors: [CommandKitError]
}

extension UsageFailure: CustomStringConvertible {
    /// The errors, a line each, and where to find help.
    public var description: String {
        errors.map { "error: \($0)\n" }.joined() + "Try '\(command) --help'."
    }
}

/// Runs the stages of parsing: words select a command, then tokens, matches, typed values.
struct CommandParser {
    let program: Program
    let width: Int

    func parse(_ arguments: [String]) -> ParseOutcome {
        let isHelp = arguments.first == "help"
        let arguments = isHelp ? Array(arguments.dropFirst()) + ["--help"] : arguments
        return parse(arguments[...], in: program.root, path: [program.root.name])
    }

    private func parse(
        _ arguments: ArraySlice<String>, in group: CommandGroup, path: [String]
    ) -> ParseOutcome {
        guard let word = arguments.first, word != "--help", word != "-h" else {
            return .help(HelpText(of: group, path: path, version: version(at: path)).text(width))
        }
        if word == "--version", let version = version(at: path) {
            return .version("\(program.root.name) \(version)")
        }
        guard let child = group.children.first(where: { $0.name == word }) else {
            return failure(unknown(word, in: group, path: path), path)
        }
        let rest = arguments.dropFirst()
        switch child {
        case .group(let group): return parse(rest, in: group, path: path + [word])
        case .command(let type): return parse(Array(rest), as: type, path: path + [word])
        }
    }

    private func parse(
        _ arguments: [String], as type: any Command.Type, path: [String]
    ) -> ParseOutcome {
        let declarations = Declarations.collect(from: type.init())
        let match = Matcher(Token.tokenize(arguments), to: declarations)
        guard !match.wantsHelp else {
            return .help(HelpText(of: type, declarations, path: path).text(width))
        }
        let binding = Binder(match.given, to: declarations)
        let errors = match.errors + binding.errors
        guard errors.isEmpty else { return failure(errors, path) }
        do {
            let command = try type.init(from: BoundDecoder(values: binding.values))
            try command.validate()
            return .command(command)
        } catch let error as CommandKitError {
            return failure([error], path)
        } catch {
            return failure([.usage(ErrorSentence.text(of: error))], path)
        }
    }

    private func version(at path: [String]) -> String? {
        path.count == 1 ? program.version : nil
    }

    private func unknown(
        _ word: String, in group: CommandGroup, path: [String]
    ) -> [CommandKitError] {
        guard !word.hasPrefix("-") else {
            let options = ["--help"] + (version(at: path) == nil ? [] : ["--version"])
            let suggestion = Suggestion.best(for: word, among: options)
            return [.unknownOption(name: word, suggestion: suggestion)]
        }
        let suggestion = Suggestion.best(for: word, among: group.children.map(\.name))
        let parent = path.joined(separator: " ")
        return [.unknownCommand(name: word, parent: parent, suggestion: suggestion)]
    }

    private func failure(_ errors: [CommandKitError], _ path: [String]) -> ParseOutcome {
        .failure(UsageFailure(command: path.joined(separator: " "), errors: errors))
    }
}
