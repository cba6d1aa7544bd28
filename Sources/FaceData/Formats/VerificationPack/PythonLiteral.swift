/// Parses string literals of Python.
enum PythonLiteral {
    private static let backslash = UInt8(ascii: "\\")

    /// The bytes of a quoted string; nil if it is not quoted as by Python's `repr`.
    static func bytes(_ line: [UInt8]) -> [UInt8]? {
        var line = line[...]
        if line.last == 0x0d { line = line.dropLast() }
        guard line.count >= 2, let quote = line.first, quote == line.last,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { return nil }
        line = line.dropFirst().dropLast()
        var result: [UInt8] = []
        result.reserveCapacity(line.count)
        while let byte = line.popFirst() {
            guard byte == backslash else {
                result.append(byte)
                continue
            }
            guard let escaped = escape(&line) else { return nil }
            result.append(escaped)
        }
        return result
    }

    /// The byte of an escape sequence after its backslash.
    private static func escape(_ line: inout ArraySlice<UInt8>) -> UInt8? {
        guard let kind = line.popFirst() else { return nil }
        switch kind {
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "a"): return 0x07
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0c
        case UInt8(ascii: "v"): return 0x0b
        case backslash, UInt8(ascii: "'"), UInt8(ascii: "\""): return kind
        case UInt8(ascii: "x"): return number(&line, digits: 2).map { UInt8($0) }
        default: return nil
        }
    }

    /// The bytes of a text in `raw-unicode-escape` whose characters are all below 256; nil for
    /// others.
    static func rawUnicode(_ line: [UInt8]) -> [UInt8]? {
        var line = line[...]
        var result: [UInt8] = []
        result.reserveCapacity(line.count)
        while let byte = line.popFirst() {
            guard byte == backslash, line.first == UInt8(ascii: "u") else {
                result.append(byte)
                continue
            }
            line.removeFirst()
            guard let code = number(&line, digits: 4), code < 256 else { return nil }
            result.append(UInt8(code))
        }
        return result
    }

    private static func number(_ line: inout ArraySlice<UInt8>, digits: Int) -> Int? {
        guard line.count >= digits else { return nil }
        defer { line.removeFirst(digits) }
        let text = line.prefix(digits)
        guard text.allSatisfy({ isHexadecimal($0) }) else { return nil }
        return Int(String(decoding: text, as: UTF8.self), radix: 16)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte)
            || (0x61...0x66).contains(byte)
    }
}
