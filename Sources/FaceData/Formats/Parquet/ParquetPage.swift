/// A page of a column: its location, and the encoding of its values.
struct ParquetPage: Hashable {
    /// Offset of its bytes, after its header.
    let start: Int
    /// Size in the file, in bytes.
    let size: Int
    /// Decompressed size, in bytes.
    let unpackedSize: Int
    /// Number of values, including missing ones.
    let count: Int
    /// The encoding of the values: 0 plain, 2 and 8 indices into a dictionary.
    let encoding: Int
    let isDictionary: Bool
    /// Size of the uncompressed levels before the values, and whether the values are compressed; nil for
    /// pages of version 1, in which both are compressed together.
    let second: Second?

    /// The header fields of pages of version 2.
    struct Second: Hashable {
        let levels: Int
        let isPacked: Bool
    }

    /// The pages of a column chunk.
    ///
    /// - Throws: ``FaceDataError``.
    static func all(
        of chunk: ParquetFile.Chunk, in store: any ByteStore
    ) throws(FaceDataError) -> [ParquetPage] {
        guard ParquetCodec(rawValue: chunk.codec) != nil else {
            throw .unknownFormat(
                path: store.path,
                reason:
                    "its columns are compressed with "
                    + "\(ParquetCodec.unreadNames[chunk.codec] ?? "an unknown method"), which is not read; write "
                    + "it with compression='snappy', 'zstd', 'gzip' or 'none'")
        }
        var pages: [ParquetPage] = []
        var (position, rows) = (chunk.start, 0)
        while rows < chunk.rows,
            let page = try page(at: position, before: chunk.start + chunk.size, store)
        {
            pages.append(page)
            if !page.isDictionary { rows += page.count }
            position = page.start + page.size
        }
        guard rows == chunk.rows else {
            throw .badStructure(
                path: store.path, offset: position,
                reason: "a column's pages have \(rows) of \(chunk.rows) values")
        }
        return pages
    }

    private static func page(
        at position: Int, before end: Int, _ store: any ByteStore
    ) throws(FaceDataError) -> ParquetPage? {
        // Headers have some dozen bytes, but their statistics may contain values of some kilobytes.
        for limit in [256, 1 << 14, 1 << 20] {
            let count = min(limit, end - position)
            guard count > 0 else { return nil }
            let bytes = try store.bytes(at: position, count: count)
            let read = bytes.withUnsafeBytes { bytes -> ParquetPage? in
                var reader = ThriftReader(bytes)
                guard let fields = try? reader.structure() else { return nil }
                let start = position + reader.position
                return ParquetPage(fields, start: start, room: end - start)
            }
            if let read { return read }
            if count < limit { break }
        }
        throw .badStructure(
            path: store.path, offset: position, reason: "no page of a column begins here")
    }

    /// nil for an invalid header.
    private init?(_ head: [Int: ThriftValue], start: Int, room: Int) {
        guard let unpacked = head[2]?.number, let size = head[3]?.number, unpacked >= 0, size >= 0,
            size <= room
        else { return nil }
        (self.start, self.size, unpackedSize) = (start, size, unpacked)
        switch head[1]?.number {
        case 0:
            guard let data = head[5]?.fields else { return nil }
            (count, encoding) = (data[1]?.number ?? -1, data[2]?.number ?? -1)
            (isDictionary, second) = (false, nil)
        case 2:
            guard let data = head[7]?.fields else { return nil }
            (count, encoding) = (data[1]?.number ?? -1, data[2]?.number ?? -1)
            (isDictionary, second) = (true, nil)
        case 3:
            guard let data = head[8]?.fields, let definitions = data[5]?.number,
                let repetitions = data[6]?.number, definitions >= 0, repetitions == 0,
                definitions <= size
            else { return nil }
            (count, encoding) = (data[1]?.number ?? -1, data[4]?.number ?? -1)
            isDictionary = false
            second = Second(levels: definitions, isPacked: (data[7]?.number ?? 1) == 1)
        default: return nil
        }
        guard count >= 0 else { return nil }
    }
}
