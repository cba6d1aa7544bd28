import Spelling

/// Reads the entries of an LMDB file (`data.mdb`) by traversing its B+ tree.
///
/// The file is read with `pread(2)` and neither mapped nor locked: the truncation of a mapped file would kill
/// the program, and without a lock file databases on read-only media can be read as well. Changes to the
/// database meanwhile are detected by the file's modification time.
///
/// The layout is that of LMDB 0.9 on 64-bit little-endian machines (`mdb.c`): two meta pages with the location
/// of the root, of which the one with the later transaction is valid; branch and leaf pages, which have a
/// header of 16 bytes and a list of their entries' offsets; and runs of overflow pages for large values.
struct LMDBReader {
    struct Entry {
        let key: [UInt8]
        /// Range of its value in the file.
        let value: Range<Int>
    }

    private static let magic: UInt32 = 0xbeef_c0de
    private static let headBytes = 16
    /// The largest depth that a tree can have.
    private static let maxDepth = 32

    private let store: any ByteStore
    private let pageSize: Int
    private let root: UInt64?
    /// Number of entries according to the file.
    let count: Int
    private var visited = 0

    /// Reads the valid meta page.
    ///
    /// - Throws: ``FaceDataError``.
    init(_ store: any ByteStore) throws(FaceDataError) {
        self.store = store
        let first = try Meta(store, at: 0)
        guard (256...65_536).contains(first.pageSize), first.pageSize.nonzeroBitCount == 1 else {
            throw .badStructure(
                path: store.path, offset: 40,
                reason: "its pages of \(first.pageSize) bytes are none of LMDB's")
        }
        pageSize = first.pageSize
        let second = try Meta(store, at: pageSize)
        let meta = second.transaction > first.transaction ? second : first
        guard meta.flags & 0x04 == 0 else {
            throw .unknownFormat(
                path: store.path, reason: "its keys have several values each, as no data set's do")
        }
        root = meta.root == .max ? nil : meta.root
        count = meta.entries
    }

    /// Passes all entries to a closure, in the order of their keys.
    mutating func forEach(
        _ body: (Entry) throws(FaceDataError) -> Void
    ) throws(FaceDataError) {
        guard let root else { return }
        try walk(root, depth: 0, body)
    }

    private mutating func walk(
        _ page: UInt64, depth: Int, _ body: (Entry) throws(FaceDataError) -> Void
    ) throws(FaceDataError) {
        let bytes = try self.page(page)
        visited += 1
        guard depth < Self.maxDepth, visited <= store.size / pageSize + 1 else {
            throw damaged(page, "its pages lead to each other in a circle")
        }
        let flags = Self.number(bytes, 10, 2)
        for node in try nodes(of: page, bytes) {
            if flags & 0x01 != 0 {
                let child =
                    Self.number(bytes, node, 2) | Self.number(bytes, node + 2, 2) << 16
                    | Self.number(bytes, node + 4, 2) << 32
                try walk(child, depth: depth + 1, body)
            } else {
                try body(try leaf(page, bytes, node))
            }
        }
    }

    private func page(_ number: UInt64) throws(FaceDataError) -> [UInt8] {
        guard number < UInt64(store.size / pageSize) else {
            throw damaged(
                number, "it should be there, but the file has \(store.size / pageSize) pages")
        }
        return try store.bytes(at: Int(number) * pageSize, count: pageSize)
    }

    /// Offsets of a page's entries.
    private func nodes(of page: UInt64, _ bytes: [UInt8]) throws(FaceDataError) -> [Int] {
        let (kind, lower) = (Self.number(bytes, 10, 2), Int(Self.number(bytes, 12, 2)))
        guard kind & 0x63 == 0x01 || kind & 0x63 == 0x02, Self.number(bytes, 0, 8) == page,
            lower >= Self.headBytes, lower <= pageSize
        else { throw damaged(page, "it is not a page of a tree") }
        var nodes: [Int] = []
        for offset in stride(from: Self.headBytes, to: lower - 1, by: 2) {
            let node = Int(Self.number(bytes, offset, 2))
            guard node >= lower, node <= pageSize - 8 else {
                throw damaged(page, "an entry is outside it")
            }
            nodes.append(node)
        }
        return nodes
    }

    private func leaf(
        _ page: UInt64, _ bytes: [UInt8], _ node: Int
    ) throws(FaceDataError) -> Entry {
        let size = Int(Self.number(bytes, node, 2) | Self.number(bytes, node + 2, 2) << 16)
        let (flags, keySize) = (
            Self.number(bytes, node + 4, 2), Int(Self.number(bytes, node + 6, 2))
        )
        let data = node + 8 + keySize
        guard flags & 0x06 == 0 else {
            throw .unknownFormat(
                path: store.path,
                reason: "it holds databases within a database, as no data set does")
        }
        let isLarge = flags & 0x01 != 0
        guard data <= pageSize, isLarge ? data + 8 <= pageSize : size <= pageSize - data else {
            throw damaged(page, "an entry reaches out of it")
        }
        let key = Array(bytes[(node + 8)..<data])
        guard isLarge else {
            let start = Int(page) * pageSize + data
            return Entry(key: key, value: start..<start + size)
        }
        let run = Self.number(bytes, data, 8)
        guard run < UInt64(store.size / pageSize) else {
            throw damaged(
                page,
                "the value of \(quoted: ByteText.text(key.prefix(80))) extends past the file's end")
        }
        let start = Int(run) * pageSize + Self.headBytes
        guard size <= store.size - start else {
            throw damaged(
                page, "the value of \(quoted: ByteText.text(key.prefix(80))) is cut short")
        }
        return Entry(key: key, value: start..<start + size)
    }

    private func damaged(_ page: UInt64, _ reason: String) -> FaceDataError {
        .badStructure(
            path: store.path,
            offset: Int(clamping: page.multipliedReportingOverflow(by: UInt64(pageSize)).0),
            reason: "page \(page) of the database is damaged: \(reason)")
    }

    /// A little-endian number.
    fileprivate static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
    }

    /// One of the two meta pages.
    private struct Meta {
        let pageSize: Int
        let flags: UInt64
        let entries: Int
        let root: UInt64
        let transaction: UInt64

        init(_ store: any ByteStore, at offset: Int) throws(FaceDataError) {
            guard store.size >= offset + 152 else {
                throw .badStructure(
                    path: store.path, offset: offset,
                    reason: "the file is cut short: a database has two pages at its beginning")
            }
            let bytes = try store.bytes(at: offset, count: 152)
            guard number(bytes, 16, 4) == magic else {
                throw .unknownFormat(path: store.path, reason: "it is not an LMDB database")
            }
            guard number(bytes, 20, 4) == 1 else {
                throw .unknownFormat(
                    path: store.path,
                    reason:
                        "its version is \(number(bytes, 20, 4)), and 1 can be read, that of LMDB 0.9"
                )
            }
            // Two trees are described: that of free pages, whose first field is the page size, and that
            // of the entries.
            pageSize = Int(number(bytes, 40, 4))
            flags = number(bytes, 92, 2)
            entries = Int(truncatingIfNeeded: number(bytes, 120, 8))
            root = number(bytes, 128, 8)
            transaction = number(bytes, 144, 8)
        }
    }
}
