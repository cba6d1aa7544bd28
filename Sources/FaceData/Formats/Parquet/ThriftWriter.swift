/// Writes structures of Thrift's compact protocol; see ``ThriftReader``.
struct ThriftWriter {
    /// The types of a list's members, with the protocol's numbers.
    enum Kind: UInt8 {
        case number = 5
        case text = 8
        case structure = 12
    }

    private(set) var bytes: [UInt8] = []
    /// Number of the previous field: a field's header contains the difference of the numbers.
    private var last = 0

    /// Encodes a structure.
    static func structure(_ body: (inout ThriftWriter) -> Void) -> [UInt8] {
        var writer = ThriftWriter()
        writer.members(body)
        return writer.bytes
    }

    /// Adds a whole number of at most 32 bits.
    mutating func number(_ field: Int, _ value: Int) {
        head(field, 5)
        zigzag(value)
    }

    /// Adds a whole number of at most 64 bits.
    mutating func long(_ field: Int, _ value: Int) {
        head(field, 6)
        zigzag(value)
    }

    /// Adds a text.
    mutating func text(_ field: Int, _ value: String) {
        head(field, Kind.text.rawValue)
        text(value)
    }

    /// Adds a structure.
    mutating func structure(_ field: Int, _ body: (inout ThriftWriter) -> Void) {
        head(field, Kind.structure.rawValue)
        members(body)
    }

    /// Adds a list of structures.
    mutating func structures<Value>(
        _ field: Int, _ values: [Value], _ body: (inout ThriftWriter, Value) -> Void
    ) {
        list(field, .structure, values.count)
        for value in values { members { body(&$0, value) } }
    }

    /// Adds a list of whole numbers of at most 32 bits.
    mutating func numbers(_ field: Int, _ values: [Int]) {
        list(field, .number, values.count)
        values.forEach { zigzag($0) }
    }

    /// Adds a list of texts.
    mutating func texts(_ field: Int, _ values: [String]) {
        list(field, .text, values.count)
        values.forEach { text($0) }
    }

    private mutating func members(_ body: (inout ThriftWriter) -> Void) {
        let outer = last
        last = 0
        body(&self)
        bytes.append(0)
        last = outer
    }

    /// - Precondition: Fields are added in the order of their numbers, which differ by at most 15.
    private mutating func head(_ field: Int, _ type: UInt8) {
        precondition((1...15).contains(field - last), "fields come in order")
        bytes.append(UInt8(field - last) << 4 | type)
        last = field
    }

    private mutating func list(_ field: Int, _ kind: Kind, _ count: Int) {
        head(field, 9)
        bytes.append(UInt8(min(count, 15)) << 4 | kind.rawValue)
        if count >= 15 { bytes.append(number: count) }
    }

    private mutating func text(_ value: String) {
        bytes.append(number: value.utf8.count)
        bytes += value.utf8
    }

    private mutating func zigzag(_ value: Int) {
        bytes.append(number: value << 1 ^ value >> 63)
    }
}
