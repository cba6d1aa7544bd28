/// A named value: `--batch-size 64` or `--batch-size=64`.
///
/// The name is that of the property, `batchSize` as `--batch-size`, unless another is given. A
/// property with a default need not be given; an optional is nil and an array is empty if it is
/// not given; any other property is required. An array takes the option repeatedly.
///
/// ```swift
/// @Option("Images of a step.", .atLeast(1)) var batchSize = 64
/// ```
@propertyWrapper
public struct Option<Value: ArgumentShape>: Decodable, Sendable, Declaring {
    private let parameter: Parameter<Value>

    /// The value of the command line, or else the default.
    public var wrappedValue: Value { parameter.value }

    /// Declares an option with a default.
    ///
    /// - Parameters:
    ///   - wrappedValue: Value if the option is not given.
    ///   - help: What the value means, in a sentence.
    ///   - parser: How a text becomes a value.
    ///   - name: Name without dashes, if not the property's.
    ///   - short: Letter of a short alias.
    ///   - value: Placeholder for the value in the help.
    ///   - separator: Character between several values of an array, e.g. a comma.
    ///   - section: Heading of the help to list the option under.
    public init(
        wrappedValue: Value, _ help: String, _ parser: ValueParser<Value.Item> = .standard,
        name: String = "", short: Character? = nil, value: String? = nil,
        separator: Character? = nil, section: String = ""
    ) {
        parameter = Parameter(
            .option, standard: wrappedValue, help: help, parser: parser,
            naming: Naming(name: name, short: short, value: value, section: section),
            separator: separator)
    }

    /// Declares an option without a default: required, optional or repeatable by its type.
    ///
    /// - Parameters:
    ///   - help: What the value means, in a sentence.
    ///   - parser: How a text becomes a value.
    ///   - name: Name without dashes, if not the property's.
    ///   - short: Letter of a short alias.
    ///   - value: Placeholder for the value in the help.
    ///   - separator: Character between several values of an array, e.g. a comma.
    ///   - minimum: Fewest values of an array.
    ///   - section: Heading of the help to list the option under.
    public init(
        _ help: String, _ parser: ValueParser<Value.Item> = .standard, name: String = "",
        short: Character? = nil, value: String? = nil, separator: Character? = nil,
        minimum: Int = 0, section: String = ""
    ) {
        parameter = Parameter(
            .option, standard: nil, help: help, parser: parser,
            naming: Naming(name: name, short: short, value: value, section: section),
            separator: separator, minimum: minimum)
    }

    /// Takes the value bound to a command line.
    public init(from decoder: any Decoder) throws {
        parameter = try Parameter(from: decoder)
    }

    func declarations(property: String) -> [Declaration] {
        parameter.declaration(property: property)
    }
}
