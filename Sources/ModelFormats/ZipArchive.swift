import Spelling
import ZipFiles

/// The files of a ZIP archive that are stored without compression, as written by `torch.save`.
/// Compressed files, such as TorchScript's code, are only listed.
///
/// Nothing is unpacked: a file is a range of the archive's bytes, so an archive cannot expand in
/// memory.
struct ZipArchive {
    /// The range of each file's content in the archive, by name.
    private(set) var files: [String: Range<Int>] = [:]
    /// The names in the archive's order.
    private(set) var names: [String] = []
    /// Names of the files that are compressed or encrypted and therefore not in ``files``.
    private(set) var packed: Set<String> = []

    init(_ bytes: [UInt8], path: String) throws(ModelFormatsError) {
        do throws(ZipDamage) {
            let end = try ZipEnd(tail: Array(bytes.suffix(ZipEnd.searched)), size: bytes.count)
            let list = Array(bytes[end.offset..<end.offset + end.length])
            for entry in try ZipEntry.all(list, end) { try add(entry, of: bytes) }
        } catch {
            throw .damaged(path: path, offset: error.offset, reason: error.reason)
        }
        guard Set(names).count == names.count else {
            let duplicate =
                Dictionary(grouping: names) { $0 }.first { $0.value.count > 1 }?.key ?? ""
            throw .damaged(
                path: path, offset: 0, reason: "the archive has two files \(quoted: duplicate)"
            )
        }
    }

    private mutating func add(_ entry: ZipEntry, of bytes: [UInt8]) throws(ZipDamage) {
        let name = String(decoding: entry.name, as: UTF8.self)
        names.append(name)
        guard entry.isStored else {
            packed.insert(name)
            return
        }
        let start = min(entry.offset, bytes.count)
        let head = Array(bytes[start...].prefix(ZipEntry.localBytes))
        files[name] = try entry.content(after: head, archive: bytes.count)
    }
}
