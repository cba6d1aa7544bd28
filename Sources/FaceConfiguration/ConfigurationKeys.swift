/// A member of a configuration's type, as in `\.epochs`.
public typealias ConfigurationPath<Root, Value> = any WritableKeyPath<Root, Value> & Sendable

/// A member of a configuration with its keys: one for a value, several for a part.
public struct ConfigurationMember<Root: Sendable>: Sendable {
    let name: String
    let keys: [ConfigurationKey]
    let read: @Sendable (Root) -> JSONValue
    let write: @Sendable (inout Root, JSONValue) -> Void
}

/// The keys of a configuration's type, declared once beside it.
///
/// ```swift
/// extension Validation {
///     static let keys = ConfigurationKeys(Validation(), [
///         .number("identities", \.identities, in: .range(0...0.5), "fraction that is held out"),
///         .whole("pairs", \.pairs, in: 2...100_000_000, "maximum number of pairs of their
///         images"),
///     ])
/// }
/// ```
public struct ConfigurationKeys<Root: Sendable>: Sendable {
    /// The configuration with every default.
    public let defaults: Root
    private let members: [ConfigurationMember<Root>]

    /// Collects the keys of a type, in the order of the documentation.
    public init(_ defaults: Root, _ members: [ConfigurationMember<Root>]) {
        self.defaults = defaults
        self.members = members
    }

    /// The keys, in the order of the documentation.
    public var all: [ConfigurationKey] { members.flatMap(\.keys) }

    /// The configuration as JSON with all its keys, except absent ones.
    public func json(of root: Root) -> JSONValue {
        let values = members.map { ($0.name, $0.read(root)) }.filter { $1 != .null }
        return .object(Dictionary(uniqueKeysWithValues: values))
    }

    /// Overrides values of a configuration; absent keys keep theirs.
    ///
    /// - Parameter json: An object without a ``fault(in:)``.
    public func apply(_ json: JSONValue, to root: inout Root) {
        guard case .object(let values) = json else { return }
        for member in members {
            if let value = values[member.name] { member.write(&root, value) }
        }
    }

    /// The first value of a configuration that is not allowed; nil if all are.
    public func fault(in root: Root) -> ConfigurationFault? { all.fault(in: json(of: root)) }

    /// The default of a key, where it is not in a list of objects.
    public func defaultValue(of path: String) -> JSONValue? {
        var value: JSONValue? = json(of: defaults)
        for part in path.split(separator: ".") { value = value?[String(part)] }
        return value
    }
}

// MARK: - Declarations

extension ConfigurationMember {
    private static func scalar<Value: ConfigurationValue>(
        _ key: ConfigurationKey, _ member: ConfigurationPath<Root, Value>
    ) -> ConfigurationMember {
        ConfigurationMember(
            name: key.path, keys: [key], read: { $0[keyPath: member].json },
            write: { root, json in
                if let value = Value(json: json) { root[keyPath: member] = value }
            })
    }

    /// A key that is true or false.
    public static func flag(
        _ name: String, _ member: ConfigurationPath<Root, Bool>, flag: ConfigurationFlag? = nil,
        _ summary: String
    ) -> ConfigurationMember { scalar(ConfigurationKey(name, .flag, summary, flag: flag), member) }

    /// A key that is a number.
    public static func number(
        _ name: String, _ member: ConfigurationPath<Root, Double>, in range: NumberRange,
        unit: String = "", flag: ConfigurationFlag? = nil, _ summary: String
    ) -> ConfigurationMember {
        scalar(ConfigurationKey(name, .number(range), summary, unit: unit, flag: flag), member)
    }

    /// A key that is a list of numbers.
    public static func numbers(
        _ name: String, _ member: ConfigurationPath<Root, [Double]>,
        in range: NumberRange, _ summary: String
    ) -> ConfigurationMember {
        scalar(ConfigurationKey(name, .list(.number(range)), summary), member)
    }

    /// A key that is a whole number.
    public static func whole(
        _ name: String, _ member: ConfigurationPath<Root, Int>, in range: ClosedRange<Int>,
        unit: String = "", flag: ConfigurationFlag? = nil, _ summary: String
    ) -> ConfigurationMember {
        scalar(ConfigurationKey(name, .whole(range), summary, unit: unit, flag: flag), member)
    }

