public import Foundation

/// The checksum of iSCSI (RFC 3720, polynomial 0x1EDC6F41), which detects every error burst of up
/// to 32 bits and all but one in 2^32 other errors.
public enum CRC32C {
    /// The checksum of bytes.
    ///
    /// - Parameter seed: The checksum of the preceding bytes, for computing it in parts.
    public static func checksum(of data: Data, continuing seed: UInt32 = 0) -> UInt32 {
        data.withUnsafeBytes { ~update(~seed, $0) }
    }

    /// The checksum of bytes in memory.
    public static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 { ~update(~0, bytes) }

    // Eight bytes at a time: table k is the contribution of a byte followed by k others (Kounavis
    // and Berry 2005, "slicing by 8"). Immutable once created, so sharing it is sound.
    nonisolated(unsafe) private static let tables: UnsafePointer<UInt32> = {
        let tables = UnsafeMutablePointer<UInt32>.allocate(capacity: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0x82F6_3B78 ^ (value >> 1) : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<8 * 256 {
            let before = tables[index - 256]
            tables[index] = (before >> 8) ^ tables[Int(before & 0xFF)]
        }
        return UnsafePointer(tables)
    }()

    private static func update(_ start: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return start }
        let table = tables
        var value = start
        var offset = 0
        while offset &+ 8 <= bytes.count {
            let low =
                UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                ^ value
            let high = UInt32(
                littleEndian: base.loadUnaligned(fromByteOffset: offset &+ 4, as: UInt32.self))
            value =
                table[1792 &+ Int(low & 0xFF)] ^ table[1536 &+ Int((low &>> 8) & 0xFF)]
                ^ table[1280 &+ Int((low &>> 16) & 0xFF)] ^ table[1024 &+ Int(low &>> 24)]
            value ^=
                table[768 &+ Int(high & 0xFF)] ^ table[512 &+ Int((high &>> 8) & 0xFF)]
                ^ table[256 &+ Int((high &>> 16) & 0xFF)] ^ table[Int(high &>> 24)]
            offset &+= 8
        }
        while offset < bytes.count {
            value = (value &>> 8) ^ table[Int((value ^ UInt32(bytes[offset])) & 0xFF)]
            offset &+= 1
        }
        return value
    }
}
