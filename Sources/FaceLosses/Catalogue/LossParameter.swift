/// A value of a loss's parameter.
public enum LossValue: Hashable, Sendable {
    /// A number.
    case number(Double)
    /// A word, such as `auto` or `detached`.
    case word(String)
}

extension LossValue: CustomStringConvertible {
    /// The shortest text that reads as the same value: `32`, `0.5`, `auto`.
    public var description: String {
        switch self {
        case .number(let value): value.shortest
        case .word(let word): word
        }
    }
}

extension LossValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
{
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// A word.
    public init(stringLiteral value: String) { self = .word(value) }
}

extension Double {
    /// The shortest text that reads as the same number, without `.0`.
    fileprivate var shortest: String {
        let text = "\(self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// A parameter of a loss: its name, its meaning and the values it may have.
public struct LossParameter: Hashable, Sendable {
    /// Name on the command line, e.g. `m`.
    public let name: String
    /// Symbol in print, e.g. `λ`.
    public let symbol: String
    /// What it is, in a few words.
    public let summary: String
    /// Unit of a number, e.g. `rad`; empty for none.
    public let unit: String
    /// The value when none is given.
    public let defaultValue: LossValue
    /// Numbers it may have; nil when it takes words only.
    public let range: ClosedRange<Double>?
    /// Whether a number must be whole.
    public let isWhole: Bool
    /// Words it may have; empty when it takes numbers only.
    public let words: [String]

    /// What is allowed, as the end of a sentence: `a number from 1 to 1000, or 'auto'`.
    public var allowed: String {
        let unit = unit.isEmpty ? "" : " \(unit)"
        let number = range.map {
            (isWhole ? "a whole number" : "a number")
                + " from \($0.lowerBound.shortest) to \($0.upperBound.shortest)\(unit)"
        }
        let quoted = words.map { "'\($0)'" }.joined(separator: " or ")
        return [number, quoted.isEmpty ? nil : quoted].compactMap(\.self)
            .joined(separator: ", or ")
    }

    /// Whether a value is allowed.
    public func allows(_ value: LossValue) -> Bool {
        switch value {
        case .word(let word): words.contains(word)
        case .number(let number):
            range?.contains(number) == true && (!isWhole || number == number.rounded())
        }
    }

    /// The value of a text, or nil when it is none that is allowed.
    public func value(parsing text: String) -> LossValue? {
        let value = words.contains(text) ? .word(text) : Double(text).map(LossValue.number)
        return value.flatMap { allows($0) ? $0 : nil }
    }
}

/// A parameter together with the Swift type of its values.
///
/// A loss declares each of its parameters once, as such a key, and reads it by
/// ``LossSpecification/subscript(_:)``; text, checks and help follow from the declaration.
public struct LossParameterKey<Value: Sendable>: Sendable {
    /// The parameter.
    public let parameter: LossParameter
    /// The value when none is given.
    public let defaultValue: Value
    let read: @Sendable (LossValue) -> Value?
}

extension LossParameterKey<Double> {
    /// A parameter that is a number.
    public static func number(
        _ name: String, symbol: String? = nil, default value: Double, in range: ClosedRange<Double>,
        unit: String = "", _ summary: String
    ) -> LossParameterKey {
        LossParameterKey(
            parameter: LossParameter(
                name: name, symbol: symbol ?? name, summary: summary, unit: unit,
                defaultValue: .number(value), range: range, isWhole: false, words: []),
            defaultValue: value
        ) { if case .number(let number) = $0 { number } else { nil } }
    }
}

extension LossParameterKey<Double?> {
    /// A parameter that is a number or, by default, `auto`, which reads as nil.
    public static func numberOrAuto(
        _ name: String, symbol: String? = nil, in range: ClosedRange<Double>, unit: String = "",
        _ summary: String
    ) -> LossParameterKey {
        LossParameterKey(
            parameter: LossParameter(
                name: name, symbol: symbol ?? name, summary: summary, unit: unit,
                defaultValue: "auto", range: range, isWhole: false, words: ["auto"]),
            defaultValue: nil
        ) { if case .number(let number) = $0 { .some(number) } else { .some(nil) } }
    }
}

extension LossParameterKey<Int> {
    /// A parameter that is a whole number.
    public static func whole(
        _ name: String, symbol: String? = nil, default value: Int, in range: ClosedRange<Int>,
        _ summary: String
    ) -> LossParameterKey {
        LossParameterKey(
            parameter: LossParameter(
                name: name, symbol: symbol ?? name, summary: summary, unit: "",
                defaultValue: .number(Double(value)),
                range: Double(range.lowerBound)...Double(range.upperBound), isWhole: true,
                words: []),
            defaultValue: value
        ) { if case .number(let number) = $0 { Int(exactly: number) } else { nil } }
    }
}

extension LossParameterKey
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// A parameter that is one of an enumeration's words.
    public static func word(
        _ name: String, default value: Value, _ summary: String
    ) -> LossParameterKey {
        LossParameterKey(
            parameter: LossParameter(
                name: name, symbol: name, summary: summary, unit: "",
                defaultValue: .word(value.rawValue), range: nil, isWhole: false,
                words: Value.allCases.map(\.rawValue)),
            defaultValue: value
        ) { if case .word(let word) = $0 { Value(rawValue: word) } else { nil } }
    }
}
