import Spelling
import ZipFiles

/// Pictures that are members of a ZIP archive, compressed or stored.
struct ZipMember: PartContent {
    func unwrap(_ buffer: ReadBuffer, _ packing: PartIndex.Packing?) -> String? {
        guard let packing else { return nil }
        if packing.isDeflated {
            guard let bytes = Inflation.unpack(buffer.bytes, size: packing.size) else {
                return "its bytes in the archive are damaged"
            }
            buffer.fill(bytes.count) { $0.copyBytes(from: bytes) }
        }
        guard Inflation.checksum(buffer.bytes) == packing.checksum else {
            return "its checksum in the archive is another"
        }
        return nil
    }
}

extension PartIndex {
    /// Indexes the pictures of a ZIP archive of folders.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)``.
    static func zip(_ store: any ByteStore) throws(FaceDataError) -> PartIndex {
        var index = PartIndex()
        var seen: Set<ExactText> = []
        for entry in try entries(store) {
            let name = ByteText.text(entry.name)
            // Skips folders, hidden files, and what Macs add.
            guard !name.hasSuffix("/"), !PathText(name).name.hasPrefix("."),
                !name.hasPrefix("__MACOSX/")
            else { continue }
            if let kind = Skipped.Kind(of: name, isFile: !entry.isLink) {
                index.skipped.append(Skipped(name: name, kind: kind))
                continue
            }
            let reason =
                refusal(of: entry, name)
                ?? (seen.insert(ExactText(name)).inserted
                    ? nil : "the archive has a second member \(quoted: name)")
            if let reason {
                throw .badStructure(path: store.path, offset: entry.offset, reason: reason)
            }
            let part = try content(of: entry, store)
            index.append(
                name, at: part.lowerBound, size: part.count, label: nil,
                packing: Packing(
                    checksum: entry.checksum, size: entry.size, isDeflated: entry.method == 8))
        }
        return index
    }

    /// Why a member cannot be read; nil if it can.
    private static func refusal(of entry: ZipEntry, _ name: String) -> String? {
        if let danger = TarReader.danger(name) { return danger }
        if entry.isEncrypted { return "\(quoted: name) needs a password; unpack the archive" }
        guard entry.method == 8 || entry.method == 0 && entry.packedSize == entry.size else {
            return
                "\(quoted: name) is compressed by method \(entry.method), and deflate (8) alone "
                + "is read; unpack "
                + "the archive"
        }
        guard max(entry.size, entry.packedSize) <= ImageDecoder.maxBytes else {
            return
                "\(quoted: name) has \(entry.size) bytes, more than \(ImageDecoder.maxBytes)"
        }
        return nil
    }

    private static func entries(_ store: any ByteStore) throws(FaceDataError) -> [ZipEntry] {
        let count = min(store.size, ZipEnd.searched)
        let tail = try store.bytes(at: store.size - count, count: count)
        let end = try naming(store) { () throws(ZipDamage) in
            try ZipEnd(tail: tail, size: store.size)
        }
        let list = try store.bytes(at: end.offset, count: end.length)
        return try naming(store) { () throws(ZipDamage) in try ZipEntry.all(list, end) }
    }

    /// Runs a closure and adds the archive's path to its errors.
    private static func naming<Result>(
        _ store: any ByteStore, _ body: () throws(ZipDamage) -> Result
    ) throws(FaceDataError) -> Result {
        do {
            return try body()
        } catch {
            throw .badStructure(path: store.path, offset: error.offset, reason: error.reason)
        }
    }

    private static func content(
        of entry: ZipEntry, _ store: any ByteStore
    ) throws(FaceDataError) -> Range<Int> {
        let head = try store.bytes(
            at: min(entry.offset, store.size),
            count: min(ZipEntry.localBytes, max(0, store.size - entry.offset)))
        return try naming(store) { () throws(ZipDamage) in
            try entry.content(after: head, archive: store.size)
        }
    }
}
