/// The 512-byte block before each member of a tar archive (POSIX.1-2001 `pax`, GNU tar and older
/// formats).
struct TarHeader {
    /// Size of a block, in bytes.
    static let blockSize = 512

    /// The kind of a member.
    enum Kind: Sendable, Hashable {
        case file
        case folder
        /// A hard or symbolic link, a device, a pipe.
        case other
        /// An extended header for the next member, by its type flag.
        case extended(UInt8)
        /// An unsupported kind, with its description.
        case refused(String)
    }

    /// The name, as bytes.
    var name: [UInt8]
    /// Size of the content that follows, in bytes.
    let size: Int
    let kind: Kind

    /// Why a block is not a valid header.
    struct Refusal: Error {
        let reason: String
    }

    /// Reads a header.
    ///
    /// - Parameter block: 512 bytes.
    init(_ block: UnsafeRawBufferPointer) throws(Refusal) {
        guard Self.hasChecksum(block) else {
            throw Refusal(reason: "no header of a member is here: its checksum is wrong")
        }
        guard let size = Self.number(block[124..<136]) else {
            throw Refusal(reason: "the member's size is not a number")
        }
        self.size = size
        var name = Self.text(block[0..<100])
        // POSIX archives have a prefix field for long names; GNU's have other fields there.
        if block[257..<263].elementsEqual(Array("ustar\0".utf8)) {
            let prefix = Self.text(block[345..<500])
            if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
        }
        self.name = name
        kind = Self.kind(block[156], name)
    }

    private static func kind(_ flag: UInt8, _ name: [UInt8]) -> Kind {
        switch flag {
        // Before POSIX, folders were marked by a trailing slash.
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            name.last == UInt8(ascii: "/") ? .folder : .file
        case UInt8(ascii: "5"), UInt8(ascii: "D"): .folder
        case UInt8(ascii: "S"): .refused("a sparse file, whose holes are not stored")
        case UInt8(ascii: "M"): .refused("a part of a file that began in another archive")
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"),
            UInt8(ascii: "X"):
            .extended(flag)
        default: .other
        }
    }

    /// A field's bytes up to the first zero.
    private static func text(_ field: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        Array(field.prefix { $0 != 0 })
    }

    /// A number in octal digits or, for large ones written by GNU tar, in big-endian binary after a
    /// byte 0x80.
    static func number(_ field: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            guard first == 0x80 else { return nil }
            return field.dropFirst().reduce(Int?.some(0)) { sum, byte in
                sum.flatMap { $0 <= Int.max >> 9 ? $0 << 8 | Int(byte) : nil }
            }
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        return digits.reduce(Int?.some(0)) { sum, byte in
            (0x30...0x37).contains(byte) ? sum.map { $0 << 3 | Int(byte & 7) } : nil
        }
    }

    /// Whether the header's checksum is correct; some old programs summed signed bytes.
    private static func hasChecksum(_ block: UnsafeRawBufferPointer) -> Bool {
        guard let expected = number(block[148..<156]) else { return false }
        var (sum, signed) = (8 * 0x20, 8 * 0x20)
        for index in block.indices where !(148..<156).contains(index) {
            sum += Int(block[index])
            signed += Int(Int8(bitPattern: block[index]))
        }
        return sum == expected || signed == expected
    }
}
