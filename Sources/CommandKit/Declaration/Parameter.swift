/// What ``Option`` and ``Argument`` are made of: a declaration until a command line is bound to
/// it, its value from then on.
enum Parameter<Value: Sendable>: Sendable {
    case declared(Declaration, standard: Value?)
    case bound(Value)

    /// The value of the command line, or else the default.
    ///
    /// Stops the program if it is read from a command that was not made by parsing and has no
    /// default. Nothing a user types leads here.
    var value: Value {
        switch self {
        case .bound(let value), .declared(_, .some(let value)): value
        case .declared(let declaration, .none):
            preconditionFailure("\(declaration.name) was read before a command line was parsed")
        }
    }

    /// The declaration, named after a property unless it has a name of its own.
    func declaration(property: String) -> [Declaration] {
        guard case .declared(var declaration, _) = self else { return [] }
        declaration.path = [property]
        if declaration.name.isEmpty {
            let name = property.kebabCased
            declaration.name = declaration.kind == .positional ? name.uppercased() : name
        }
        if declaration.valueName == Declaration.anyValueName {
            declaration.valueName = declaration.name.uppercased()
        }
        if let separator = declaration.separator { declaration.valueName += "\(separator)..." }
        return [declaration]
    }

    /// Takes the value bound to the decoder's path.
    init(from decoder: any Decoder) throws {
        guard let values = decoder as? BoundDecoder, let value = values.value(as: Value.self) else {
            let property = decoder.codingPath.map(\.stringValue).joined(separator: ".")
            throw CommandKitError.notParsed(property: property)
        }
        self = .bound(value)
    }
}

extension Parameter where Value: ArgumentShape {
    /// Declares an option or a positional argument.
    init(
        _ kind: Declaration.Kind, standard: Value?, help: String, parser: ValueParser<Value.Item>,
        naming: Naming, separator: Character? = nil, minimum: Int = 0
    ) {
        let empty = Value.arity == .one ? nil : Value(items: [])
        let standard = standard ?? (minimum > 0 ? nil : empty)
        var declaration = Declaration(
            kind: kind, name: naming.name, short: naming.short, help: help,
            section: naming.section
        ) { given in
            guard !given.isEmpty else { return standard }
            return Value(items: try given.flatMap { try Self.items(of: $0, parser, separator) })
        }
        declaration.valueName = naming.value ?? parser.valueName
        declaration.separator = separator
        declaration.choices = parser.choices
        declaration.arity = Value.arity
        declaration.minimum = Value.arity == .one && standard == nil ? 1 : minimum
        let shown = standard?.items.map(\.argument) ?? []
        declaration.defaultText =
            shown.isEmpty ? nil : shown.joined(separator: separator.map(String.init) ?? ", ")
        self = .declared(declaration, standard: standard)
    }

    private static func items(
        of given: Declaration.Given, _ parser: ValueParser<Value.Item>, _ separator: Character?
    ) throws -> [Value.Item] {
        let texts =
            separator.map { separator in
                given.text.split(separator: separator, omittingEmptySubsequences: false)
                    .map(String.init)
            } ?? [given.text]
        return try texts.map { try item($0, of: given.spelling, parser) }
    }

    private static func item(
        _ text: String, of name: String, _ parser: ValueParser<Value.Item>
    ) throws -> Value.Item {
        guard parser.choices.isEmpty || parser.choices.contains(text) else {
            throw CommandKitError.invalidChoice(name: name, value: text, choices: parser.choices)
        }
        do {
            return try parser.parse(text)
        } catch CommandKitError.unmetRequirement(let requirement) {
            throw CommandKitError.invalidValue(name: name, value: text, requirement: requirement)
        } catch {
            let reason = ErrorSentence.text(of: error)
            throw CommandKitError.refusedValue(name: name, value: text, reason: reason)
        }
    }
}

/// The names a declaration may be given instead of those it would have by itself.
struct Naming: Sendable {
    var name = ""
    var short: Character?
    var value: String?
    var section = ""
}

/// A property wrapper that declares something.
protocol Declaring {
    /// The declarations of a property, their paths starting with its name.
    func declarations(property: String) -> [Declaration]
}
