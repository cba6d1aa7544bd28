/// A column of a Parquet file that is being written.
struct ParquetColumn {
    /// The types of values that are written, with Parquet's numbers.
    enum Kind: Int {
        case int64 = 2
        case float = 4
        case bytes = 6
    }

    /// A column's values for a group of rows, in the file.
    struct Chunk {
        let start: Int
        /// Size of its pages, in bytes.
        let size: Int
        let values: Int
    }

    /// Names from the outermost structure to the column.
    private let path: [String]
    private let type: Kind
    /// The number of levels, from the outermost structure to the column, that are optional or
    /// repeated.
    private let maxDefinition: Int
    private let isList: Bool

    /// The current page: its encoded values, their number, and the length of each list.
    private var values: [UInt8] = []
    private var count = 0
    private var lengths: [Int] = []
    /// The finished pages of the current group, and their number of values.
    private var pages: [UInt8] = []
    private var valuesOfPages = 0

    /// The columns of a field.
    static func all(
        of field: ParquetWriter.Field, in path: [String] = []
    ) -> [ParquetColumn] {
        func column(
            _ names: [String], _ type: Kind, isList: Bool = false
        ) -> [ParquetColumn] {
            [
                ParquetColumn(
                    path: path + names, type: type,
                    maxDefinition: path.count + names.count, isList: isList)
            ]
        }
        switch field {
        case .text(let name), .bytes(let name): return column([name], .bytes)
        case .int64(let name): return column([name], .int64)
        case .float(let name): return column([name], .float)
        case .floats(let name): return column([name, "list", "element"], .float, isList: true)
        case .structure(let name, let fields):
            return fields.flatMap { all(of: $0, in: path + [name]) }
        }
    }

    private init(path: [String], type: Kind, maxDefinition: Int, isList: Bool) {
        (self.path, self.type) = (path, type)
        (self.maxDefinition, self.isList) = (maxDefinition, isList)
    }

    /// Size of the current page's values, in bytes.
    var pageSize: Int { values.count }

    /// Adds a value; returns its encoded size in bytes.
    mutating func append(_ value: ParquetWriter.Value) -> Int {
        let before = values.count
        switch (value, type, isList) {
        case (.text(let text), .bytes, false): append(text.utf8)
        case (.bytes(let bytes), .bytes, false): append(bytes)
        case (.int64(let number), .int64, false):
            withUnsafeBytes(of: Int64(number).littleEndian) { values += $0 }
        case (.float(let number), .float, false): append(number)
        case (.floats(let numbers), .float, true):
            precondition(!numbers.isEmpty, "a list has a number at least")
            numbers.forEach { append($0) }
            lengths.append(numbers.count)
            count += numbers.count - 1
        default: preconditionFailure("the value is not of the column's type")
        }
        count += 1
        return values.count - before
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { values += $0 }
        values += bytes
    }

    private mutating func append(_ number: Float) {
        withUnsafeBytes(of: number.bitPattern.littleEndian) { values += $0 }
    }

    /// Ends the current page.
    mutating func endPage() {
        guard count > 0 else { return }
        let levels = (isList ? Self.framed(repetitions) : []) + Self.framed(definitions)
        let size = levels.count + values.count
        pages += ThriftWriter.structure { page in
            page.number(1, 0)
            page.number(2, size)
            page.number(3, size)
            page.structure(5) { data in
                data.number(1, count)
                data.number(2, Self.plain)
                data.number(3, Self.runs)
                data.number(4, Self.runs)
            }
        }
        pages += levels
        pages += values
        valuesOfPages += count
        values.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Ends the current group; returns its pages and their number of values.
    mutating func endGroup() -> (pages: [UInt8], values: Int) {
        endPage()
        defer { (pages, valuesOfPages) = ([], 0) }
        return (pages, valuesOfPages)
    }

    /// Writes Parquet's `ColumnMetaData`.
    func describe(_ chunk: Chunk, to writer: inout ThriftWriter) {
        writer.number(1, type.rawValue)
        writer.numbers(2, [Self.plain, Self.runs])
        writer.texts(3, path)
        writer.number(4, ParquetCodec.none.rawValue)
        writer.long(5, chunk.values)
        writer.long(6, chunk.size)
        writer.long(7, chunk.size)
        writer.long(9, chunk.start)
    }

    // MARK: Levels

    /// Numbers of Parquet's `Encoding`.
    private static let plain = 0
    private static let runs = 3

    /// Definition levels: no value is missing.
    private var definitions: [UInt8] { Self.run(of: maxDefinition, count) }

    /// Repetition levels: 0 where a list begins, and 1 within it.
    private var repetitions: [UInt8] {
        lengths.flatMap { Self.run(of: 0, 1) + ($0 > 1 ? Self.run(of: 1, $0 - 1) : []) }
    }

    /// A run-length encoded level.
    private static func run(of level: Int, _ count: Int) -> [UInt8] {
        var run: [UInt8] = []
        run.append(number: count << 1)
        run.append(UInt8(level))
        return run
    }

    /// Levels preceded by their size.
    private static func framed(_ levels: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(levels.count).littleEndian) { Array($0) } + levels
    }
}
