public import Foundation

/// A RecordIO pack of images with labels: an insightface training set (`train.rec` with `train.idx`
/// and `property`) or a pack written by MXNet's `im2rec`.
///
/// Opening reads the index and a few records; images are read on request. A missing or wrong index
/// is rebuilt by scanning the records.
public struct RecordPack: ImageSource {
    /// The `.rec` file.
    public let location: URL
    /// The number of identities according to the file `property` beside the pack; nil if there is
    /// none.
    public let announcedIdentities: Int?
    /// Warnings about the pack, such as an index that had to be rebuilt.
    public let warnings: [String]
    private let file: RecordFile
    private let index: RecordIndex
    private let layout: RecordLayout
    /// Whether the records' keys are from an index file, rather than their indices in the file.
    private let hasKeys: Bool

    /// Opens a pack.
    ///
    /// - Throws: ``FaceDataError/badRecord(path:record:offset:reason:)`` or
    ///   ``FaceDataError/unknownFormat(path:reason:)``.
    public init(_ url: URL) throws(FaceDataError) {
        let list = url.deletingPathExtension().appendingPathExtension("idx")
        try self.init(
            try FileReader(url), location: url,
            index: Result { () throws(FaceDataError) in try FileReader(list) },
            announced: try RecordProperty.identities(beside: url))
    }

    /// Opens a pack from its bytes.
    ///
    /// - Parameters:
    ///   - index: The `.idx` file, or why there is none.
    ///   - announced: Number of identities that the pack should have.
    init(
        _ store: any ByteStore, location: URL, index: Result<some ByteStore, FaceDataError>,
        announced: Int? = nil
    ) throws(FaceDataError) {
        let file = RecordFile(store: store)
        let read = try Self.index(of: file, index)
        var records = read.index
        guard records.count > 0 else {
            throw .unknownFormat(path: store.path, reason: "it has no records")
        }
        let first = try Self.header(ofEmpty: records.indexOfKeyZero, records, file)
        if first != nil {
            guard let sorted = records.sortedByKey() else {
                throw .unknownFormat(
                    path: store.path, reason: "the keys of its index are not 0, 1, 2, ...")
            }
            records = sorted
        }
        let all = records
        let found = try RecordLayout.of(first: first, count: all.count) {
            (position) throws(FaceDataError) in try Self.header(ofEmpty: position, all, file) == nil
        }
        let layout: RecordLayout
        switch found {
        case .success(let described): layout = described
        case .failure(let contradiction):
            throw file.refusal(0, all.offsets[0], contradiction.reason)
        }
        self.location = location
        self.file = file
        self.index = all
        self.layout = layout
        announcedIdentities = announced
        hasKeys = read.warning == nil
        warnings = read.warning.map { [$0] } ?? []
    }

    /// Number of images.
    public var count: Int { layout.images.count }

    /// Number of records that describe identities; 0 for packs without such records.
    public var identityRecords: Int { layout.identities.count }

    /// `record` and the record's key, such as `record 17`.
    public func name(of position: Int) -> String { "record \(key(of: position))" }

    /// The `.rec` file, and the index of its records.
    public var sourceFiles: SourceFiles {
        .shared([location, location.deletingPathExtension().appendingPathExtension("idx")])
    }

    /// Reads the encoded bytes of an image into `buffer`.
    public func read(_ position: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        let header = try readRecord(layout.images.lowerBound + position, into: buffer)
        buffer.narrow(to: header.count..<buffer.count)
    }

    private func key(of position: Int) -> Int { index.key(of: layout.images.lowerBound + position) }

    /// Reads a whole record, including the header before its image.
    private func readRecord(
        _ record: Int, into buffer: ReadBuffer
    ) throws(FaceDataError) -> RecordHeader {
        let offset = index.offsets[record]
        try file.read(
            index.key(of: record), at: offset,
            extent: index.extent(of: record, size: file.store.size), into: buffer)
        guard let header = RecordHeader(buffer.bytes) else {
            throw file.refusal(
                index.key(of: record), offset,
                "\(buffer.count) bytes are too few for a header and its labels")
        }
        return header
    }

    // MARK: Labels

    /// Each image's label.
    ///
    /// - Parameter threads: Number of threads.
    /// - Throws: ``FaceDataError/badRecord(path:record:offset:reason:)`` for a label that is not a
    ///   non-negative integer, or not below ``announcedIdentities``.
    public func labels(threads: Int = 1) throws(FaceDataError) -> [Int] {
        var labels: [Int] = []
        labels.reserveCapacity(count)
        do {
            try ParallelParts.forEach(
                count, size: 4096, threads: threads,
                make: { range in
                    Result { () throws(FaceDataError) in try self.labels(of: range) }
                },
                take: { part, _ in labels += try part.get() })
        } catch let error as FaceDataError {
            throw error
        } catch {
            throw .unreadable(path: location.path, reason: "\(error)")
        }
        return labels
    }

