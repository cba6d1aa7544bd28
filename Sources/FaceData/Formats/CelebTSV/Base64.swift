/// Base64 with padding (RFC 4648), the encoding of MS-Celeb-1M's files.
enum Base64 {
    private static let skipped: UInt8 = 255

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: skipped, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, letter) in alphabet.utf8.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    /// Decodes text into a buffer; returns whether it is valid.
    static func decode(_ text: UnsafeRawBufferPointer, into buffer: ReadBuffer) -> Bool {
        guard text.count % 4 == 0, !text.isEmpty else { return false }
        let padding = text.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
        let count = text.count / 4 * 3 - padding
        var isGood = true
        buffer.fill(text.count / 4 * 3) { target in
            values.withUnsafeBufferPointer { values in
                for group in 0..<text.count / 4 {
                    var word: UInt32 = 0
                    for index in 4 * group..<4 * group + 4 {
                        let value =
                            index >= text.count - padding ? 0 : values[Int(text[index])]
                        isGood = isGood && value != skipped
                        word = word << 6 | UInt32(value & 63)
                    }
                    target[3 * group] = UInt8(truncatingIfNeeded: word >> 16)
                    target[3 * group + 1] = UInt8(truncatingIfNeeded: word >> 8)
                    target[3 * group + 2] = UInt8(truncatingIfNeeded: word)
                }
            }
        }
        buffer.narrow(to: 0..<count)
        return isGood
    }
}
