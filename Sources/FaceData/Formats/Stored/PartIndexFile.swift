import Foundation
import SafeFiles

/// A cache of a large file's index, which takes a scan of the whole file to build. It is stored beside the
/// file as the hidden `.NAME.index` or, if that cannot be written, in the user's cache folder.
///
/// A line consists of an image's offset, size, label and name, separated by tabs. An index is used only if it
/// records the file's current size and modification time, and every part is within the file.
struct PartIndexFile {
    /// Smaller files are scanned each time.
    static let minBytes = 1 << 20
    private static let version = 1

    private let file: FilePool.File
    private let kind: String
    private let minBytes: Int

    /// Describes an index.
    ///
    /// - Parameter kind: What is indexed in which way.
    init(of file: FilePool.File, kind: String, minBytes: Int = Self.minBytes) {
        (self.file, self.kind, self.minBytes) = (file, kind, minBytes)
    }

    /// The cached index, or the one that a closure builds, which is then cached.
    func index(
        _ make: (FileReader) throws(FaceDataError) -> PartIndex
    ) throws(FaceDataError) -> PartIndex {
        let reader = try FileReader(file.url)
        let isLarge = reader.size >= minBytes
        if isLarge {
            for url in [beside, cached].compactMap({ $0 }) {
                if let store = try? FileReader(url), let index = try? read(store) { return index }
            }
        }
        let index = try make(reader)
        try reader.requireUnchanged()
        if isLarge { keep(index) }
        return index
    }

    /// The index beside the file.
    var beside: URL {
        file.url.deletingLastPathComponent().appendingPathComponent(
            ".\(file.url.lastPathComponent).index")
    }

    /// The index in the user's cache folder; nil if there is no home folder.
    private var cached: URL? {
        let environment = ProcessInfo.processInfo.environment
        let base =
            environment["XDG_CACHE_HOME"].map { URL(fileURLWithPath: $0) }
            ?? environment["HOME"].map { URL(fileURLWithPath: $0).appendingPathComponent(".cache") }
        var hash = SHA256()
        hash.update(Array(file.url.standardizedFileURL.path.utf8))
        return base?.appendingPathComponent("facet/\(hash.hexDigest().prefix(32)).index")
    }

    private var head: String {
        "facet index \(Self.version)\t\(kind)\t\(file.stamp.size)\t\(file.stamp.modified)"
    }

    // MARK: Writing

    /// Caches an index; if that fails, the file is scanned again next time.
    private func keep(_ index: PartIndex) {
        guard isPlain(index) else { return }
        for url in [beside, cached].compactMap({ $0 }) {
            if (try? write(index, to: url)) != nil { return }
        }
    }

    /// Whether all names can be written in one line.
    private func isPlain(_ index: PartIndex) -> Bool {
        func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 } }
        return index.labels.allSatisfy(isPlain) && index.skipped.allSatisfy { isPlain($0.name) }
            && (0..<index.count).allSatisfy { isPlain(index.names[$0]) }
    }

    private func write(_ index: PartIndex, to url: URL) throws(SafeFilesError) {
        let writer = try FileWriter(url)
        try writer.write(head + "\n")
        for note in index.notes { try writer.write("note\t\(note.rawValue)\n") }
        for entry in index.skipped {
            try writer.write("passed\t\(entry.kind.rawValue)\t\(entry.name)\n")
        }
        for entry in 0..<index.count {
            let label = index.isLabelled ? index.label(of: entry) : ""
            try writer.write(
                "\(index.offsets[entry])\t\(index.sizes[entry])\t\(label)\t\(index.names[entry])\n")
        }
        try writer.write("end\t\(index.count)\t\(index.isLabelled ? "labels" : "no labels")\n")
        try writer.finish()
    }

    // MARK: Reading

    private struct Unbelievable: Error {}

    /// Reads an index.
    ///
    /// - Throws: An error if it is invalid, or that of another version of the file.
    func read(_ store: any ByteStore) throws -> PartIndex {
        var reader = LineReader(store)
        guard try reader.next({ Self.text($0) }) == head else { throw Unbelievable() }
        let ends = try Self.isLabelled(store)
        var index = PartIndex()
        while let line = try reader.next({ Self.text($0) }) {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            switch fields.first {
            case "end":
                guard fields.count == 3, Int(fields[1]) == index.count else { throw Unbelievable() }
                return index
            case "note":
                guard let note = PartIndex.Note(rawValue: String(fields.last ?? "")) else {
                    throw Unbelievable()
                }
                index.notes.append(note)
            case "passed":
                guard fields.count == 3,
                    let kind = PartIndex.Skipped.Kind(rawValue: String(fields[1]))
                else { throw Unbelievable() }
                index.skipped.append(PartIndex.Skipped(name: String(fields[2]), kind: kind))
            default:
                try add(fields, isLabelled: ends, to: &index)
            }
        }
        throw Unbelievable()
    }

    private func add(
        _ fields: [Substring], isLabelled: Bool, to index: inout PartIndex
    ) throws {
        guard fields.count == 4, let offset = Int(fields[0]), let size = Int(fields[1]),
            offset >= 0, size >= 0, offset <= file.stamp.size, size <= file.stamp.size - offset
        else { throw Unbelievable() }
        index.append(
            String(fields[3]), at: offset, size: size, label: isLabelled ? String(fields[2]) : nil)
    }

    /// Whether the index has labels, according to its last line.
    private static func isLabelled(_ store: any ByteStore) throws -> Bool {
        let count = min(store.size, 64)
        let tail = String(
            decoding: try store.bytes(at: store.size - count, count: count), as: UTF8.self)
        guard tail.hasSuffix("labels\n") else { throw Unbelievable() }
        return !tail.hasSuffix("\tno labels\n")
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
