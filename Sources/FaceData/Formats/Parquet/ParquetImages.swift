public import Foundation
import SafeNumbers

/// Pictures in Parquet files of Hugging Face's `datasets`.
///
/// A picture's page is read and unpacked as a whole, and the last pages are kept, since a page has many pictures:
/// reading them in the order of the file is much faster than in any other.
public struct ParquetImages: ImageSource {
    /// The file, or the folder of the files.
    public let location: URL
    /// The Parquet files, in the order of their rows.
    public var files: [URL] { pool.files.map(\.url) }
    private let pool: FilePool
    private let tables: [ParquetTable]
    private let names: TextTable
    /// The first row of each file, and how many rows there are.
    private let starts: [Int]
    private let pages = PageCache()

    init(_ location: URL, _ files: [FilePool.File], _ tables: [ParquetTable], names: [String]) {
        self.location = location
        self.tables = tables
        pool = FilePool(files)
        starts = tables.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.rows) }
        self.names = names.reduce(into: TextTable()) { $0.append($1) }
    }

    /// How many pictures there are.
    public var count: Int { starts.last ?? 0 }

    /// `IDENTITY/NAME` where the file names its pictures.
    public func name(of index: Int) -> String { names[index] }

    /// The file and the row.
    public func path(of index: Int) -> String {
        let (file, row) = place(of: index)
        return "\(pool.files[file].url.path), row \(row)"
    }

    /// The version of the picture's file.
    public func stamp(of index: Int) -> FileStamp {
        FileStamp(pool.files[place(of: index).file].url)
    }

    /// Reads the encoded bytes of a picture into `buffer`.
    public func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        let (file, row) = place(of: index)
        let part = Self.last(of: tables[file].parts, below: row)
        let values = try pages.values(file, part) { () throws(FaceDataError) in
            try ParquetTable.values(
                of: tables[file].parts[part], tables[file].images, pool.files[file].url.path
            ) { (page) throws(FaceDataError) in
                let bytes = ReadBuffer()
                try pool.read(file, at: page.start, count: page.size, into: bytes)
                return bytes.array
            }
        }
        guard let place = values.places[row - tables[file].parts[part].firstRow] else {
            throw .badImage(
                path: path(of: index),
                reason:
                    "the row has no bytes, only a path: it was written by to_parquet() from a folder, where "
                    + "push_to_hub() would have put the pictures in")
        }
        buffer.fill(place.count) { $0.copyBytes(from: values.bytes[place]) }
    }

    private func place(of index: Int) -> (file: Int, row: Int) {
        let file = starts.partitioningIndex { $0 > index } - 1
        return (file, index - starts[file])
    }

    /// The last part that begins at a row or before.
    private static func last(of parts: [ParquetTable.Part], below row: Int) -> Int {
        parts.partitioningIndex { $0.firstRow > row } - 1
    }
}

extension ImageSource {
    /// The Parquet files that the images, or those they are selected from, are in.
    public var parquetImages: ParquetImages? {
        self as? ParquetImages ?? (self as? SelectedImages)?.source.parquetImages
    }
}

/// The values of the pages that were read last.
private final class PageCache: @unchecked Sendable {
    /// A page of a file.
    private struct Key: Hashable {
        let file: Int
        let part: Int
    }

    // Sound because all are reached only while the lock is held.
    private let lock = NSLock()
    private var kept: [Key: (values: ParquetValues, used: Int)] = [:]
    private var clock = 0
    /// Pages kept in memory, some megabytes each.
    private static let limit = 24

    func values(
        _ file: Int, _ part: Int, _ make: () throws(FaceDataError) -> ParquetValues
    ) throws(FaceDataError) -> ParquetValues {
        let key = Key(file: file, part: part)
        lock.lock()
        clock += 1
        if let values = kept[key]?.values {
            kept[key]?.used = clock
            lock.unlock()
            return values
        }
        lock.unlock()
        // Two threads may both make a page, which costs time alone.
        let values = try make()
        lock.lock()
        defer { lock.unlock() }
        if kept.count >= Self.limit,
            let oldest = kept.min(by: { $0.value.used < $1.value.used })?.key
        {
            kept[oldest] = nil
        }
        kept[key] = (values, clock)
        return values
    }
}
