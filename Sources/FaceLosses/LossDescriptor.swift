/// What a loss says of itself: how it is named, stated and adjusted.
public struct LossDescriptor: Sendable {
    /// Name on the command line.
    public let name: String
    /// Title as the literature spells it.
    public let title: String
    /// One sentence on what it does.
    public let summary: String
    /// Where it was published.
    public let paper: String
    /// The equation, in plain text.
    public let equation: String
    /// What the gradient treats as constant, in one sentence.
    public let gradient: String
    /// Its parameters.
    public let parameters: [LossParameter]
    /// Whether it needs batches of P identities with K images each.
    public let prefersIdentityBatches: Bool

    /// Describes a loss.
    public init(
        name: String, title: String, summary: String, paper: String, equation: String,
        gradient: String, parameters: [LossParameter], prefersIdentityBatches: Bool = false
    ) {
        self.name = name
        self.title = title
        self.summary = summary
        self.paper = paper
        self.equation = equation
        self.gradient = gradient
        self.parameters = parameters
        self.prefersIdentityBatches = prefersIdentityBatches
    }
}

/// A number or choice that adjusts a loss.
public struct LossParameter: Sendable, Hashable {
    /// What values a parameter takes.
    public enum Kind: Sendable, Hashable {
        /// One of some words.
        case choice(default: String, among: [String])
        /// A number in a range, its ends included, or `auto`, the default: chosen by a rule.
        case numberOrAuto(in: ClosedRange<Double>)
        /// A number in a range, its ends included.
        case number(default: Double, in: ClosedRange<Double>)
        /// A whole number in a range, its ends included.
        case whole(default: Int, in: ClosedRange<Int>)
    }

    /// Name on the command line.
    public let name: String
    /// What values it takes.
    public let kind: Kind
    /// What it does, with its unit.
    public let summary: String

    /// Describes a parameter.
    public init(_ name: String, _ kind: Kind, _ summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
    }

    /// The default as text.
    public var defaultText: String {
        switch kind {
        case .choice(let value, _): value
        case .numberOrAuto: "auto"
        case .number(let value, _): Self.text(value)
        case .whole(let value, _): "\(value)"
        }
    }

    /// What a value must be, as a message says it.
    public var expected: String {
        switch kind {
        case .choice(_, let words): "one of " + words.joined(separator: ", ")
        case .numberOrAuto(let range):
            "auto or a number from \(Self.text(range.lowerBound)) to "
                + Self.text(range.upperBound)
        case .number(_, let range):
            "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
        case .whole(_, let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// A value in its shortest form, or nil when it is not one.
    func canonical(_ text: String) -> String? {
        switch kind {
        case .choice(_, let words): words.contains(text) ? text : nil
        case .numberOrAuto(let range):
            text == "auto"
                ? text : Double(text).flatMap { range.contains($0) ? Self.text($0) : nil }
        case .number(_, let range):
            Double(text).flatMap { range.contains($0) ? Self.text($0) : nil }
        case .whole(_, let range):
            Int(text).flatMap { range.contains($0) ? "\($0)" : nil }
        }
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
