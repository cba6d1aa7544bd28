/// Second stage of parsing: which declaration each token belongs to. Nothing is converted yet.
struct Matcher {
    private let declarations: [Declaration]
    private var tokens: ArraySlice<Token>
    private var words = [String]()
    /// Occurrences by the declaration's path.
    private(set) var given = [[String]: [Declaration.Given]]()
    /// Whether help was asked for.
    private(set) var wantsHelp = false
    /// What could not be matched.
    private(set) var errors = [CommandKitError]()

    init(_ tokens: [Token], to declarations: [Declaration]) {
        self.declarations = declarations
        self.tokens = tokens[...]
        while let token = self.tokens.popFirst() { match(token) }
        assignWords()
    }

    private mutating func match(_ token: Token) {
        switch token {
        case .long("help", nil), .short("h"): wantsHelp = true
        case .long(let name, let value): matchLong(name, value)
        case .short(let letters): matchShort(letters)
        case .terminator: break
        case .word(let word): words.append(word)
        }
    }

    private mutating func matchLong(_ name: String, _ value: String?) {
        let named = declarations.filter { $0.kind != .positional }
        if let declaration = named.first(where: { $0.name == name }) {
            take(declaration, spelling: "--\(name)", attached: value)
        } else if let flag = named.first(where: { $0.kind == .flag && "no-\($0.name)" == name }) {
            take(flag, spelling: "--\(name)", attached: value, text: "false")
        } else {
            let suggestion = Suggestion.best(for: name, among: named.flatMap(\.longNames))
            errors.append(
                .unknownOption(name: "--\(name)", suggestion: suggestion.map { "--\($0)" }))
        }
    }

    /// Takes a cluster of short aliases: each is a flag, or an option whose value is the rest.
    private mutating func matchShort(_ letters: String) {
        guard !declarations.contains(where: { $0.kind != .positional && $0.name == letters }) else {
            errors.append(.unknownOption(name: "-\(letters)", suggestion: "--\(letters)"))
            return
        }
        var rest = Substring(letters)
        while let letter = rest.popFirst() {
            let spelling = "-\(letter)"
            guard let declaration = declarations.first(where: { $0.short == letter }) else {
                wantsHelp = wantsHelp || letter == "h"
                if letter == "h" { continue }
                errors.append(.unknownOption(name: spelling, suggestion: nil))
                return
            }
            guard declaration.kind == .option, !rest.isEmpty else {
                take(declaration, spelling: spelling, attached: nil)
                continue
            }
            let value = rest.first == "=" ? rest.dropFirst() : rest
            take(declaration, spelling: spelling, attached: String(value))
            return
        }
    }

    private mutating func take(
        _ declaration: Declaration, spelling: String, attached: String?, text: String = "true"
    ) {
        if declaration.kind == .flag {
            if let attached {
                errors.append(.unexpectedValue(name: spelling, value: attached))
            }
            add(declaration, spelling, text)
        } else if let attached {
            add(declaration, spelling, attached)
        } else if case .word(let word)? = tokens.first {
            tokens.removeFirst()
            add(declaration, spelling, word)
        } else {
            errors.append(.missingValue(name: spelling, valueName: declaration.valueName))
            // Given, if without a value: it shall not be reported as missing too.
            given[declaration.path, default: []] += []
        }
    }

    private mutating func add(_ declaration: Declaration, _ spelling: String, _ text: String) {
        given[declaration.path, default: []].append(.init(spelling: spelling, text: text))
    }

    private mutating func assignWords() {
        var rest = words[...]
        for declaration in declarations where declaration.kind == .positional {
            let count = declaration.arity == .many ? rest.count : min(1, rest.count)
            for word in rest.prefix(count) { add(declaration, declaration.name, word) }
            rest = rest.dropFirst(count)
        }
        errors += rest.map { .unexpectedArgument(value: $0) }
    }
}

extension Declaration {
    /// All long spellings, without dashes.
    var longNames: [String] { kind == .flag ? [name, "no-\(name)"] : [name] }
}
