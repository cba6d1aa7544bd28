public import Foundation
import SafeFiles

/// Writes a Parquet file (https://parquet.apache.org/docs/file-format) row by row, with plain, uncompressed
/// values in pages of about 1 MiB and row groups of about 32 MiB.
///
/// Every column is optional in the schema, as with pyarrow, pandas and polars, but no value is missing.
public final class ParquetWriter {
    /// A column, or a structure of columns.
    public indirect enum Field: Sendable, Hashable {
        case text(String)
        case bytes(String)
        /// 64-bit integers.
        case int64(String)
        /// 32-bit floats.
        case float(String)
        /// Lists of 32-bit floats.
        case floats(String)
        case structure(String, [Field])
    }

    /// A value of a column, of its field's type.
    public enum Value: Sendable, Hashable {
        case text(String)
        case bytes([UInt8])
        case int64(Int)
        case float(Float)
        /// At least one number.
        case floats([Float])
    }

    /// Approximate size of a page, in bytes.
    private static let pageBytes = 1 << 20
    private static let mark = Array("PAR1".utf8)

    private let file: FileWriter
    private let fields: [Field]
    private let texts: [(key: String, value: String)]
    private let groupBytes: Int
    private var columns: [ParquetColumn]
    private var groups: [Group] = []
    /// Rows of the current group.
    private var rows = 0
    private var buffered = 0

    /// A row group that was written.
    private struct Group {
        let rows: Int
        let chunks: [ParquetColumn.Chunk]
    }

    /// Creates a file.
    ///
    /// - Parameters:
    ///   - fields: The fields of a row.
    ///   - texts: Key-value metadata, such as that of the key `huggingface`.
    ///   - groupBytes: Approximate size of a row group, in bytes.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public init(
        _ url: URL, fields: [Field], texts: [(key: String, value: String)] = [],
        groupBytes: Int = 1 << 25
    ) throws(FaceDataError) {
        (self.fields, self.texts, self.groupBytes) = (fields, texts, groupBytes)
        columns = fields.flatMap { ParquetColumn.all(of: $0) }
        file = try FaceDataError.storing { () throws(SafeFilesError) in
            let file = try FileWriter(url)
            try file.write(Self.mark)
            return file
        }
    }

    /// Adds a row.
    ///
    /// - Parameter values: One for each column, in the order of the fields.
    public func append(_ values: [Value]) throws(FaceDataError) {
        precondition(values.count == columns.count, "a row has a value for each column")
        for (index, value) in values.enumerated() {
            buffered += columns[index].append(value)
            if columns[index].pageSize >= Self.pageBytes { columns[index].endPage() }
        }
        rows += 1
        if buffered >= groupBytes { try endGroup() }
    }

    /// Writes the footer and gives the file its final name.
    public func finish() throws(FaceDataError) {
        try endGroup()
        let footer = footer
        try FaceDataError.storing { () throws(SafeFilesError) in
            try file.write(footer)
            try file.write(
                withUnsafeBytes(of: UInt32(footer.count).littleEndian) { Array($0) } + Self.mark)
            try file.finish()
        }
    }

    private func endGroup() throws(FaceDataError) {
        guard rows > 0 else { return }
        var chunks: [ParquetColumn.Chunk] = []
        for index in columns.indices {
            let (pages, values) = columns[index].endGroup()
            chunks.append(.init(start: file.count, size: pages.count, values: values))
            try FaceDataError.storing { () throws(SafeFilesError) in try file.write(pages) }
        }
        groups.append(Group(rows: rows, chunks: chunks))
        (rows, buffered) = (0, 0)
    }

    // MARK: Footer

    private var footer: [UInt8] {
        ThriftWriter.structure { footer in
            footer.number(1, 1)
            footer.structures(2, schema) { element, field in field(&element) }
            footer.long(3, groups.reduce(0) { $0 + $1.rows })
            footer.structures(4, groups) { write($1, to: &$0) }
            if !texts.isEmpty {
                footer.structures(5, texts) { pair, text in
                    pair.text(1, text.key)
                    pair.text(2, text.value)
                }
            }
            footer.text(6, "facet")
        }
    }

    private func write(_ group: Group, to writer: inout ThriftWriter) {
        let size = group.chunks.reduce(0) { $0 + $1.size }
        writer.structures(1, Array(zip(columns, group.chunks))) { writer, part in
            let (column, chunk) = part
            writer.long(2, chunk.start)
            writer.structure(3) { column.describe(chunk, to: &$0) }
        }
        writer.long(2, size)
        writer.long(3, group.rows)
    }

    /// The schema's elements, depth first.
    private var schema: [(inout ThriftWriter) -> Void] {
        [
            { [fields] in
                $0.text(4, "schema")
                $0.number(5, fields.count)
            }
        ] + fields.flatMap(\.schema)
    }
}

extension ParquetWriter.Field {
    /// Elements of a schema, with the fields of Parquet's `SchemaElement`: type, repetition (0 required, 1
    /// optional, 2 repeated), name, number of children, converted and logical type.
    fileprivate var schema: [(inout ThriftWriter) -> Void] {
        switch self {
        case .text(let name): [Self.element(name, .bytes, meaning: 0, logical: 1)]
        case .bytes(let name): [Self.element(name, .bytes)]
        case .int64(let name): [Self.element(name, .int64)]
        case .float(let name): [Self.element(name, .float)]
        case .floats(let name):
            [
                Self.element(name, nil, fields: 1, meaning: 3, logical: 3),
                Self.element("list", nil, repetition: 2, fields: 1),
                Self.element("element", .float),
            ]
        case .structure(let name, let fields):
            [Self.element(name, nil, fields: fields.count)] + fields.flatMap(\.schema)
        }
    }

    /// - Parameters:
    ///   - meaning: The `ConvertedType`: 0 for text, 3 for a list.
    ///   - logical: The field of the union `LogicalType`: 1 for text, 3 for a list.
    private static func element(
        _ name: String, _ type: ParquetColumn.Kind?, repetition: Int = 1, fields: Int? = nil,
        meaning: Int? = nil, logical: Int? = nil
    ) -> (inout ThriftWriter) -> Void {
        { element in
            if let type { element.number(1, type.rawValue) }
            element.number(3, repetition)
            element.text(4, name)
            if let fields { element.number(5, fields) }
            if let meaning { element.number(6, meaning) }
            if let logical { element.structure(10) { $0.structure(logical) { _ in } } }
        }
    }
}
