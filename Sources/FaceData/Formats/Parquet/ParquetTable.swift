import Foundation
import Spelling

/// A Parquet file of Hugging Face's `datasets`: the column of pictures, their names and their labels.
struct ParquetTable {
    /// The pictures of consecutive rows.
    struct Part: Sendable, Hashable {
        let page: ParquetPage
        /// The dictionary of the page's values, if they are dictionary-encoded.
        let dictionary: ParquetPage?
        let codec: Int
        /// Index of its first row.
        let firstRow: Int
    }

    let images: ParquetFile.Column
    /// Its pages, in the order of the rows.
    let parts: [Part]
    /// Number of rows.
    let rows: Int
    /// The pictures' names, empty for a picture without one; nil if the file has none.
    let names: [String]?
    /// The pictures' labels, as text.
    let labels: [String]
    /// The names of the classes that labels are indices of; nil if the file has none.
    let classes: [String]?

    /// Reads everything except the pictures.
    ///
    /// - Throws: ``FaceDataError``.
    init(_ store: any ByteStore) throws(FaceDataError) {
        let file = try ParquetFile(store)
        images = try Self.images(of: file, store.path)
        (parts, rows) = try Self.parts(file.chunks[images] ?? [], store)
        names = try Self.column(images.path.dropLast() + ["path"], file).map {
            (column) throws(FaceDataError) in
            try Self.texts(column, file, store).map { $0 ?? "" }
        }
        guard let label = Self.label(of: file) else {
            throw .unknownFormat(
                path: store.path,
                reason:
                    "no column says whose a picture is (its columns are \(Self.names(file))); one must be called "
                    + ExampleRecord.labels.joined(separator: ", "))
        }
        let texts = try Self.texts(label, file, store)
        guard texts.count == rows, names?.count ?? rows == rows else {
            throw .badStructure(
                path: store.path, offset: 0, reason: "its columns have different numbers of rows")
        }
        if let row = texts.firstIndex(of: nil) {
            throw .unknownFormat(path: store.path, reason: "row \(row) has no label")
        }
        labels = texts.compactMap(\.self)
        classes = Self.classes(of: label, file)
    }

    /// The column `image.bytes`, or that of another structure of pictures.
    private static func images(
        of file: ParquetFile, _ path: String
    ) throws(FaceDataError) -> ParquetFile.Column {
        let found = file.columns.filter {
            $0.type == .bytes && $0.path.last == "bytes" && $0.path.count == 2
        }
        guard let column = found.first(where: { $0.path[0] == "image" }) ?? found.first else {
            throw .unknownFormat(
                path: path,
                reason:
                    "no column has pictures as datasets keeps them, bytes and path (its columns are "
                    + "\(names(file)))")
        }
        return column
    }

    private static func names(_ file: ParquetFile) -> String {
        file.columns.map { "\(quoted: $0.path.joined(separator: "."))" }.someJoined()
    }

    private static func column(_ path: [String], _ file: ParquetFile) -> ParquetFile.Column? {
        file.columns.first { $0.path == path && $0.type == .bytes }
    }

    private static func label(of file: ParquetFile) -> ParquetFile.Column? {
        ExampleRecord.labels.lazy.compactMap { name in file.columns.first { $0.path == [name] } }
            .first
    }

    private static func parts(
        _ chunks: [ParquetFile.Chunk], _ store: any ByteStore
    ) throws(FaceDataError) -> (parts: [Part], rows: Int) {
        var parts: [Part] = []
        var rows = 0
        for chunk in chunks {
            // Each picture has at least a byte; the check keeps a small file from requesting much
            // memory.
            guard chunk.rows <= store.size, rows <= store.size else {
                throw .badStructure(
                    path: store.path, offset: chunk.start,
                    reason: "\(chunk.rows) rows are more than a file of \(store.size) bytes has")
            }
            var dictionary: ParquetPage?
            for page in try ParquetPage.all(of: chunk, in: store) {
                if page.isDictionary {
                    dictionary = page
                } else {
                    parts.append(
                        Part(page: page, dictionary: dictionary, codec: chunk.codec, firstRow: rows)
                    )
                    rows += page.count
                }
            }
        }
        return (parts, rows)
    }

    /// A column's values as text.
    private static func texts(
        _ column: ParquetFile.Column, _ file: ParquetFile, _ store: any ByteStore
    ) throws(FaceDataError) -> [String?] {
        var texts: [String?] = []
        for part in try parts(file.chunks[column] ?? [], store).parts {
            let values = try values(of: part, column, store.path) {
                (page) throws(FaceDataError) in try store.bytes(at: page.start, count: page.size)
            }
            for row in values.ranges.indices {
                texts.append(
                    column.type == .bytes ? values.text(row) : values.number(row).map { "\($0)" })
            }
        }
        return texts
    }

    /// The values of a page.
    ///
    /// - Parameter read: Reads a page's bytes.
    static func values(
        of part: Part, _ column: ParquetFile.Column, _ path: String,
        _ read: (ParquetPage) throws(FaceDataError) -> [UInt8]
    ) throws(FaceDataError) -> ParquetValues {
        func values(
            _ page: ParquetPage, _ dictionary: ParquetValues?
        ) throws(FaceDataError) -> ParquetValues {
            let content = try read(page)
            let values = content.withUnsafeBytes {
                ParquetValues($0, page, column, codec: part.codec, dictionary: dictionary)
            }
            guard let values else {
                throw .badStructure(
                    path: path, offset: page.start,
                    reason: [0, 2, 8].contains(page.encoding)
                        ? "a page of the column \(quoted: column.path.joined(separator: ".")) is damaged"
                        : "the column \(quoted: column.path.joined(separator: ".")) is written in "
                            + "a way (encoding "
                            + "\(page.encoding)) that is not supported; rewrite it with pyarrow's defaults"
                )
            }
            return values
        }
        let dictionary = try part.dictionary.map { (page) throws(FaceDataError) in
            try values(page, nil)
        }
        return try values(part.page, dictionary)
    }

    /// The names of the classes of datasets' `ClassLabel`.
    private static func classes(of label: ParquetFile.Column, _ file: ParquetFile) -> [String]? {
        struct Info: Decodable {
            struct Feature: Decodable { var names: [String]? }
            struct Features: Decodable { var features: [String: Lossy<Feature>] }
            var info: Features
        }
        guard label.type != .bytes, let text = file.texts["huggingface"],
            let info = try? JSONDecoder().decode(Info.self, from: Data(text.utf8))
        else { return nil }
        return info.info.features[label.path[0]]?.value?.names
    }

    /// A value, or nil if it has another form.
    private struct Lossy<Value: Decodable>: Decodable {
        var value: Value?

        init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
    }
}
