import Foundation
import SafeFiles

/// Writes a tar archive (POSIX `ustar`, with pax records for long names) that depends only on its
/// members: no times, no owners.
struct TarWriter: ~Copyable {
    let file: FileWriter

    init(_ file: FileWriter) { self.file = file }

    func append(_ name: String, _ content: [UInt8]) throws(SafeFilesError) {
        let bytes = Array(name.utf8)
        if bytes.count > 100 || content.count >= 1 << 33 {
            var records = Self.record("path", name)
            if content.count >= 1 << 33 { records += Self.record("size", "\(content.count)") }
            try write(Array("PaxHeaders/x".utf8), UInt8(ascii: "x"), records)
        }
        try write(Array(bytes.prefix(100)), UInt8(ascii: "0"), content)
    }

    /// Writes the end marker.
    func end() throws(SafeFilesError) {
        try file.write([UInt8](repeating: 0, count: 2 * TarHeader.blockSize))
    }

    private func write(
        _ name: [UInt8], _ flag: UInt8, _ content: [UInt8]
    ) throws(SafeFilesError) {
        try file.write(Self.header(name, flag, size: content.count))
        try file.write(content)
        try file.write([UInt8](repeating: 0, count: -content.count & (TarHeader.blockSize - 1)))
    }

    private static func header(_ name: [UInt8], _ flag: UInt8, size: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: TarHeader.blockSize)
        func put(_ bytes: some Sequence<UInt8>, at start: Int) {
            for (offset, byte) in bytes.enumerated() { block[start + offset] = byte }
        }
        put(name, at: 0)
        put("0000644\0".utf8, at: 100)
        put("0000000\0".utf8, at: 108)
        put("0000000\0".utf8, at: 116)
        put(octal(size, digits: 11).utf8, at: 124)
        put("00000000000".utf8, at: 136)
        put("        ".utf8, at: 148)
        block[156] = flag
        put("ustar\u{0}00".utf8, at: 257)
        put((octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ").utf8, at: 148)
        return block
    }

    /// A number in octal digits; all sevens if it does not fit, which a pax record overrides.
    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(min(value, 1 << (3 * digits) - 1), radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// A pax record, whose length includes that of its own digits.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while "\(length)".utf8.count + rest.utf8.count != length { length += 1 }
        return Array("\(length)\(rest)".utf8)
    }
}
