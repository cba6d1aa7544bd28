/// A value by its position among the words of the command line.
///
/// A property with a default need not be given; an optional may be left out; an array takes all
/// words left and must therefore come last; any other property is required.
///
/// ```swift
/// @Argument("Folders of the runs to compare.", minimum: 1) var runs: [URL]
/// ```
@propertyWrapper
public struct Argument<Value: ArgumentShape>: Decodable, Sendable, Declaring {
    private let parameter: Parameter<Value>

    /// The value of the command line, or else the default.
    public var wrappedValue: Value { parameter.value }

    /// Declares an argument with a default.
    ///
    /// - Parameters:
    ///   - wrappedValue: Value if the argument is not given.
    ///   - help: What the value means, in a sentence.
    ///   - parser: How a text becomes a value.
    ///   - name: Placeholder in the help, in capitals, if not the property's name.
    public init(
        wrappedValue: Value, _ help: String, _ parser: ValueParser<Value.Item> = .standard,
        name: String = ""
    ) {
        parameter = Parameter(
            .positional, standard: wrappedValue, help: help, parser: parser,
            naming: Naming(name: name))
    }

    /// Declares an argument without a default: required, optional or variadic by its type.
    ///
    /// - Parameters:
    ///   - help: What the value means, in a sentence.
    ///   - parser: How a text becomes a value.
    ///   - name: Placeholder in the help, in capitals, if not the property's name.
    ///   - minimum: Fewest values of an array.
    public init(
        _ help: String, _ parser: ValueParser<Value.Item> = .standard, name: String = "",
        minimum: Int = 0
    ) {
        parameter = Parameter(
            .positional, standard: nil, help: help, parser: parser, naming: Naming(name: name),
            minimum: minimum)
    }

    /// Takes the value bound to a command line.
    public init(from decoder: any Decoder) throws {
        parameter = try Parameter(from: decoder)
    }

    func declarations(property: String) -> [Declaration] {
        parameter.declaration(property: property)
    }
}
