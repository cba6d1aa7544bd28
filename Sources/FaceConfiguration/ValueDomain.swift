import Spelling

/// The numbers that a value may be.
public struct NumberRange: Hashable, Sendable {
    /// The smallest number, or with ``isAbove`` an exclusive bound.
    public let lower: Double
    /// The largest number, or with ``isBelow`` an exclusive bound; infinite for no limit.
    public let upper: Double
    /// Whether ``lower`` itself is excluded.
    public let isAbove: Bool
    /// Whether ``upper`` itself is excluded.
    public let isBelow: Bool

    private init(_ lower: Double, _ upper: Double, isAbove: Bool = false, isBelow: Bool = false) {
        self.lower = lower
        self.upper = upper
        self.isAbove = isAbove
        self.isBelow = isBelow
    }

    /// All numbers of a range, its ends included.
    public static func range(_ range: ClosedRange<Double>) -> NumberRange {
        NumberRange(range.lowerBound, range.upperBound)
    }

    /// The numbers of a range without its upper end.
    public static func range(_ range: Range<Double>) -> NumberRange {
        NumberRange(range.lowerBound, range.upperBound, isBelow: true)
    }

    /// All finite numbers from one on.
    public static func atLeast(_ lower: Double) -> NumberRange { NumberRange(lower, .infinity) }

    /// The finite numbers above one, up to another.
    public static func above(_ lower: Double, upTo upper: Double = .infinity) -> NumberRange {
        NumberRange(lower, upper, isAbove: true)
    }

    /// Whether a number is in the range; infinite numbers and NaN never are.
    public func contains(_ number: Double) -> Bool {
        number.isFinite && (isAbove ? number > lower : number >= lower)
            && (isBelow ? number < upper : number <= upper)
    }

    /// The range after `a number`: `from 0 to below 1`, `above 0`, `at least 0`.
    var text: String {
        switch (isAbove, upper.isFinite) {
        case (true, true): "above \(lower.shortest) and up to \(upper.shortest)"
        case (true, false): "above \(lower.shortest)"
        case (false, true):
            "from \(lower.shortest) to \(isBelow ? "below " : "")\(upper.shortest)"
        case (false, false): "at least \(lower.shortest)"
        }
    }
}

/// The values that a key of a configuration, or a parameter, may have.
///
/// One declaration serves all sources of values: text after a flag or in `name:key=value`, JSON in a file,
/// and values of a Swift program.
public indirect enum ValueDomain: Hashable, Sendable {
    case flag
    /// A list of values.
    case list(ValueDomain)
    /// A number in a range.
    case number(NumberRange)
    /// A number, or a word in its place.
    case numberOr(NumberRange, words: [String])
    /// An unsigned whole number of 64 bits.
    case seed
    /// A string; the associated text describes it: `a loss`.
    case text(String)
    /// A whole number in a range.
    case whole(ClosedRange<Int>)
    /// One of some words.
    case word([String])

    /// The allowed values, as the end of "it must be ...": `a number from 0 to 1.5 rad`.
    ///
    /// - Parameter unit: Unit of a number; empty for none.
    public func allowed(unit: String = "") -> String {
        let unit = unit.isEmpty ? "" : " \(unit)"
        return switch self {
        case .flag: "true or false"
        case .list(let domain): "a list, each entry \(domain.allowed())"
        case .number(let range): "a number \(range.text)\(unit)"
        case .numberOr(let range, let words):
            "a number \(range.text)\(unit), or \(Self.either(words))"
        case .seed: "a whole number from 0 to \(UInt64.max)"
        case .text(let what): what
        case .whole(let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)\(unit)"
        case .word(let words): Self.either(words)
        }
    }

    /// Words as a choice: `'a', 'b' or 'c'`.
    private static func either(_ words: [String]) -> String {
        let quoted = words.map { "\(quoted: $0)" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "" }
        return "\(quoted.dropLast().joined(separator: ", ")) or \(last)"
    }

    /// The words that are allowed as values; empty if there are none.
    public var words: [String] {
        switch self {
        case .numberOr(_, let words), .word(let words): words
        case .list(let domain): domain.words
        case .flag, .number, .seed, .text, .whole: []
        }
    }

    /// The value of a text, or nil if it is not allowed.
    ///
    /// Words match in any case, and are returned as declared. A list is not read from one text.
    public func value(parsing text: String) -> JSONValue? {
        let value: JSONValue? =
            switch self {
            case .flag: ["true": .bool(true), "false": .bool(false)][text.lowercased()]
            case .list: nil
            case .number, .whole: Double(text).map(JSONValue.number)
            case .numberOr, .word:
                words.first { $0.lowercased() == text.lowercased() }.map(JSONValue.string)
                    ?? Double(text).map(JSONValue.number)
            case .seed: UInt64(text).map(JSONValue.whole)
            case .text: .string(text)
            }
        return value.flatMap { fault(in: $0) == nil ? $0 : nil }
    }

    /// Why a value is not allowed; nil when it is.
    ///
    /// - Parameters:
    ///   - path: The value's path; for an entry of a list, its index is added.
    ///   - unit: Unit of a number; empty for none.
    ///   - check: An additional check of strings; returns the reason why one is invalid.
    public func fault(
        in value: JSONValue, at path: String = "", unit: String = "",
        check: (String) -> String? = { _ in nil }
    ) -> ConfigurationFault? {
        let isAllowed: Bool
        switch (self, value) {
        case (.flag, .bool), (.seed, .large): isAllowed = true
        case (.list(let domain), .array(let values)):
            for (index, value) in values.enumerated() {
                let fault = domain.fault(in: value, at: "\(path)[\(index)]", check: check)
                if let fault { return fault }
            }
            return nil
        case (.number(let range), .number(let number)),
            (.numberOr(let range, _), .number(let number)):
            isAllowed = range.contains(number)
        case (.seed, .number(let number)):
            isAllowed = number == number.rounded() && (0...0x1p53).contains(number)
        case (.text, .string(let text)):
            return check(text).map { ConfigurationFault(path: path, reason: $0) }
        case (.whole(let range), .number(let number)):
            isAllowed =
                number >= Double(range.lowerBound) && number <= Double(range.upperBound)
                && number == number.rounded()
        case (.word(let words), .string(let text)), (.numberOr(_, let words), .string(let text)):
            guard !words.contains(text) else { return nil }
            return ConfigurationFault(
                path: path,
                reason: "'\(text.shortened(to: 40))' is not \(allowed(unit: unit))"
                    + Spelling.hint(for: text, among: words))
        default: isAllowed = false
        }
        return isAllowed
            ? nil
            : ConfigurationFault(
                path: path, reason: "it must be \(allowed(unit: unit)), but it is \(value.brief)")
    }
}

/// An invalid value in a configuration, and its path.
public struct ConfigurationFault: Hashable, Sendable {
    /// Path of the value, such as `training.schedule.peak` or `losses[1]`; empty for the whole.
    public var path: String
    /// The reason, as a sentence without its full stop.
    public var reason: String
}

extension JSONValue {
    /// The value in messages.
    var brief: String {
        switch self {
        case .array: "a list"
        case .bool(let value): "\(value)"
        case .large(let value): "\(value)"
        case .null: "null"
        case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
        case .object: "an object"
        case .string(let text): "the string '\(text.shortened(to: 40))'"
        }
    }
}

extension Double {
    /// The shortest text that reads as the same number, without `.0`.
    var shortest: String {
        let text = "\(self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
