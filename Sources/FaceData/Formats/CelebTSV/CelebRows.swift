public import Foundation

/// The rows of one of MS-Celeb-1M's own files: an image each, in base64 in the last column.
///
/// The files of faces have seven columns (Freebase MID, search rank, two addresses, face id,
/// rectangle, data), those of thumbnails six (MID, query, search rank, two addresses, data). An image
/// is called `MID/rank-FaceId-n.jpg`, as all programs that unpack these files call it. Opening reads
/// the whole file once, since nothing else states where its rows are.
public struct CelebRows: ImageSource {
    /// The `.tsv` file.
    public let location: URL
    /// The MIDs, in order of appearance.
    let people: [String]
    private let store: any ByteStore
    private let rows: [Row]

    /// An image's position and name.
    struct Row: Sendable, Hashable {
        /// Offset of the line's base64.
        var offset: Int
        /// How many characters it has.
        var count: Int32
        /// Index of the MID among all.
        var person: Int32
        /// Rank of the picture among those that a search engine found.
        var rank: Int32
        /// Number of the face in the picture; -1 for whole pictures.
        var face: Int32
    }

    /// Opens a file.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a row that cannot be understood.
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

    /// How many rows there are.
    public var count: Int { rows.count }

    /// The image's name as all programs give it.
    public func name(of position: Int) -> String {
        "\(people[Int(rows[position].person)])/\(key(of: position).stem).jpg"
    }

    /// The one file that holds all images.
    public var sourceFiles: SourceFiles { .shared([location]) }

    /// Decodes a row's base64; the image's bytes are all that the buffer holds afterwards.
    public func read(_ position: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        let text = ReadBuffer()
        try store.requireUnchanged()
        try store.read(at: rows[position].offset, count: Int(rows[position].count), into: text)
        guard Base64.decode(text.bytes, into: buffer) else {
            throw .badImage(path: path(of: position), reason: "its row is not in base64")
        }
    }

    /// Index of the person that a row is filed under.
    func person(of position: Int) -> Int { Int(rows[position].person) }

    /// Distinguishes a row from all others.
    func key(of position: Int) -> CelebKey {
        CelebKey(
            person: people[Int(rows[position].person)], rank: Int(rows[position].rank),
            face: Int(rows[position].face))
    }
}

/// The fields kept of a line.
private struct ParsedRow {
    let person: String
    let rank: Int32
    let face: Int32
    /// Offset of the base64 in the line.
    let start: Int
    let count: Int

    init?(_ line: UnsafeRawBufferPointer) {
        // Tabs are looked for in the columns before the image, which alone is long.
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
