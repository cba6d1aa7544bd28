import Foundation

/// The metadata of a Parquet file (https://parquet.apache.org/docs/file-format): its columns, and the
/// locations of their chunks.
struct ParquetFile {
    /// A column that is not in a list.
    struct Column: Hashable {
        /// Names from the outermost structure to the column.
        let path: [String]
        let type: Kind
        /// The number of levels, from the outermost structure to the column, that are optional.
        let maxDefinition: Int
    }

    /// The types of values that can be read.
    enum Kind: Int {
        case int32 = 1
        case int64 = 2
        case bytes = 6
    }

    /// A column's values for one row group.
    struct Chunk: Hashable {
        /// Offset of its first page.
        let start: Int
        /// Size of its pages, in bytes.
        let size: Int
        let rows: Int
        let codec: Int
    }

    /// The columns, except those of other types and those in lists.
    let columns: [Column]
    /// The chunks of each column, one per row group.
    let chunks: [Column: [Chunk]]
    /// Key-value metadata, such as that of the key `huggingface`.
    let texts: [String: String]

    private static let mark = Array("PAR1".utf8)
    /// The largest footer, enough for the names of about ten million classes.
    private static let maxFooter = 1 << 28

    /// Reads a file's footer.
    ///
    /// - Throws: ``FaceDataError``.
    init(_ store: any ByteStore) throws(FaceDataError) {
        let size = store.size
        func refusal(_ reason: String) -> FaceDataError {
            .badStructure(path: store.path, offset: max(0, size - 8), reason: reason)
        }
        guard size >= 12 else { throw refusal("it is too short for a Parquet file") }
        let tail = try store.bytes(at: size - 8, count: 8)
        if Array(tail[4...]) == Array("PARE".utf8) { throw refusal("the file is encrypted") }
        guard Array(tail[4...]) == Self.mark else {
            throw refusal(
                "the mark of a Parquet file's end is missing: it is cut short, or no Parquet file")
        }
        let length = tail[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= min(size - 12, Self.maxFooter) else {
            throw refusal(
                "the description of its columns should have \(length) bytes, which is too many")
        }
        let footer = try store.bytes(at: size - 8 - length, count: length)
        let parts = footer.withUnsafeBytes { bytes -> Parts? in
            var reader = ThriftReader(bytes)
            return (try? reader.structure()).flatMap { Parts($0, bytes, size: size) }
        }
        guard let parts else { throw refusal("the description of its columns is damaged") }
        (columns, chunks, texts) = (parts.columns, parts.chunks, parts.texts)
    }

    /// The columns and chunks according to the footer.
    private struct Parts {
        var columns: [Column] = []
        var chunks: [Column: [Chunk]] = [:]
        var texts: [String: String] = [:]

        /// nil for an invalid footer.
        init?(_ file: [Int: ThriftValue], _ bytes: UnsafeRawBufferPointer, size: Int) {
            func text(_ value: ThriftValue?) -> String? {
                guard case .bytes(let range)? = value else { return nil }
                return String(decoding: bytes[range], as: UTF8.self)
            }
            var elements = (file[2]?.list ?? []).compactMap(\.fields)[...]
            guard let root = elements.popFirst() else { return nil }
            for _ in 0..<max(0, root[5]?.number ?? 0) {
                guard addColumn(&elements, [], 0, false, text) else { return nil }
            }
            for group in (file[4]?.list ?? []).compactMap(\.fields) {
                let rows = group[3]?.number ?? 0
                for chunk in (group[1]?.list ?? []).compactMap({ $0.fields?[3]?.fields }) {
                    let path = (chunk[3]?.list ?? []).compactMap(text)
                    guard let column = columns.first(where: { $0.path == path }) else { continue }
                    guard let part = Self.chunk(chunk, rows: rows, size: size) else { return nil }
                    chunks[column, default: []].append(part)
                }
            }
            for pair in (file[5]?.list ?? []).compactMap(\.fields) {
                if let key = text(pair[1]), let value = text(pair[2]) { texts[key] = value }
            }
        }

        /// Consumes an element and its children; returns whether they are complete.
        private mutating func addColumn(
            _ elements: inout ArraySlice<[Int: ThriftValue]>, _ path: [String], _ definition: Int,
            _ isRepeated: Bool, _ text: (ThriftValue?) -> String?
        ) -> Bool {
            guard let element = elements.popFirst(), path.count < 8, let name = text(element[4])
            else { return false }
            let repetition = element[3]?.number ?? 0
            let depth = definition + (repetition == 1 ? 1 : 0)
            let isInList = isRepeated || repetition == 2
            let path = path + [name]
            if let inner = element[5]?.number, inner > 0 {
                for _ in 0..<inner {
                    guard addColumn(&elements, path, depth, isInList, text) else { return false }
                }
            } else if !isInList, let type = element[1]?.number.flatMap(Kind.init) {
                columns.append(Column(path: path, type: type, maxDefinition: depth))
            }
            return true
        }

        private static func chunk(_ chunk: [Int: ThriftValue], rows: Int, size: Int) -> Chunk? {
            guard let data = chunk[9]?.number, let bytes = chunk[7]?.number, rows >= 0,
                chunk[5]?.number == rows
            else { return nil }
            // Some writers set 0 if there is no dictionary.
            let dictionary = chunk[11]?.number ?? 0
            let start = dictionary > 0 ? min(dictionary, data) : data
            guard start >= 0, bytes >= 0, start <= size, bytes <= size - start else { return nil }
            return Chunk(start: start, size: bytes, rows: rows, codec: chunk[4]?.number ?? 0)
        }
    }
}
