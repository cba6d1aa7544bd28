import LibZ

/// Decompression of deflate streams in archives and columns by zlib, and CRC-32.
enum Inflation {
    /// The container of a stream, as zlib's window bits state it.
    enum Container: Int32 {
        /// A raw deflate stream, as in ZIP archives.
        case none = -15
        /// gzip's header and trailer.
        case gzip = 31
    }

    /// Decompresses bytes to a known size.
    ///
    /// - Returns: nil for invalid streams, and those of another size.
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
        // One byte more, to detect streams that are too long.
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

    /// CRC-32, as in ZIP archives.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(
            truncatingIfNeeded: crc32_z(
                0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
