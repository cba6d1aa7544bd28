/// First stage of parsing: what a text of the command line looks like, whatever is declared.
enum Token: Equatable, Sendable {
    /// `--name` or `--name=VALUE`.
    case long(name: String, value: String?)
    /// `-abc`: short aliases, the last perhaps with its value attached.
    case short(letters: String)
    /// `--` alone: all texts after it are words.
    case terminator
    /// Anything else, also `-` alone and negative numbers.
    case word(String)

    /// Tokens of a command line.
    static func tokenize(_ arguments: [String]) -> [Token] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let rest = arguments[end...]
        return arguments[..<end].map(Token.init) + rest.prefix(1).map { _ in .terminator }
            + rest.dropFirst().map(Token.word)
    }

    private init(_ text: String) {
        let isNegativeNumber = text.prefixMatch(of: /-\.?[0-9]/) != nil
        if text.hasPrefix("--") {
            let parts = text.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            self = .long(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : nil)
        } else if text.hasPrefix("-"), text.count > 1, !isNegativeNumber {
            self = .short(letters: String(text.dropFirst()))
        } else {
            self = .word(text)
        }
    }
}
