/// A value of Thrift's compact protocol, in which Parquet's metadata are encoded.
indirect enum ThriftValue {
    case number(Int)
    /// The range of a text or bytes in the input.
    case bytes(Range<Int>)
    case list([ThriftValue])
    case fields([Int: ThriftValue])
    /// Floating-point numbers and maps, which are not needed.
    case other

    /// A whole number; nil for anything else.
    var number: Int? { if case .number(let number) = self { number } else { nil } }
    /// A list; nil for anything else.
    var list: [ThriftValue]? { if case .list(let list) = self { list } else { nil } }
    /// A structure's fields; nil for anything else.
    var fields: [Int: ThriftValue]? { if case .fields(let fields) = self { fields } else { nil } }
}

/// Reads structures of Thrift's compact protocol
/// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
struct ThriftReader {
    /// The input is truncated or invalid.
    struct Damaged: Error {}

    private let bytes: UnsafeRawBufferPointer
    /// Offset of the next byte.
    private(set) var position = 0
    private static let maxDepth = 12

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// A structure's fields, by number.
    mutating func structure(depth: Int = 0) throws(Damaged) -> [Int: ThriftValue] {
        guard depth < Self.maxDepth else { throw Damaged() }
        var fields: [Int: ThriftValue] = [:]
        var field = 0
        while true {
            let head = try byte()
            if head == 0 { return fields }
            field = head >> 4 > 0 ? field + Int(head >> 4) : try zigzag()
            guard (0...Int(Int16.max)).contains(field) else { throw Damaged() }
            fields[field] = try value(of: head & 15, depth, isField: true)
        }
    }

    private mutating func value(
        of type: UInt8, _ depth: Int, isField: Bool
    ) throws(Damaged) -> ThriftValue {
        switch type {
        // The value of a Boolean field is its type; in a list it is a byte.
        case 1, 2: return .number(isField ? 2 - Int(type) : (try byte() == 1 ? 1 : 0))
        case 3: return .number(Int(Int8(bitPattern: try byte())))
        case 4, 5, 6: return .number(try zigzag())
        case 7:
            _ = try take(8)
            return .other
        case 8: return .bytes(try take(try length()))
        case 9, 10: return .list(try members(depth))
        case 11:
            try skipMap(depth)
            return .other
        case 12: return .fields(try structure(depth: depth + 1))
        default: throw Damaged()
        }
    }

    private mutating func members(_ depth: Int) throws(Damaged) -> [ThriftValue] {
        guard depth < Self.maxDepth else { throw Damaged() }
        let head = try byte()
        let count = head >> 4 == 15 ? try length() : Int(head >> 4)
        // Each member has at least a byte.
        guard count <= bytes.count - position else { throw Damaged() }
        var members: [ThriftValue] = []
        for _ in 0..<count {
            members.append(try value(of: head & 15, depth + 1, isField: false))
        }
        return members
    }

    private mutating func skipMap(_ depth: Int) throws(Damaged) {
        guard depth < Self.maxDepth else { throw Damaged() }
        let count = try length()
        guard count > 0 else { return }
        let types = try byte()
        guard count <= bytes.count - position else { throw Damaged() }
        for _ in 0..<count {
            _ = try value(of: types >> 4, depth + 1, isField: false)
            _ = try value(of: types & 15, depth + 1, isField: false)
        }
    }

    private mutating func byte() throws(Damaged) -> UInt8 {
        guard position < bytes.count else { throw Damaged() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ count: Int) throws(Damaged) -> Range<Int> {
        guard count >= 0, count <= bytes.count - position else { throw Damaged() }
        defer { position += count }
        return position..<position + count
    }

    private mutating func varint() throws(Damaged) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw Damaged()
    }

    private mutating func length() throws(Damaged) -> Int {
        guard let length = Int(exactly: try varint()) else { throw Damaged() }
        return length
    }

    private mutating func zigzag() throws(Damaged) -> Int {
        let value = try varint()
        return Int(bitPattern: UInt(value >> 1)) ^ -Int(value & 1)
    }
}