    /// A key that is a list of seeds, whole numbers of 64 bits.
    public static func seeds(
        _ name: String, _ member: ConfigurationPath<Root, [UInt64]>,
        flag: ConfigurationFlag? = nil, _ summary: String
    ) -> ConfigurationMember {
        scalar(ConfigurationKey(name, .list(.seed), summary, flag: flag), member)
    }

    /// A key that is a string.
    ///
    /// - Parameters:
    ///   - what: What the string names: `a device`.
    ///   - check: Returns why a string is invalid; nil if it is valid.
    public static func text(
        _ name: String, _ member: ConfigurationPath<Root, String>,
        _ what: String = "a string", flag: ConfigurationFlag? = nil, isRequired: Bool = false,
        mayBeAbsent: Bool = false, suggestions: [String] = [], _ summary: String,
        check: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> ConfigurationMember {
        scalar(
            ConfigurationKey(
                name, .text(what), summary, flag: flag, isRequired: isRequired,
                mayBeAbsent: mayBeAbsent, suggestions: suggestions, check: check), member)
    }

    /// A key that is a string or absent.
    public static func optionalText(
        _ name: String, _ member: ConfigurationPath<Root, String?>,
        flag: ConfigurationFlag? = nil, _ summary: String
    ) -> ConfigurationMember {
        scalar(
            ConfigurationKey(name, .text("a string"), summary, flag: flag, mayBeAbsent: true),
            member)
    }

    /// A key that is a list of strings.
    ///
    /// - Parameters:
    ///   - what: What each string names: `a loss`.
    ///   - check: Returns why a string is invalid; nil if it is valid.
    public static func texts(
        _ name: String, _ member: ConfigurationPath<Root, [String]>, _ what: String,
        flag: ConfigurationFlag? = nil, suggestions: [String] = [], _ summary: String,
        check: @escaping @Sendable (String) -> String?
    ) -> ConfigurationMember {
        scalar(
            ConfigurationKey(
                name, .list(.text(what)), summary, flag: flag, suggestions: suggestions,
                check: check), member)
    }

    /// A key that is one of some words.
    public static func word(
        _ name: String, _ member: ConfigurationPath<Root, String>, among words: [String],
        flag: ConfigurationFlag? = nil, _ summary: String
    ) -> ConfigurationMember {
        scalar(ConfigurationKey(name, .word(words), summary, flag: flag), member)
    }

    /// A key that is one of an enumeration's words.
    ///
    /// - Parameter values: Those that it may be; nil for all.
    public static func word<Value: Sendable>(
        _ name: String, _ member: ConfigurationPath<Root, Value>,
        among values: [Value]? = nil, flag: ConfigurationFlag? = nil, _ summary: String
    ) -> ConfigurationMember
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        let words = (values ?? Array(Value.allCases)).map(\.rawValue)
        return ConfigurationMember(
            name: name,
            keys: [ConfigurationKey(name, .word(words), summary, flag: flag)],
            read: { .string($0[keyPath: member].rawValue) },
            write: { root, json in
                guard case .string(let word) = json, let value = Value(rawValue: word) else {
                    return
                }
                root[keyPath: member] = value
            })
    }

    /// A part of the configuration with keys of its own.
    public static func section<Part: Sendable>(
        _ name: String, _ member: ConfigurationPath<Root, Part>,
        _ keys: ConfigurationKeys<Part>
    ) -> ConfigurationMember {
        ConfigurationMember(
            name: name, keys: keys.all.map { $0.inside(name) },
            read: { keys.json(of: $0[keyPath: member]) },
            write: { root, json in keys.apply(json, to: &root[keyPath: member]) })
    }

    /// A list of objects; each given entry starts from the defaults of an entry.
    public static func list<Entry: Sendable>(
        _ name: String, _ member: ConfigurationPath<Root, [Entry]>,
        _ keys: ConfigurationKeys<Entry>
    ) -> ConfigurationMember {
        ConfigurationMember(
            name: name, keys: keys.all.map { $0.inside("\(name)[]") },
            read: { .array($0[keyPath: member].map(keys.json)) },
            write: { root, json in
                guard case .array(let entries) = json else { return }
                root[keyPath: member] = entries.map { entry in
                    var value = keys.defaults
                    keys.apply(entry, to: &value)
                    return value
                }
            })
    }
}
