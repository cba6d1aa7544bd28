/// Reads the fields of a Protocol Buffers message, which is encoded in what its documentation calls the wire
/// format.
struct WireReader {
    enum Value {
        case number(UInt64)
        /// Eight or four bytes, little-endian.
        case fixed(UInt64)
        /// The range of a text, bytes or a message in the input.
        case bytes(Range<Int>)
    }

    /// The message is truncated or invalid.
    struct Damaged: Error {}

    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    private let end: Int

    /// Starts to read a range of bytes, or all of them.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>? = nil) {
        self.bytes = bytes
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    /// The next field's number and value; nil at the end.
    mutating func next() throws(Damaged) -> (field: Int, value: Value)? {
        guard position < end else { return nil }
        let tag = try number()
        guard tag >> 3 > 0, let field = Int(exactly: tag >> 3) else { throw Damaged() }
        switch tag & 7 {
        case 0: return (field, .number(try number()))
        case 1: return (field, .fixed(try fixed(8)))
        case 2:
            guard let count = Int(exactly: try number()), count <= end - position else {
                throw Damaged()
            }
            defer { position += count }
            return (field, .bytes(position..<position + count))
        case 5: return (field, .fixed(try fixed(4)))
        default: throw Damaged()
        }
    }

    /// Reads a varint.
    mutating func number() throws(Damaged) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw Damaged() }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw Damaged()
    }

    /// Whether all bytes were read.
    var isAtEnd: Bool { position >= end }

    private mutating func fixed(_ count: Int) throws(Damaged) -> UInt64 {
        guard count <= end - position else { throw Damaged() }
        defer { position += count }
        return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << (8 * UInt64($1)) }
    }
}

/// Writes Protocol Buffers messages.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    /// Adds a non-negative integer.
    mutating func number(_ field: Int, _ value: Int) {
        varint(UInt64(field) << 3)
        varint(UInt64(max(0, value)))
    }

    /// Adds bytes, a text or a message.
    mutating func bytes(_ field: Int, _ value: some Collection<UInt8>) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
