/// A value of a parameter.
public enum ParameterValue: Hashable, Sendable {
    case number(Double)
    /// A word, such as `auto` or `detached`.
    case word(String)

    init?(_ value: JSONValue) {
        switch value {
        case .number(let number): self = .number(number)
        case .string(let word): self = .word(word)
        default: return nil
        }
    }

    var json: JSONValue {
        switch self {
        case .number(let number): .number(number)
        case .word(let word): .string(word)
        }
    }
}

extension ParameterValue: CustomStringConvertible {
    /// The shortest text that reads as the same value: `32`, `0.5`, `auto`.
    public var description: String {
        switch self {
        case .number(let value): value.shortest
        case .word(let word): word
        }
    }
}

extension ParameterValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
{
    /// A number, from a literal with a fraction.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number, from an integer literal.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// A word, from a string literal.
    public init(stringLiteral value: String) { self = .word(value) }
}

/// A parameter of a loss or a backbone, as written in `name:key=value`.
public struct Parameter: Hashable, Sendable {
    /// Name on the command line, e.g. `m`.
    public let name: String
    /// Other names that are understood, e.g. `margin`; names of earlier versions are not listed here
    /// but in ``FormerNames``.
    public let aliases: [String]
    /// Symbol in tables, e.g. `λ`.
    public let symbol: String
    /// Its meaning, in a few words.
    public let summary: String
    /// Unit of a number, e.g. `rad`; empty for none.
    public let unit: String
    /// The value if none is given.
    public let defaultValue: ParameterValue
    /// The allowed values.
    public let domain: ValueDomain
    /// The range that tuning searches; nil if the parameter is not tuned.
    public var search: SearchRange?

    /// The allowed values, as the end of a sentence: `a number from 1 to 1000, or 'auto'`.
    public var allowed: String { domain.allowed(unit: unit) }

    /// Whether a value is allowed.
    public func allows(_ value: ParameterValue) -> Bool { domain.fault(in: value.json) == nil }

    /// The value of a text, or nil if it is not allowed.
    public func value(parsing text: String) -> ParameterValue? {
        domain.value(parsing: text).flatMap { ParameterValue($0) }
    }
}

/// A parameter together with the Swift type of its values.
///
/// A loss or a backbone declares each of its parameters once, as such a key, and reads it from its
/// specification by the key; text, checks and help are derived from the declaration.
public struct ParameterKey<Value: Sendable>: Sendable {
    /// Name, domain, default and help of the parameter.
    public private(set) var parameter: Parameter
    /// The value if none is given.
    public let defaultValue: Value
    let read: @Sendable (ParameterValue) -> Value?
}

extension ParameterKey {
    private func searched(_ range: SearchRange?) -> ParameterKey {
        var key = self
        key.parameter.search = range
        return key
    }
}

extension ParameterKey<Double> {
    /// The parameter with the values that tuning tries.
    ///
    /// - Parameter range: Values that the parameter may have; above 0 if they are spread by their
    ///   logarithm.
    public func searched(
        _ range: ClosedRange<Double>, _ scale: SearchScale = .linear
    ) -> ParameterKey { searched(SearchRange(range.lowerBound, range.upperBound, scale)) }

    /// A parameter that is a number.
    public static func number(
        _ name: String, symbol: String? = nil, aliases: [String] = [], default value: Double,
        in range: ClosedRange<Double>, unit: String = "", _ summary: String
    ) -> ParameterKey {
        ParameterKey(
            parameter: Parameter(
                name: name, aliases: aliases, symbol: symbol ?? name, summary: summary, unit: unit,
                defaultValue: .number(value), domain: .number(.range(range))),
            defaultValue: value
        ) { if case .number(let number) = $0 { number } else { nil } }
    }
}

extension ParameterKey<Double?> {
    /// The parameter with the numbers that tuning tries.
    ///
    /// - Parameter range: Values that the parameter may have; above 0 if they are spread by their
    ///   logarithm.
    public func searched(
        _ range: ClosedRange<Double>, _ scale: SearchScale = .linear
    ) -> ParameterKey { searched(SearchRange(range.lowerBound, range.upperBound, scale)) }

    /// A parameter that is a number or, by default, `auto`, which reads as nil.
    public static func numberOrAuto(
        _ name: String, symbol: String? = nil, aliases: [String] = [],
        in range: ClosedRange<Double>, unit: String = "", _ summary: String
    ) -> ParameterKey {
        ParameterKey(
            parameter: Parameter(
                name: name, aliases: aliases, symbol: symbol ?? name, summary: summary, unit: unit,
                defaultValue: "auto", domain: .numberOr(.range(range), words: ["auto"])),
            defaultValue: nil
        ) { if case .number(let number) = $0 { .some(number) } else { .some(nil) } }
    }
}

extension ParameterKey<Int> {
    /// The parameter with the values that tuning tries.
    ///
    /// - Parameter range: Values that the parameter may have.
    public func searched(_ range: ClosedRange<Int>) -> ParameterKey {
        searched(SearchRange(Double(range.lowerBound), Double(range.upperBound), .integer))
    }

    /// A parameter that is a whole number.
    public static func whole(
        _ name: String, symbol: String? = nil, aliases: [String] = [], default value: Int,
        in range: ClosedRange<Int>, _ summary: String
    ) -> ParameterKey {
        ParameterKey(
            parameter: Parameter(
                name: name, aliases: aliases, symbol: symbol ?? name, summary: summary, unit: "",
                defaultValue: .number(Double(value)), domain: .whole(range)),
            defaultValue: value
        ) { if case .number(let number) = $0 { Int(exactly: number) } else { nil } }
    }
}

extension ParameterKey<Bool> {
    /// A parameter that is `on` or `off`.
    public static func toggle(
        _ name: String, aliases: [String] = [], default value: Bool, _ summary: String
    ) -> ParameterKey {
        ParameterKey(
            parameter: Parameter(
                name: name, aliases: aliases, symbol: name, summary: summary, unit: "",
                defaultValue: .word(value ? "on" : "off"), domain: .word(["on", "off"])),
            defaultValue: value
        ) { $0 == .word("on") }
    }
}

extension ParameterKey
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// A parameter that is one of an enumeration's words.
    public static func word(
        _ name: String, aliases: [String] = [], default value: Value, _ summary: String
    ) -> ParameterKey {
        ParameterKey(
            parameter: Parameter(
                name: name, aliases: aliases, symbol: name, summary: summary, unit: "",
                defaultValue: .word(value.rawValue),
                domain: .word(Value.allCases.map(\.rawValue))),
            defaultValue: value
        ) { if case .word(let word) = $0 { Value(rawValue: word) } else { nil } }
    }
}
