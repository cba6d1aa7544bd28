/// A switch: `--json`, or `--no-progress` to turn off what is on.
///
/// Both spellings are always accepted. A `Bool` starts with its default; a `Bool?` is nil unless
/// one of them is given, so that a command can decide by itself.
///
/// ```swift
/// @Flag("Print JSON instead of text.") var json = false
/// ```
@propertyWrapper
public struct Flag<Value: Sendable>: Decodable, Sendable, Declaring {
    private let parameter: Parameter<Value>

    /// Whether the switch is on.
    public var wrappedValue: Value { parameter.value }

    /// Declares a switch with a default.
    ///
    /// - Parameters:
    ///   - wrappedValue: Whether it is on unless the command line says otherwise.
    ///   - help: What is done when it is given, in a sentence.
    ///   - name: Name without dashes, if not the property's.
    ///   - short: Letter of a short alias; it turns the switch on.
    ///   - section: Heading of the help to list the switch under.
    public init(
        wrappedValue: Bool, _ help: String, name: String = "", short: Character? = nil,
        section: String = ""
    ) where Value == Bool {
        self.init(
            help, naming: Naming(name: name, short: short, section: section),
            standard: wrappedValue, flagDefault: wrappedValue
        ) { $0 }
    }

    /// Declares a switch that may be on, off or left to the command.
    ///
    /// - Parameters:
    ///   - help: What it decides, in a sentence.
    ///   - name: Name without dashes, if not the property's.
    ///   - short: Letter of a short alias; it turns the switch on.
    ///   - section: Heading of the help to list the switch under.
    public init(
        _ help: String, name: String = "", short: Character? = nil, section: String = ""
    ) where Value == Bool? {
        self.init(
            help, naming: Naming(name: name, short: short, section: section), standard: nil,
            flagDefault: nil
        ) { $0 }
    }

    private init(
        _ help: String, naming: Naming, standard: Value, flagDefault: Bool?,
        convert: @escaping @Sendable (Bool) -> Value
    ) {
        var declaration = Declaration(
            kind: .flag, name: naming.name, short: naming.short, help: help,
            section: naming.section
        ) { given in
            given.last.map { convert($0.text == "true") } ?? standard
        }
        declaration.flagDefault = flagDefault
        parameter = .declared(declaration, standard: standard)
    }

    /// Takes the value bound to a command line.
    public init(from decoder: any Decoder) throws {
        parameter = try Parameter(from: decoder)
    }

    func declarations(property: String) -> [Declaration] {
        parameter.declaration(property: property)
    }
}
