/// The files of a ZIP archive that are stored without compression, as `torch.save` writes them;
/// TorchScript compresses its code, which is only named.
///
/// Nothing is unpacked: a file is a part of the archive's bytes, so an archive cannot grow in memory.
struct ZipArchive {
    /// The content of each file by its name, as a part of the archive.
    private(set) var files: [String: Range<Int>] = [:]
    /// The names in the archive's order.
    private(set) var names: [String] = []
    /// Those that are compressed or encrypted, so that their content is not there.
    private(set) var packed: Set<String> = []

    init(_ bytes: [UInt8], path: String) throws(ModelFormatsError) {
        let directory = try Self.directory(bytes, path)
        var cursor = StateCursor(bytes[directory.offset...], path: path)
        for _ in 0..<directory.count {
            let (name, range) = try Self.entry(&cursor, in: bytes)
            names.append(name)
            guard files[name] == nil, !packed.contains(name) else {
                throw cursor.damaged("the archive has two files '\(name.prefix(80))'")
            }
            if let range { files[name] = range } else { packed.insert(name) }
        }
    }

    /// Where the list of files begins, and how many there are.
    private static func directory(
        _ bytes: [UInt8], _ path: String
    ) throws(ModelFormatsError) -> (offset: Int, count: Int) {
        let whole = StateCursor(bytes[...], path: path)
        // The record at the end may be followed by a comment of 65,535 bytes.
        let first = max(0, bytes.count - 22 - 0xFFFF)
        let indices = stride(from: bytes.count - 22, through: first, by: -1)
        guard bytes.count >= 22,
            let end = indices.first(where: { bytes[$0...].starts(with: [0x50, 0x4B, 5, 6]) })
        else { throw whole.damaged("the archive's list of files is missing", at: bytes.count) }
        var record = StateCursor(bytes[(end + 10)...], path: path)
        var count = try record.length(2)
        _ = try record.take(4)
        var offset = try record.length(4)
        if offset == 0xFFFF_FFFF || count == 0xFFFF {
            // Archives above 4 GB have larger numbers before that record, found by the 20 before it.
            guard end >= 20 else { throw whole.damaged("its list of files is damaged", at: end) }
            var locator = StateCursor(bytes[(end - 20)..<end], path: path)
            guard try locator.number(4) == 0x0706_4B50 else {
                throw whole.damaged("its list of files is damaged", at: end - 20)
            }
            _ = try locator.take(4)
            let index = try locator.length(8)
            guard index <= bytes.count else {
                throw whole.damaged("its list of files lies past its end", at: end - 20)
            }
            var large = StateCursor(bytes[index...], path: path)
            guard try large.number(4) == 0x0606_4B50 else {
                throw whole.damaged("its list of files is damaged", at: index)
            }
            _ = try large.take(28)
            count = try large.length(8)
            _ = try large.take(8)
            offset = try large.length(8)
        }
        // Each file takes 46 bytes of the list at least.
        guard offset <= bytes.count, count <= (bytes.count - offset) / 46 else {
            throw whole.damaged("its list of files lies past its end", at: end)
        }
        return (offset, count)
    }

    /// The next file of the list.
    private static func entry(
        _ cursor: inout StateCursor, in bytes: [UInt8]
    ) throws(ModelFormatsError) -> (name: String, range: Range<Int>?) {
        guard try cursor.number(4) == 0x0201_4B50 else {
            throw cursor.damaged("the archive's list of files is damaged", at: cursor.offset - 4)
        }
        _ = try cursor.take(4)
        let flags = try cursor.number(2)
        let method = try cursor.number(2)
        _ = try cursor.take(8)
        var sizes = [try cursor.length(4), try cursor.length(4)]
        let lengths = [try cursor.length(2), try cursor.length(2), try cursor.length(2)]
        _ = try cursor.take(8)
        var index = try cursor.length(4)
        let name = String(decoding: try cursor.take(lengths[0]), as: UTF8.self)
        var extra = StateCursor(try cursor.take(lengths[1]), path: cursor.path)
        _ = try cursor.take(lengths[2])
        try readLarge(&extra, &sizes, &index)
        guard method == 0, flags & 1 == 0, sizes[0] == sizes[1] else { return (name, nil) }
        guard index <= bytes.count else {
            throw cursor.damaged("'\(name.prefix(80))' lies past the end")
        }
        var local = StateCursor(bytes[index...], path: cursor.path)
        guard try local.number(4) == 0x0403_4B50 else {
            throw local.damaged(
                "'\(name.prefix(80))' does not begin where the list says", at: index)
        }
        _ = try local.take(22)
        let skipped = try local.length(2) + local.length(2)
        _ = try local.take(skipped)
        let content = try local.take(sizes[0])
        return (name, content.startIndex..<content.endIndex)
    }

    /// Sizes and place of more than 4 GB, which stand in a field of their own.
    private static func readLarge(
        _ extra: inout StateCursor, _ sizes: inout [Int], _ index: inout Int
    ) throws(ModelFormatsError) {
        while extra.offset + 4 <= extra.bytes.endIndex {
            let kind = try extra.number(2)
            var field = StateCursor(try extra.take(try extra.length(2)), path: extra.path)
            guard kind == 1 else { continue }
            // Uncompressed size, compressed size, place: those that the list has no room for.
            for index in [1, 0] where sizes[index] == 0xFFFF_FFFF {
                sizes[index] = try field.length(8)
            }
            if index == 0xFFFF_FFFF { index = try field.length(8) }
        }
    }
}
