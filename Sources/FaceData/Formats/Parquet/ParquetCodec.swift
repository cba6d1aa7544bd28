import LibZstd

/// How the values of a column are compressed, by the numbers of Parquet's `CompressionCodec`.
enum ParquetCodec: Int {
    case none = 0
    case snappy = 1
    case gzip = 2
    case zstandard = 6

    /// Names of the codecs that are not supported.
    static let unreadNames = [3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"]

    /// Unpacks a page's bytes.
    ///
    /// - Parameter count: How many they become.
    /// - Returns: nil if they become more or fewer, or are damaged.
    func unpacked(_ packed: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        switch self {
        case .none: packed.count == count ? Array(packed) : nil
        case .snappy: Snappy.unpacked(packed, count: count)
        case .gzip:
            // Deflate makes 1032 bytes of one at most, so that a small file cannot ask for much memory.
            count <= 1032 * packed.count
                ? Inflation.unpack(packed, size: count, in: .gzip) : nil
        case .zstandard: Self.zstandard(packed, count: count)
        }
    }

    private static func zstandard(_ packed: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        // A block of at most 128 KiB takes four bytes at least.
        guard count <= packed.count << 15 else { return nil }
        var isWhole = false
        // A byte more, to have a place even where nothing is expected.
        let bytes = [UInt8](unsafeUninitializedCapacity: count + 1) { target, filled in
            isWhole =
                ZSTD_decompress(target.baseAddress, count, packed.baseAddress, packed.count)
                == count
            filled = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }
}
