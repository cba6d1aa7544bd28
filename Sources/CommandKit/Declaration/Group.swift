/// Options that several commands share, declared once.
///
/// ```swift
/// @Group("Training") var training: TrainingOptions
/// ```
@propertyWrapper
public struct Group<Values: ArgumentSet>: Decodable, Sendable, Declaring {
    private let section: String

    /// The options' values.
    public let wrappedValue: Values

    /// Takes in a set of options.
    ///
    /// - Parameter section: Heading of the help for those that name none themselves.
    public init(_ section: String = "") {
        self.section = section
        wrappedValue = Values()
    }

    /// Takes the values bound to a command line.
    public init(from decoder: any Decoder) throws {
        section = ""
        wrappedValue = try Values(from: decoder)
    }

    func declarations(property: String) -> [Declaration] {
        Declarations.collect(from: wrappedValue).map { declaration in
            var declaration = declaration
            declaration.path.insert(property, at: 0)
            if declaration.section.isEmpty { declaration.section = section }
            return declaration
        }
    }
}
