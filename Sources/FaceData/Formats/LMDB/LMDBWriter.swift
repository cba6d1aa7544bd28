public import Foundation
import SafeFiles

/// Writes an LMDB file from entries in the order of their keys. Each page is written once: leaves and large
/// values immediately, branches at the end.
///
/// See ``LMDBReader`` for the layout.
final class LMDBWriter {
    private static let pageSize = 4096
    private static let headBytes = 16
    /// The largest entry of a leaf; the value of a larger one gets overflow pages, since two
    /// entries must fit on a page.
    private static let maxNode = ((pageSize - headBytes) / 2 & ~1) - 2
    /// LMDB's own limit.
    static let maxKeyBytes = 511

    /// A page that is being filled.
    private struct Page {
        var nodes: [[UInt8]] = []
        var firstKey: [UInt8] = []
        var used = headBytes

        func fits(_ node: [UInt8]) -> Bool { used + node.count + 2 <= pageSize }

        mutating func append(_ node: [UInt8], key: [UInt8]) {
            if nodes.isEmpty { firstKey = key }
            nodes.append(node)
            used += node.count + 2
        }
    }

    private let file: FileWriter
    private var nextPage = 2
    private var leaf = Page()
    /// The written pages of the current level: their first keys and their numbers.
    private var level: [(key: [UInt8], page: Int)] = []
    private var entries = 0
    private var counts = (branches: 0, leaves: 0, large: 0)
    private var lastKey: [UInt8]?

    init(_ url: URL) throws(SafeFilesError) {
        file = try FileWriter(url)
        try file.write([UInt8](repeating: 0, count: 2 * Self.pageSize))
    }

    /// Adds an entry, whose key must be greater than all previous ones.
    func append(_ key: [UInt8], _ value: [UInt8]) throws(SafeFilesError) {
        guard key.count <= Self.maxKeyBytes, !key.isEmpty,
            lastKey.map({ $0.lexicographicallyPrecedes(key) }) ?? true
        else {
            throw .unwritable(
                path: file.url.path,
                reason: "the key of entry \(entries) is too long or out of order")
        }
        lastKey = key
        entries += 1
        let isLarge = 8 + key.count + value.count > Self.maxNode
        let data = isLarge ? Self.bytes(UInt64(try writeLarge(value)), 8) : value
        var node = Self.bytes(UInt64(value.count), 4)
        node += Self.bytes(isLarge ? 1 : 0, 2) + Self.bytes(UInt64(key.count), 2) + key + data
        if node.count & 1 != 0 { node.append(0) }
        if !leaf.fits(node) { try endLeaf() }
        leaf.append(node, key: key)
    }

    /// Writes the branches and gives the file its final name.
    func finish() throws(SafeFilesError) {
        if !leaf.nodes.isEmpty { try endLeaf() }
        var depth = level.isEmpty ? 0 : 1
        while level.count > 1 {
            try writeBranches()
            depth += 1
        }
        for number in 0...1 {
            try file.replace(meta(number, depth: depth), at: number * Self.pageSize)
        }
        try file.finish()
    }

    private func writeLarge(_ value: [UInt8]) throws(SafeFilesError) -> Int {
        let pages = (Self.headBytes + value.count + Self.pageSize - 1) / Self.pageSize
        let first = nextPage
        try file.write(
            Self.bytes(UInt64(first), 8) + Self.bytes(0, 2) + Self.bytes(0x04, 2)
                + Self.bytes(UInt64(pages), 4))
        try file.write(value)
        try file.write(
            [UInt8](repeating: 0, count: pages * Self.pageSize - Self.headBytes - value.count))
        nextPage += pages
        counts.large += pages
        return first
    }

    private func endLeaf() throws(SafeFilesError) {
        level.append((leaf.firstKey, try write(leaf, flags: 0x02)))
        counts.leaves += 1
        leaf = Page()
    }

    /// Writes the level of branches above the current one.
    private func writeBranches() throws(SafeFilesError) {
        var above: [(key: [UInt8], page: Int)] = []
        var branch = Page()
        for (key, page) in level {
            var node = Self.node(page, branch.nodes.isEmpty ? [] : key)
            if !branch.fits(node) {
                above.append((branch.firstKey, try write(branch, flags: 0x01)))
                counts.branches += 1
                branch = Page()
                node = Self.node(page, [])
            }
            branch.append(node, key: key)
        }
        above.append((branch.firstKey, try write(branch, flags: 0x01)))
        counts.branches += 1
        level = above
    }

