/// A key of a configuration: its name, its allowed values, and its meaning.
///
/// The checks of study files, the command-line flag, the ranges of the Swift interface, the help and the
/// documentation are all derived from one declaration.
public struct ConfigurationKey: Sendable {
    /// Path in the configuration, with `[]` after a list of objects: `train[].name`.
    public internal(set) var path: String
    /// The allowed values.
    public let domain: ValueDomain
    /// Unit of a number, e.g. `pixels`; empty for none.
    public let unit: String
    /// Its meaning, in a few words; literals are in backquotes.
    public let summary: String
    /// The flag that sets it; nil if only a study file can.
    public let flag: ConfigurationFlag?
    /// Whether an entry of a list of objects must have it.
    public let isRequired: Bool
    /// Whether it may be null or absent.
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
    /// The syntax of the flag's value.
    public enum Syntax: Sendable, Hashable {
        /// `name=value`, with that name.
        case assignment(String)
        /// A count from 1 on, or a comma-separated list.
        case countOrList
        /// A comma-separated list.
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
    /// The syntax of the value.
    public let syntax: Syntax
    /// Additional text in the help; empty for none.
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

    /// The flag's allowed values, as the end of "it must be ...".
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

    /// The value of the flag's words; nil if it is not allowed.
    ///
    /// - Parameter words: The flag's value, or the entries of its list; the last one is empty if the list
    ///   ends with a comma.
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
            // One entry followed by a comma is a list.
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
