public import Foundation

/// The rows of one of MS-Celeb-1M's own files, each with an image in base64 in the last column.
///
/// Files of faces have seven columns (Freebase MID, search rank, two URLs, face ID, rectangle, data),
/// those of thumbnails six (MID, query, search rank, two URLs, data). An image is named
/// `MID/rank-FaceId-n.jpg`, as by all programs that unpack these files. Opening reads the whole file
/// once, since it has no index of its rows.
public struct CelebRows: ImageSource {
    /// The `.tsv` file.
    public let location: URL
    /// The MIDs, in order of appearance.
    let people: [String]
    private let store: any ByteStore
    private let rows: [Row]

    /// An image's location in the file and the parts of its name.
    struct Row: Sendable, Hashable {
        /// Offset of the line's base64.
        var offset: Int
        /// Number of its characters.
        var count: Int32
        /// Index of the MID in ``people``.
        var person: Int32
        /// Rank of the picture in the results of the search engine.
        var rank: Int32
        /// Number of the face in the picture; -1 for whole pictures.
        var face: Int32
    }

    /// Opens a file.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for an invalid row.
    public init(_ url: URL) throws(FaceDataError) {
        try self.init(try FileReader(url), location: url)
    }

    init(_ store: any ByteStore, location: URL) throws(FaceDataError) {
        var reader = LineReader(store, maxLength: ImageDecoder.maxBytes)
        var indices: [String: Int32] = [:]
        var people: [String] = []
        var rows: [Row] = []
        while true {
            let (line, path) = (reader.number + 1, store.path)
            let row = try reader.next { (bytes) throws(FaceDataError) -> ParsedRow? in
                if bytes.isEmpty { return nil }
                guard let row = ParsedRow(bytes) else {
                    throw .line(
                        path: path, line: line,
                        reason:
                            "it is not a row of MS-Celeb-1M, which has seven columns (MID, rank, two "
                            + "addresses, face ID, rectangle, base64) or six without a face")
                }
                return row
            }
            guard let row else { break }
            guard let row else { continue }
            let person = indices[row.person] ?? Int32(people.count)
            if person == people.count {
                people.append(row.person)
                indices[row.person] = person
            }
            rows.append(
                Row(
                    offset: reader.offset + row.start, count: Int32(row.count), person: person,
                    rank: row.rank, face: row.face))
        }
        guard !rows.isEmpty else {
            throw .unknownFormat(path: store.path, reason: "it has no rows")
        }
        self.location = location
        (self.store, self.people, self.rows) = (store, people, rows)
    }

    /// Number of rows.
    public var count: Int { rows.count }

    /// The image's name, such as `m.0107_f/25-FaceId-0.jpg`.
    public func name(of position: Int) -> String {
        "\(people[Int(rows[position].person)])/\(key(of: position).stem).jpg"
    }

    /// The file, which contains all images.
    public var sourceFiles: SourceFiles { .shared([location]) }

    /// Decodes a row's base64 into a buffer.
    public func read(_ position: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        let text = ReadBuffer()
        try store.requireUnchanged()
        try store.read(at: rows[position].offset, count: Int(rows[position].count), into: text)
        guard Base64.decode(text.bytes, into: buffer) else {
            throw .badImage(path: path(of: position), reason: "its row is not in base64")
        }
    }

    /// Index of a row's person in ``people``.
    func person(of position: Int) -> Int { Int(rows[position].person) }

    /// The key of a row's image.
    func key(of position: Int) -> CelebKey {
        CelebKey(
            person: people[Int(rows[position].person)], rank: Int(rows[position].rank),
            face: Int(rows[position].face))
    }
}

/// The required fields of a line.
private struct ParsedRow {
    let person: String
    let rank: Int32
    let face: Int32
    /// Offset of the base64 in the line.
    let start: Int
    let count: Int

    init?(_ line: UnsafeRawBufferPointer) {
        // Where each column starts: after each tab.
        var starts = [0]
        for position in line.indices where line[position] == 0x09 { starts.append(position + 1) }
        guard starts.count == 6 || starts.count == 7 else { return nil }
        func column(_ index: Int) -> String {
            String(decoding: line[starts[index]..<starts[index + 1] - 1], as: UTF8.self)
        }
        guard let rank = Int32(column(starts.count == 7 ? 1 : 2)) else { return nil }
        let face: Int32
        if starts.count == 7 {
            guard let number = column(4).split(separator: "-").last.flatMap({ Int32($0) }) else {
                return nil
            }
            face = number
        } else {
            face = -1
        }
        person = column(0)
        guard !person.isEmpty, rank >= 0 else { return nil }
        (self.rank, self.face) = (rank, face)
        start = starts[starts.count - 1]
        count = line.count - start
    }
}
