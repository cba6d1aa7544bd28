import Spelling

/// Reads the list of members of a tar archive by following its headers.
struct TarReader {
    /// A member that is not a folder.
    struct Member: Sendable, Hashable {
        /// The path without a leading `./`.
        let name: String
        /// Offset of its header.
        let header: Int
        /// Offset of the content.
        let offset: Int
        /// Size of the content, in bytes.
        let size: Int
        /// Whether it is a regular file, rather than, say, a link.
        let isFile: Bool
    }

    private let store: any ByteStore
    /// The members, without folders.
    private(set) var members: [Member] = []
    /// Whether the archive ends with a block of zeros, as required.
    private(set) var isEnded = false

    /// The largest extended header, in bytes.
    private static let maxRecordBytes = 1 << 20

    /// Reads all headers of an archive.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)``.
    init(_ store: any ByteStore) throws(FaceDataError) {
        self.store = store
        let block = ReadBuffer(capacity: TarHeader.blockSize)
        var offset = 0
        while offset < store.size {
            guard store.size - offset >= TarHeader.blockSize else {
                throw damaged(offset, "the archive is cut short: half a header is here")
            }
            try store.read(at: offset, count: TarHeader.blockSize, into: block)
            if block.bytes.allSatisfy({ $0 == 0 }) {
                try end(offset)
                return
            }
            offset = try readMember(at: offset, block.bytes)
        }
    }

    private func damaged(_ offset: Int, _ reason: String) -> FaceDataError {
        .badStructure(path: store.path, offset: offset, reason: reason)
    }

    /// Checks that only zeros follow the end marker, since readers would ignore anything else.
    private mutating func end(_ offset: Int) throws(FaceDataError) {
        isEnded = true
        let buffer = ReadBuffer()
        var position = offset
        while position < store.size {
            let count = min(1 << 16, store.size - position)
            try store.read(at: position, count: count, into: buffer)
            if let index = buffer.bytes.firstIndex(where: { $0 != 0 }) {
                throw damaged(
                    position + index,
                    "the archive ended at byte \(offset), but more follows: archives that were put one behind "
                        + "the other must be given one by one, or joined with 'tar --concatenate'")
            }
            position += count
        }
    }

    /// Reads a member and the extended headers before it; returns the offset of the next one.
    private mutating func readMember(
        at start: Int, _ first: UnsafeRawBufferPointer
    ) throws(FaceDataError) -> Int {
        var offset = start
        var header = try parse(first, at: offset)
        var extended = Extended()
        let block = ReadBuffer(capacity: TarHeader.blockSize)
        while case .extended(let letter) = header.kind {
            let content = try content(of: header, at: offset)
            guard header.size <= Self.maxRecordBytes else {
                throw damaged(offset, "a record of \(header.size) bytes about a member is too long")
            }
            let bytes = try store.bytes(at: content.lowerBound, count: header.size)
            if let reason = extended.read(letter, bytes) { throw damaged(offset, reason) }
            offset = Self.next(content)
            guard store.size - offset >= TarHeader.blockSize else {
                throw damaged(offset, "the archive is cut short: a member's header should be here")
            }
            try store.read(at: offset, count: TarHeader.blockSize, into: block)
            header = try parse(block.bytes, at: offset)
        }
        if let name = extended.name { header.name = name }
        let content = try content(
            of: header, at: offset, size: header.kind == .file ? extended.size : nil)
        try add(header, at: offset, content)
        return Self.next(content)
    }

    private mutating func add(
        _ header: TarHeader, at offset: Int, _ content: Range<Int>
    ) throws(FaceDataError) {
        let name = Self.plain(ByteText.text(header.name))
        if case .refused(let reason) = header.kind {
            throw damaged(
                offset, "\(quoted: name) is \(reason); recreate the archive without")
        }
        guard header.kind != .folder else { return }
        if let reason = Self.danger(name) { throw damaged(offset, reason) }
        members.append(
            Member(
                name: name, header: offset, offset: content.lowerBound, size: content.count,
                isFile: header.kind == .file))
    }

    private func parse(
        _ block: UnsafeRawBufferPointer, at offset: Int
    ) throws(FaceDataError) -> TarHeader {
        do throws(TarHeader.Refusal) {
            return try TarHeader(block)
        } catch {
            throw damaged(
                offset, offset == 0 ? "it is not a tar archive: \(error.reason)" : error.reason)
        }
    }

    /// Range of a member's content, which must be within the archive.
    private func content(
        of header: TarHeader, at offset: Int, size: Int? = nil
    ) throws(FaceDataError) -> Range<Int> {
        let start = offset + TarHeader.blockSize
        // Links may state the size of their target, but have no content.
        let size = header.kind == .other ? 0 : size ?? header.size
        guard size <= store.size - start else {
            throw damaged(
                offset,
                "the archive is cut short: \(quoted: ByteText.text(header.name.prefix(80))) "
                    + "should have \(size) bytes, "
                    + "but \(store.size - start) follow")
        }
        return start..<start + size
    }

    private static func next(_ content: Range<Int>) -> Int {
        (content.upperBound + TarHeader.blockSize - 1) / TarHeader.blockSize * TarHeader.blockSize
    }

    /// A path without a leading `./`.
    private static func plain(_ name: String) -> String {
        var rest = name[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
        return String(rest)
    }

    /// Why a member's name is invalid or unsafe; nil if it is fine.
    static func danger(_ name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard name.hasPrefix("/") || parts.contains("..") || name.isEmpty else { return nil }
        return name.isEmpty
            ? "a member has no name"
            : "the member \(quoted: name) leads out of the archive; recreate the archive with names "
                + "below its folder"
    }
}

/// The values of the extended headers before a member.
private struct Extended {
    /// The member's name, if stated.
    private(set) var name: [UInt8]?
    /// The member's size, if stated.
    private(set) var size: Int?

    /// Reads an extended header; returns what is wrong with it, or nil.
    mutating func read(_ letter: UInt8, _ bytes: [UInt8]) -> String? {
        switch letter {
        case UInt8(ascii: "L"):
            name = Array(bytes.prefix { $0 != 0 })
            return nil
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return readPax(bytes)
        default: return nil
        }
    }

    /// Reads pax records: length, space, key, `=`, value, line feed.
    private mutating func readPax(_ bytes: [UInt8]) -> String? {
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            let digits = rest.prefix { $0 != 0x20 }
            guard let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 2, length <= rest.count,
                rest[rest.startIndex + length - 1] == 0x0a
            else { return "a pax record's length is wrong" }
            let line = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            rest = rest.dropFirst(length)
            guard let sign = line.firstIndex(of: UInt8(ascii: "=")) else {
                return "a pax record has no '='"
            }
            let key = String(decoding: line[..<sign], as: UTF8.self)
            if let reason = take(key, line[line.index(after: sign)...]) { return reason }
        }
        return nil
    }

    private mutating func take(_ key: String, _ value: ArraySlice<UInt8>) -> String? {
        switch key {
        case "path": name = Array(value)
        case "size":
            guard let number = Int(String(decoding: value, as: UTF8.self)), number >= 0 else {
                return "a pax record's size is not a number"
            }
            size = number
        case _ where key.hasPrefix("GNU.sparse"):
            return
                "the next member is a sparse file, whose holes are not stored; recreate the archive without "
                + "'--sparse'"
        default: break
        }
        return nil
    }
}
