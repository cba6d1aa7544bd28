#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Represents names and lines as text, whatever bytes they consist of.
///
/// File systems store names as bytes, and foreign archives have names in GBK, Shift JIS or Latin-1.
/// UTF-8 is left unchanged. In anything else, each byte that is not part of a UTF-8 character is
/// escaped like `\xD5`, and a backslash as `\x5C`, so that different names stay different and the
/// bytes can be recovered.
package enum ByteText {
    /// The text of bytes.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        let plain = String(decoding: bytes, as: UTF8.self)
        return plain.utf8.elementsEqual(bytes) ? plain : escaped(Array(bytes))
    }

    /// The arguments of this program's command line, without its name.
    package static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { position in
            CommandLine.unsafeArgv[position].map { word in
                text(UnsafeRawBufferPointer(start: word, count: strlen(word)))
            }
        }
    }

    /// The bytes of a text with escapes such as `\xD5`; nil for a text without any.
    package static func bytes(_ text: String) -> [UInt8]? {
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var position = 0
        while position < source.count {
            if let byte = escape(source, at: position) {
                bytes.append(byte)
                position += 4
            } else {
                bytes.append(source[position])
                position += 1
            }
        }
        return bytes.count < source.count ? bytes : nil
    }

    /// Whether a text represents bytes that are not UTF-8.
    static func isEscaped(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "\\")), let bytes = bytes(text) else { return false }
        return !String(decoding: bytes, as: UTF8.self).utf8.elementsEqual(bytes)
    }

    private static func escaped(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let length =
                bytes[position] == UInt8(ascii: "\\") ? 0 : scalarLength(bytes, at: position)
            if length > 0 {
                text += bytes[position..<position + length]
            } else {
                let digits = String(bytes[position], radix: 16, uppercase: true)
                text += Array("\\x\(digits.count < 2 ? "0" : "")\(digits)".utf8)
            }
            position += max(1, length)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Length in bytes of the UTF-8 character at an offset; 0 if there is none.
    private static func scalarLength(_ bytes: [UInt8], at position: Int) -> Int {
        let length =
            switch bytes[position] {
            case 0..<0x80: 1
            case 0xc2..<0xe0: 2
            case 0xe0..<0xf0: 3
            case 0xf0..<0xf5: 4
            default: 0
            }
        guard length > 0, length <= bytes.count - position else { return 0 }
        let part = bytes[position..<position + length]
        return String(decoding: part, as: UTF8.self).utf8.elementsEqual(part) ? length : 0
    }

    /// The byte of the escape `\xHH` at an offset; nil if there is none, or for 0, which would end
    /// a name.
    private static func escape(_ text: [UInt8], at position: Int) -> UInt8? {
        guard text.count - position >= 4, text[position] == UInt8(ascii: "\\"),
            text[position + 1] == UInt8(ascii: "x"), let high = digit(text[position + 2]),
            let low = digit(text[position + 3]), high << 4 | low > 0
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        default: nil
        }
    }
}

/// A text that is compared by its bytes: for `String`, a precomposed letter equals the letter
/// followed by a combining accent.
struct ExactText: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (first: ExactText, second: ExactText) -> Bool {
        first.text.utf8.elementsEqual(second.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
