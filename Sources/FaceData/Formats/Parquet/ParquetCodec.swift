import LibZstd

/// The compression of a column's values, with the numbers of Parquet's `CompressionCodec`.
enum ParquetCodec: Int {
    case none = 0
    case snappy = 1
    case gzip = 2
    case zstandard = 6

    /// Names of the codecs that are not supported.
    static let unreadNames = [3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"]

    /// Decompresses a page's bytes.
    ///
    /// - Parameter count: The expected size, in bytes.
    /// - Returns: nil if the size differs, or the bytes are damaged.
    func unpacked(_ packed: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        switch self {
        case .none: packed.count == count ? Array(packed) : nil
        case .snappy: Snappy.unpacked(packed, count: count)
        case .gzip:
            // Deflate expands at most 1032-fold; the check keeps a small file from requesting much
            // memory.
            count <= 1032 * packed.count
                ? Inflation.unpack(packed, size: count, in: .gzip) : nil
        case .zstandard: Self.zstandard(packed, count: count)
        }
    }

    private static func zstandard(_ packed: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        // A block of up to 128 KiB takes at least four bytes.
        guard count <= packed.count << 15 else { return nil }
        var isWhole = false
        // One byte more, so that there is an address even if nothing is expected.
        let bytes = [UInt8](unsafeUninitializedCapacity: count + 1) { target, filled in
            isWhole =
                ZSTD_decompress(target.baseAddress, count, packed.baseAddress, packed.count)
                == count
            filled = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }
}
