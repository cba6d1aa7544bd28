/// How a text becomes a value, and what the help says about it.
public struct ValueParser<Item: ArgumentValue>: Sendable {
    let valueName: String
    let choices: [String]
    let parse: @Sendable (String) throws -> Item

    /// A closure that converts a text or throws.
    ///
    /// It throws ``CommandKitError/unmetRequirement(_:)`` with a requirement that reads on after
    /// the option's name, or any other error whose description is a sentence.
    ///
    /// - Parameters:
    ///   - valueName: Placeholder for a value in the help, in capitals.
    ///   - parse: The conversion.
    /// - Returns: The parser.
    public static func custom(
        _ valueName: String, parse: @escaping @Sendable (String) throws -> Item
    ) -> ValueParser {
        ValueParser(valueName: valueName, choices: [], parse: parse)
    }

    /// The conversion the type itself defines.
    public static var standard: ValueParser {
        ValueParser(
            valueName: Item.valueName, choices: Item.choices,
            parse: { try Item(argument: $0) })
    }

    /// The type's conversion, then a test.
    ///
    /// - Parameters:
    ///   - requirement: Reads on after the option's name, as in `must be even`.
    ///   - isMet: Whether a value meets it.
    /// - Returns: The parser.
    public static func requiring(
        _ requirement: String, _ isMet: @escaping @Sendable (Item) -> Bool
    ) -> ValueParser {
        ValueParser(
            valueName: Item.valueName, choices: Item.choices,
            parse: { text in
                let value = try Item(argument: text)
                guard isMet(value) else { throw CommandKitError.unmetRequirement(requirement) }
                return value
            })
    }
}

extension ValueParser where Item: Comparable {
    /// Values in a range.
    public static func within(_ range: ClosedRange<Item>) -> ValueParser {
        let (low, high) = (range.lowerBound.argument, range.upperBound.argument)
        return requiring("must be between \(low) and \(high)") { range.contains($0) }
    }

    /// Values not below a bound.
    public static func atLeast(_ bound: Item) -> ValueParser {
        requiring("must be at least \(bound.argument)") { $0 >= bound }
    }

    /// Values above a bound.
    public static func above(_ bound: Item) -> ValueParser {
        requiring("must be above \(bound.argument)") { $0 > bound }
    }
}
