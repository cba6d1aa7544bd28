/// A key of a configuration: its name, the values it may have, and what it means.
///
/// From one declaration follow the check of a study file, the flag of the command line, the ranges of
/// the Swift interface, the help and the documentation.
public struct ConfigurationKey: Sendable {
    /// Path in the configuration, with `[]` after a list of objects: `train[].name`.
    public internal(set) var path: String
    /// The values it may have.
    public let domain: ValueDomain
    /// Unit of a number, e.g. `pixels`; empty for none.
    public let unit: String
    /// Its meaning, in a few words; with backquotes around what is typed.
    public let summary: String
    /// The flag that sets it; nil if a study file alone does.
    public let flag: ConfigurationFlag?
    /// Whether an entry of a list of objects must have it.
    public let isRequired: Bool
    /// Whether null, or its absence, is a value.
    public let mayBeAbsent: Bool
    /// Completions that a shell offers; the words of ``domain`` where this is empty.
    public let suggestions: [String]
    /// A check of strings; returns the reason why a value is invalid.
    public let check: @Sendable (String) -> String?

    init(
        _ path: String, _ domain: ValueDomain, _ summary: String, unit: String = "",
        flag: ConfigurationFlag? = nil, isRequired: Bool = false, mayBeAbsent: Bool = false,
        suggestions: [String] = [], check: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.path = path
        self.domain = domain
        self.summary = summary
        self.unit = unit
        self.flag = flag
        self.isRequired = isRequired
        self.mayBeAbsent = mayBeAbsent
        self.suggestions = suggestions
        self.check = check
    }

    /// The allowed values, as the end of "it must be ...".
    public var allowed: String { domain.allowed(unit: unit) }

    func fault(in value: JSONValue, at path: String) -> ConfigurationFault? {
        if value == .null, mayBeAbsent { return nil }
        return domain.fault(in: value, at: path, unit: unit, check: check)
    }

    func inside(_ outer: String) -> ConfigurationKey {
        var key = self
        key.path = "\(outer).\(path)"
        return key
    }
}

/// A flag of the command line that sets a key.
public struct ConfigurationFlag: Sendable {
    /// How the flag's text stands for the value.
    public enum Syntax: Sendable, Hashable {
        /// `name=value`, with that name.
        case assignment(String)
        /// How many, from 1 on, or a list with commas.
        case countOrList
        /// A list with commas.
        case list
        /// Nothing: the presence of the flag means true.
        case presence
        /// One value.
        case value
    }

    /// Name with its dashes, e.g. `--learning-rate`.
    public let name: String
    /// The placeholder of the value in the help, e.g. `N`.
    public let placeholder: String
    /// How the text stands for the value.
    public let syntax: Syntax
    /// Text that the help adds; empty for none.
    public let note: String

    /// Declares a flag of the command line.
    public init(
        _ name: String, _ placeholder: String, _ syntax: Syntax = .value, note: String = ""
    ) {
        self.name = name
        self.placeholder = placeholder
        self.syntax = syntax
        self.note = note
    }

    /// The values that the flag takes, as the end of "it must be ...".
    public func allowed(by domain: ValueDomain, unit: String = "") -> String {
        switch (syntax, domain) {
        case (.assignment(let name), _):
            "\(name)= and \(domain.allowed(unit: unit)), as in \(placeholder)"
        case (.countOrList, .list(let entry)):
            "a whole number from 1 to \(Self.maxCount), or a list with commas of "
                + entry.allowed(unit: unit)
        case (.list, .list(let entry)): "a list with commas of \(entry.allowed(unit: unit))"
        default: domain.allowed(unit: unit)
        }
    }

    private static let maxCount = 1000

    /// The value that the flag's words stand for; nil for none that is allowed.
    ///
    /// - Parameter words: The flag's value, or the entries of its list; an empty last one where that ends with a
    ///   comma.
    public func value(_ words: [String], of domain: ValueDomain) -> JSONValue? {
        switch (syntax, domain) {
        case (.assignment(let name), _):
            let sides = (words.last ?? "").split(separator: "=", maxSplits: 1)
            guard sides.count == 2, Names.folded(String(sides[0])) == Names.folded(name) else {
                return nil
            }
            return domain.value(parsing: String(sides[1]))
        case (.countOrList, .list(let entry)):
            if words.count == 1, let count = Int(words[0]) {
                guard (1...Self.maxCount).contains(count) else { return nil }
                return .array((1...count).map { .number(Double($0)) })
            }
            // One entry with a comma after it is a list.
            return Self.list(words.last == "" ? words.dropLast() : words, of: entry)
        case (.list, .list(let entry)): return Self.list(words, of: entry)
        case (.presence, _): return .bool(true)
        default: return words.last.flatMap(domain.value)
        }
    }

    private static func list(_ words: [String], of domain: ValueDomain) -> JSONValue? {
        let values = words.compactMap { domain.value(parsing: $0) }
        return values.count == words.count && !values.isEmpty ? .array(values) : nil
    }
}