    /// An entry of a branch page; the first one of a page has no key.
    private static func node(_ page: Int, _ key: [UInt8]) -> [UInt8] {
        var node = bytes(UInt64(page), 6) + bytes(UInt64(key.count), 2) + key
        if node.count & 1 != 0 { node.append(0) }
        return node
    }

    /// Writes a page: offsets after its header, entries from its end backwards.
    private func write(_ page: Page, flags: UInt64) throws(SafeFilesError) -> Int {
        let number = nextPage
        var offsets: [UInt8] = []
        var body: [UInt8] = []
        var upper = Self.pageSize
        for node in page.nodes {
            upper -= node.count
            offsets += Self.bytes(UInt64(upper), 2)
        }
        for node in page.nodes.reversed() { body += node }
        let lower = Self.headBytes + offsets.count
        let head =
            Self.bytes(UInt64(number), 8) + Self.bytes(0, 2) + Self.bytes(flags, 2)
            + Self.bytes(UInt64(lower), 2) + Self.bytes(UInt64(upper), 2)
        try file.write(head + offsets + [UInt8](repeating: 0, count: upper - lower) + body)
        nextPage += 1
        return number
    }

    /// A meta page; the second one is valid, since its transaction is later.
    private func meta(_ number: Int, depth: Int) -> [UInt8] {
        func tree(
            _ pad: Int, flags: UInt64, _ depth: Int, _ pages: [Int], _ root: UInt64
        ) -> [UInt8] {
            Self.bytes(UInt64(pad), 4) + Self.bytes(flags, 2) + Self.bytes(UInt64(depth), 2)
                + pages.flatMap { Self.bytes(UInt64($0), 8) } + Self.bytes(root, 8)
        }
        var page = Self.bytes(UInt64(number), 8) + Self.bytes(0, 2) + Self.bytes(0x08, 2)
        page += Self.bytes(0, 4) + Self.bytes(0xbeef_c0de, 4) + Self.bytes(1, 4) + Self.bytes(0, 8)
        page += Self.bytes(UInt64(nextPage * Self.pageSize), 8)
        // The tree of free pages, which has integer keys, is empty.
        page += tree(Self.pageSize, flags: 0x08, 0, [0, 0, 0, 0], .max)
        page += tree(
            0, flags: 0, depth, [counts.branches, counts.leaves, counts.large, entries],
            level.first.map { UInt64($0.page) } ?? .max)
        page += Self.bytes(UInt64(nextPage - 1), 8) + Self.bytes(UInt64(number), 8)
        return page
    }

    /// A little-endian number.
    private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}

extension SetConversion {
    /// Writes a training set as an LMDB database with Caffe's keys and values, a folder with `data.mdb`; an
    /// interrupted conversion starts over.
    ///
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, toDatabase folder: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let pack = PackNames(of: set)
        // Each is preceded by a number of eight or more digits and an underscore.
        let isTooLong = pack.names.contains { $0.utf8.count > LMDBWriter.maxKeyBytes - 20 }
        let written = pack.written ?? (isTooLong ? WrittenNames(of: set) : nil)
        let names = written?.paths ?? pack.names
        let writer = try FaceDataError.storing { () throws(SafeFilesError) in
            try LMDBWriter(folder.appendingPathComponent("data.mdb"))
        }
        var outcome = try writeAll(set, progress) { bytes, index in
            let name = names[index]
            let digits = String(index)
            let number = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
            var datum = WireWriter()
            datum.bytes(4, bytes)
            datum.number(5, set.labels[index])
            datum.number(7, 1)
            try FaceDataError.storing { () throws(SafeFilesError) in
                try writer.append(Array("\(number)_\(name)".utf8), datum.bytes)
            }
        }
        guard outcome.written > 0 else { return outcome }
        try FaceDataError.storing { () throws(SafeFilesError) in try writer.finish() }
        outcome.listRenamed(by: written, of: set.source)
        return outcome
    }
}
