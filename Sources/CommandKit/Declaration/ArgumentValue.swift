public import Foundation

/// A value that a text on the command line can become.
///
/// An enumeration with raw values conforms by saying so; if it is `CaseIterable`, its values are
/// listed in the help, and a wrong one is answered with the nearest right one.
public protocol ArgumentValue: ArgumentShape where Item == Self {
    /// Converts a text.
    ///
    /// Throw ``CommandKitError/unmetRequirement(_:)`` with a requirement that reads on after the
    /// option's name, or any other error whose description is a sentence.
    init(argument: String) throws
    /// The text that would become this value; shown for defaults.
    var argument: String { get }
    /// Placeholder for a value in the help, in capitals.
    static var valueName: String { get }
    /// All texts allowed, if they can be enumerated.
    static var choices: [String] { get }
}

extension ArgumentValue {
    /// One value.
    public static var arity: ArgumentArity { .one }
    /// The last item, or nil if there is none.
    public init?(items: [Self]) {
        guard let last = items.last else { return nil }
        self = last
    }
    /// The value alone.
    public var items: [Self] { [self] }
    /// The value's description.
    public var argument: String { String(describing: self) }
    /// The option's own name in capitals.
    public static var valueName: String { Declaration.anyValueName }
    /// None: the values are not enumerated.
    public static var choices: [String] { [] }
}

extension ArgumentValue where Self: RawRepresentable, RawValue: ArgumentValue {
    /// Converts the text of a raw value.
    public init(argument: String) throws {
        guard let value = Self(rawValue: try RawValue(argument: argument)) else {
            throw CommandKitError.unmetRequirement("must be a known value")
        }
        self = value
    }
    /// The raw value's text.
    public var argument: String { rawValue.argument }
}

extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue: ArgumentValue {
    /// The raw values' texts.
    public static var choices: [String] { allCases.map(\.argument) }
}

extension String: ArgumentValue {
    /// Any text.
    public init(argument: String) { self = argument }
    /// The text itself.
    public var argument: String { self }
    /// `TEXT`.
    public static var valueName: String { "TEXT" }
}

extension ArgumentValue where Self: FixedWidthInteger {
    /// Converts a decimal number.
    public init(argument: String) throws {
        guard let value = Self(argument) else {
            let isNumber = argument.wholeMatch(of: /[+-]?[0-9]+/) != nil
            throw CommandKitError.unmetRequirement(
                isNumber ? "must be between \(Self.min) and \(Self.max)" : "must be a whole number")
        }
        self = value
    }
    /// `N`.
    public static var valueName: String { "N" }
}

extension Int: ArgumentValue {}
extension UInt64: ArgumentValue {}

extension ArgumentValue where Self: BinaryFloatingPoint & LosslessStringConvertible {
    /// Converts a decimal number, also with an exponent; not an infinity, not a NaN.
    public init(argument: String) throws {
        guard let value = Self(argument), value.isFinite else {
            throw CommandKitError.unmetRequirement("must be a number")
        }
        self = value
    }
    /// `X`.
    public static var valueName: String { "X" }
}

extension Double: ArgumentValue {}
extension Float: ArgumentValue {}

extension Bool: ArgumentValue {
    /// Converts `true`, `yes`, `on` and `1`, or `false`, `no`, `off` and `0`, in any case.
    public init(argument: String) throws {
        switch argument.lowercased() {
        case "true", "yes", "on", "1": self = true
        case "false", "no", "off", "0": self = false
        default: throw CommandKitError.unmetRequirement("must be true or false")
        }
    }
    /// `true|false`.
    public static var valueName: String { "true|false" }
}

extension URL: ArgumentValue {
    /// Converts a path, relative to the working directory; `~` at the start is the home folder.
    public init(argument: String) throws {
        guard !argument.isEmpty else {
            throw CommandKitError.unmetRequirement("must be a path")
        }
        self.init(fileURLWithPath: NSString(string: argument).expandingTildeInPath)
    }
    /// The path as given.
    public var argument: String { relativePath }
    /// `PATH`.
    public static var valueName: String { "PATH" }
}
