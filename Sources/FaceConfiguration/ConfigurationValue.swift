/// A Swift type for values of configuration keys.
protocol ConfigurationValue: Sendable {
    /// Nil if the JSON value is of another type.
    init?(json: JSONValue)
    var json: JSONValue { get }
}

extension Bool: ConfigurationValue {
    init?(json: JSONValue) {
        guard case .bool(let value) = json else { return nil }
        self = value
    }
    var json: JSONValue { .bool(self) }
}

extension Double: ConfigurationValue {
    init?(json: JSONValue) {
        guard case .number(let value) = json else { return nil }
        self = value
    }
    var json: JSONValue { .number(self) }
}

extension Int: ConfigurationValue {
    init?(json: JSONValue) {
        guard case .number(let value) = json, let whole = Int(exactly: value) else { return nil }
        self = whole
    }
    var json: JSONValue { .number(Double(self)) }
}

extension UInt64: ConfigurationValue {
    init?(json: JSONValue) {
        switch json {
        case .large(let value): self = value
        case .number(let value):
            guard let whole = UInt64(exactly: value) else { return nil }
            self = whole
        default: return nil
        }
    }
    var json: JSONValue { .whole(self) }
}

extension String: ConfigurationValue {
    init?(json: JSONValue) {
        guard case .string(let text) = json else { return nil }
        self = text
    }
    var json: JSONValue { .string(self) }
}

extension Optional: ConfigurationValue where Wrapped == String {
    init?(json: JSONValue) {
        switch json {
        case .null: self = .none
        case .string(let text): self = .some(text)
        default: return nil
        }
    }
    var json: JSONValue { map { .string($0) } ?? .null }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
    init?(json: JSONValue) {
        guard case .array(let values) = json else { return nil }
        let entries = values.compactMap(Element.init(json:))
        guard entries.count == values.count else { return nil }
        self = entries
    }
    var json: JSONValue { .array(map(\.json)) }
}
