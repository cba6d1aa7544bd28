extension UnsafeRawBufferPointer {
    /// A number of at most 35 bits, seven a byte, the lowest first; nil if it does not end.
    ///
    /// - Parameter position: Where it begins, and then where the next byte is.
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
    /// Adds a number, seven bits a byte, the lowest first.
    mutating func append(number value: Int) {
        var rest = UInt(bitPattern: value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
