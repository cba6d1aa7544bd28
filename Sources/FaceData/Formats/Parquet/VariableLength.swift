extension UnsafeRawBufferPointer {
    /// Reads a varint (LEB128) of at most 35 bits; nil if it does not end.
    ///
    /// - Parameter position: The offset of the number; advanced to the byte after it.
    func number(at position: inout Int) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard position < count else { return nil }
            let byte = self[position]
            position += 1
            value |= Int(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}

extension [UInt8] {
    /// Appends a varint (LEB128).
    mutating func append(number value: Int) {
        var rest = UInt(bitPattern: value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