    private func labels(of range: Range<Int>) throws(FaceDataError) -> [Int] {
        let buffer = ReadBuffer(capacity: 64)
        try file.store.requireUnchanged()
        var labels: [Int] = []
        labels.reserveCapacity(range.count)
        for position in range { labels.append(try label(of: position, buffer)) }
        return labels
    }

    private func label(of position: Int, _ buffer: ReadBuffer) throws(FaceDataError) -> Int {
        let record = layout.images.lowerBound + position
        let (key, offset) = (index.key(of: record), index.offsets[record])
        try file.readStart(key, at: offset, count: RecordHeader.size + 4, into: buffer)
        guard let identity = RecordHeader.identity(in: buffer.bytes) else {
            throw file.refusal(key, offset, "it is too short for a header and its labels")
        }
        guard identity.isFinite, identity >= 0, identity.rounded() == identity,
            identity < Float(UInt32.max)
        else {
            throw file.refusal(key, offset, "its label \(identity) is not a non-negative integer")
        }
        guard let announcedIdentities else { return Int(identity) }
        guard Int(identity) < announcedIdentities else {
            throw file.refusal(
                key, offset,
                "its label \(Int(identity)) is not below the \(announcedIdentities) identities "
                    + "that the file 'property' names")
        }
        return Int(identity)
    }

    /// The images' keys: those of the index or, without one, the numbers in the records' headers.
    func keys() throws(FaceDataError) -> [Int] {
        guard !hasKeys else { return (0..<count).map(key(of:)) }
        let buffer = ReadBuffer(capacity: 64)
        var keys: [Int] = []
        for record in layout.images {
            let (key, offset) = (index.key(of: record), index.offsets[record])
            try file.readStart(key, at: offset, count: RecordHeader.size, into: buffer)
            guard let id = RecordHeader.id(in: buffer.bytes) else {
                throw file.refusal(key, offset, "it is too short for a header")
            }
            keys.append(Int(clamping: id))
        }
        return keys
    }

    /// The range of image indices of each record that describes an identity. Such records store
    /// them as 32-bit floats, so indices of 16,777,216 and more are rounded.
    ///
    /// - Throws: ``FaceDataError/badRecord(path:record:offset:reason:)`` for a record without a
    ///   valid range.
    public func identityRanges() throws(FaceDataError) -> [Range<Int>] {
        let buffer = ReadBuffer(capacity: 64)
        var ranges: [Range<Int>] = []
        for record in layout.identities {
            let header = try readRecord(record, into: buffer)
            guard header.labels.count >= 2, let start = Int(exactly: header.labels[0]),
                let end = Int(exactly: header.labels[1]), start <= end, start >= 1,
                end <= UInt32.max
            else {
                throw file.refusal(
                    record, index.offsets[record],
                    "its labels \(header.labels) do not name an identity's images")
            }
            ranges.append(start - 1..<end - 1)
        }
        return ranges
    }

    // MARK: Opening

    private static func index(
        of file: RecordFile, _ list: Result<some ByteStore, FaceDataError>
    ) throws(FaceDataError) -> (index: RecordIndex, warning: String?) {
        let reason: String
        switch list {
        case .failure(.unreadable(_, let why)): reason = why
        case .failure(let error): throw error
        case .success(let store):
            do throws(FaceDataError) {
                let index = try RecordIndex(reading: store)
                guard let mistake = index.mistake(in: file) else { return (index, nil) }
                reason = mistake
            } catch {
                if case .line(_, let line, let why) = error {
                    reason = "line \(line): \(why)"
                } else {
                    throw error
                }
            }
        }
        return (
            try RecordIndex(scanning: file),
            "its .idx file cannot be used (\(reason)); the records were found by a scan"
        )
    }

    /// The header of a record without an image; nil if it has one.
    private static func header(
        ofEmpty position: Int, _ index: RecordIndex, _ file: RecordFile
    ) throws(FaceDataError) -> RecordHeader? {
        let buffer = ReadBuffer(capacity: 1 << 12)
        let offset = index.offsets[position]
        try file.read(
            index.key(of: position), at: offset,
            extent: index.extent(of: position, size: file.store.size), into: buffer)
        guard let header = RecordHeader(buffer.bytes), header.flag > 0,
            header.count == buffer.count
        else { return nil }
        return header
    }
}

extension RecordHeader {
    /// The record's number, from a payload's first bytes.
    static func id(in start: UnsafeRawBufferPointer) -> UInt64? {
        guard start.count >= size else { return nil }
        return UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// The person's identity, from a payload's first bytes, which need not contain all labels.
    static func identity(in start: UnsafeRawBufferPointer) -> Float? {
        guard start.count >= size else { return nil }
        func word(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        guard word(0) > 0 else { return Float(bitPattern: word(4)) }
        return start.count >= size + 4 ? Float(bitPattern: word(size)) : nil
    }
}

extension RecordIndex {
    /// The record with key 0, or the first one.
    var indexOfKeyZero: Int {
        if case .listed(let keys) = keys { return keys.firstIndex(of: 0) ?? 0 }
        return 0
    }
}
