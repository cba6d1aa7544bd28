/// A setting of a backbone: its name, its meaning and the values it may have.
public struct BackboneOption: Hashable, Sendable {
    /// The values a setting may have.
    public enum Domain: Hashable, Sendable {
        /// Numbers of a range.
        case numbers(ClosedRange<Double>)
        /// Whole numbers of a range.
        case wholeNumbers(ClosedRange<Int>)
        /// Words.
        case words([String])
    }

    /// Name on the command line, e.g. `width`.
    public let name: String
    /// What it is, in a few words.
    public let summary: String
    /// The values it may have.
    public let domain: Domain
    /// The value when none is given, as text.
    public let defaultText: String

    /// What is allowed, as the end of a sentence: `a number from 0.05 to 4`.
    public var allowed: String {
        switch domain {
        case .numbers(let range):
            "a number from \(range.lowerBound.shortest) to \(range.upperBound.shortest)"
        case .wholeNumbers(let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .words(let words): words.map { "'\($0)'" }.joined(separator: " or ")
        }
    }

    /// The one way in which a value is written, or nil when the text is no value that is allowed.
    func canonical(_ text: String) -> String? {
        switch domain {
        case .numbers(let range):
            Double(text).flatMap { range.contains($0) ? $0.shortest : nil }
        case .wholeNumbers(let range):
            Int(text).flatMap { range.contains($0) ? "\($0)" : nil }
        case .words(let words): words.contains(text) ? text : nil
        }
    }
}

/// A setting together with the Swift type of its values.
///
/// An architecture declares each of its settings once, as such a key, and reads it by
/// ``BackboneSpecification/subscript(_:)``; parsing, checks and help follow from the declaration.
public struct BackboneOptionKey<Value: Sendable>: Sendable {
    /// The setting.
    public let option: BackboneOption
    /// The value when none is given.
    public let defaultValue: Value
    let read: @Sendable (String) -> Value?
}

extension BackboneOptionKey<Double> {
    /// A setting that is a number.
    public static func number(
        _ name: String, default value: Double, in range: ClosedRange<Double>, _ summary: String
    ) -> BackboneOptionKey {
        BackboneOptionKey(
            option: BackboneOption(
                name: name, summary: summary, domain: .numbers(range),
                defaultText: value.shortest),
            defaultValue: value, read: { Double($0) })
    }
}

extension BackboneOptionKey<Int> {
    /// A setting that is a whole number.
    public static func wholeNumber(
        _ name: String, default value: Int, in range: ClosedRange<Int>, _ summary: String
    ) -> BackboneOptionKey {
        BackboneOptionKey(
            option: BackboneOption(
                name: name, summary: summary, domain: .wholeNumbers(range),
                defaultText: "\(value)"),
            defaultValue: value, read: { Int($0) })
    }
}

extension BackboneOptionKey<Bool> {
    /// A setting that is `on` or `off`.
    public static func toggle(
        _ name: String, default value: Bool, _ summary: String
    ) -> BackboneOptionKey {
        BackboneOptionKey(
            option: BackboneOption(
                name: name, summary: summary, domain: .words(["on", "off"]),
                defaultText: value ? "on" : "off"),
            defaultValue: value, read: { $0 == "on" })
    }
}

extension BackboneOptionKey
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// A setting that is one of an enumeration's words.
    public static func word(
        _ name: String, default value: Value, _ summary: String
    ) -> BackboneOptionKey {
        BackboneOptionKey(
            option: BackboneOption(
                name: name, summary: summary, domain: .words(Value.allCases.map(\.rawValue)),
                defaultText: value.rawValue),
            defaultValue: value, read: { Value(rawValue: $0) })
    }
}

// MARK: - Settings of every backbone

extension BackboneOptionKey<Double> {
    /// Factor on the channels of all layers but the embedding layer.
    public static var width: BackboneOptionKey {
        .number("width", default: 1, in: 0.05...4, "factor on the channels of every layer")
    }
}

extension BackboneOptionKey<Double> {
    /// Fraction of the features in front of the embedding's linear map that training drops.
    public static var dropout: BackboneOptionKey { .dropout(0) }

    /// The same with a default that an architecture's authors chose.
    public static func dropout(_ value: Double) -> BackboneOptionKey {
        .number(
            "dropout", default: value, in: 0...0.9,
            "fraction of the features before the embedding that training drops")
    }
}

extension BackboneOptionKey<Int> {
    /// Length of an embedding.
    public static var embeddingSize: BackboneOptionKey {
        .wholeNumber("embedding", default: 512, in: 2...8192, "length of an embedding")
    }
}

extension BackboneOptionKey<Bool> {
    /// Whether batch normalisation follows the embedding layer's linear map.
    public static var normalizesEmbedding: BackboneOptionKey {
        .toggle("bn", default: true, "batch normalisation of the embedding")
    }
}

extension Double {
    /// The shortest text that reads as the same number, without `.0`.
    fileprivate var shortest: String {
        let text = "\(self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
