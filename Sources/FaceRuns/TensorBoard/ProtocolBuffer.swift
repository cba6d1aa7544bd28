import Foundation

/// Fields of a protocol buffer message, in the wire format of the protocol buffer documentation.
struct ProtocolBuffer {
    private(set) var bytes = Data()

    /// How a field's value is laid out.
    private enum WireType: UInt64 {
        case variable = 0
        case eightBytes = 1
        case length = 2
        case fourBytes = 5
    }

    mutating func append(_ value: Int64, field: UInt64) {
        begin(field, .variable)
        appendVariable(UInt64(bitPattern: value))
    }

    mutating func append(_ value: Bool, field: UInt64) {
        append(value ? 1 : Int64(0), field: field)
    }

    mutating func append(_ value: Double, field: UInt64) {
        begin(field, .eightBytes)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: Float, field: UInt64) {
        begin(field, .fourBytes)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: String, field: UInt64) {
        append(Data(value.utf8), field: field)
    }

    mutating func append(_ message: ProtocolBuffer, field: UInt64) {
        append(message.bytes, field: field)
    }

    private mutating func append(_ value: Data, field: UInt64) {
        begin(field, .length)
        appendVariable(UInt64(value.count))
        bytes.append(value)
    }

    private mutating func begin(_ field: UInt64, _ type: WireType) {
        appendVariable(field << 3 | type.rawValue)
    }

    /// A varint: seven bits per byte, the lowest first; the top bit means that more follow.
    private mutating func appendVariable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
