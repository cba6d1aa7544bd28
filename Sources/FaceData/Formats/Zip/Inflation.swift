import LibZ

/// Decompression of archives and columns by zlib: deflate streams, and checksums.
enum Inflation {
    /// The container of a stream, as zlib's window bits state it.
    enum Container: Int32 {
        /// Nothing, as in ZIP archives.
        case none = -15
        /// gzip's head and tail.
        case gzip = 31
    }

    /// Decompresses bytes to a known size.
    ///
    /// - Returns: nil for bytes that are not such a stream, or become more or fewer.
    static func unpack(
        _ packed: UnsafeRawBufferPointer, size: Int, in container: Container = .none
    ) -> [UInt8]? {
        guard let input = UInt32(exactly: packed.count), let output = UInt32(exactly: size),
            let base = packed.baseAddress
        else { return nil }
        var stream = z_stream()
        let version = ZLIB_VERSION
        let streamSize = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, container.rawValue, version, streamSize) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(
            mutating: base.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = input
        // A byte more, to see a stream that becomes too many.
        var bytes = [UInt8](repeating: 0, count: size + 1)
        let status = bytes.withUnsafeMutableBufferPointer { target in
            stream.next_out = target.baseAddress
            stream.avail_out = output + 1
            return inflate(&stream, Z_FINISH)
        }
        guard status == Z_STREAM_END, stream.total_out == UInt(size) else { return nil }
        bytes.removeLast()
        return bytes
    }

    /// CRC-32 as archives have it.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(
            truncatingIfNeeded: crc32_z(
                0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
