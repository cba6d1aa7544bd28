/// Last stage of parsing: hands the typed values to the initialiser that Swift writes for a
/// command, so that a command is a structure of plain values.
struct BoundDecoder: Decoder {
    let values: [[String]: any Sendable]
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The value bound to the path this decoder stands at.
    func value<Value>(as type: Value.Type) -> Value? {
        values[codingPath.map(\.stringValue)] as? Value
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Properties<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw notParsed() }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw notParsed() }

    private func notParsed() -> CommandKitError {
        .notParsed(property: codingPath.map(\.stringValue).joined(separator: "."))
    }
}

/// The properties of a command. Only wrapped ones can be decoded, and they decode themselves.
private struct Properties<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: BoundDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { true }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        var child = decoder
        child.codingPath.append(key)
        return try T(from: child)
    }

    func decodeNil(forKey key: Key) throws -> Bool { throw notParsed(key) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { throw notParsed(key) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw notParsed(key)
    }

    func superDecoder() throws -> any Decoder { decoder }

    func superDecoder(forKey key: Key) throws -> any Decoder { throw notParsed(key) }

    private func notParsed(_ key: Key) -> CommandKitError {
        .notParsed(property: key.stringValue)
    }
}
