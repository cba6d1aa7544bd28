/// A value with a name before an equals sign: `NAME=VALUE`.
public struct NamedValue<Value: ArgumentValue>: ArgumentValue {
    /// What stands before the first equals sign; not empty.
    public var name: String
    /// What stands after it.
    public var value: Value

    /// Creates a pair from its parts.
    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }

    /// Converts `NAME=VALUE`, split at the first equals sign.
    public init(argument: String) throws {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw CommandKitError.unmetRequirement("must be NAME=\(Value.valueName)")
        }
        name = String(parts[0])
        value = try Value(argument: String(parts[1]))
    }

    /// `NAME=VALUE`.
    public var argument: String { "\(name)=\(value.argument)" }
    /// `NAME=` and the placeholder of the value.
    public static var valueName: String { "NAME=\(Value.valueName)" }
}

extension NamedValue: Equatable where Value: Equatable {}
extension NamedValue: Hashable where Value: Hashable {}
