public import Foundation
import SafeNumbers

/// Pictures in Parquet files of Hugging Face's `datasets`.
///
/// A picture's page is read and decompressed as a whole, and recently used pages are cached. Since a page has
/// many pictures, reading in the order of the file is much faster than in any other.
public struct ParquetImages: ImageSource {
    /// The file, or the folder of the files.
    public let location: URL
    /// The Parquet files, in the order of their rows.
    public var files: [URL] { pool.files.map(\.url) }
    private let pool: FilePool
    private let tables: [ParquetTable]
    private let names: TextTable
    /// The index of each file's first row, followed by the total number of rows.
    private let starts: [Int]
    private let pages = PageCache()

    init(_ location: URL, _ files: [FilePool.File], _ tables: [ParquetTable], names: [String]) {
        self.location = location
        self.tables = tables
        pool = FilePool(files)
        starts = tables.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.rows) }
        self.names = names.reduce(into: TextTable()) { $0.append($1) }
    }

    /// Number of pictures.
    public var count: Int { starts.last ?? 0 }

    /// `IDENTITY/NAME`, or `IDENTITY/row N` if the picture has no unique name.
    public func name(of index: Int) -> String { names[index] }

    /// The file's path and the row.
    public func path(of index: Int) -> String {
        let (file, row) = location(of: index)
        return "\(pool.files[file].url.path), row \(row)"
    }

    /// The stamp of the picture's file.
    public func stamp(of index: Int) -> FileStamp {
        FileStamp(pool.files[location(of: index).file].url)
    }

    /// Reads the encoded bytes of a picture into `buffer`.
    public func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        let (file, row) = location(of: index)
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
        guard let range = values.ranges[row - tables[file].parts[part].firstRow] else {
            throw .badImage(
                path: path(of: index),
                reason:
                    "the row has no bytes, only a path: it was written by to_parquet() from a folder, where "
                    + "push_to_hub() would have put the pictures in")
        }
        buffer.fill(range.count) { $0.copyBytes(from: values.bytes[range]) }
    }

    private func location(of index: Int) -> (file: Int, row: Int) {
        let file = starts.partitioningIndex { $0 > index } - 1
        return (file, index - starts[file])
    }

    /// The index of the last part that begins at or before a row.
    private static func last(of parts: [ParquetTable.Part], below row: Int) -> Int {
        parts.partitioningIndex { $0.firstRow > row } - 1
    }
}

extension ImageSource {
    /// The images of Parquet files that this source is, or that its images are selected from; nil
    /// for other sources.
    public var parquetImages: ParquetImages? {
        self as? ParquetImages ?? (self as? SelectedImages)?.source.parquetImages
    }
}

/// The recently used pages of all files.
private final class PageCache: @unchecked Sendable {
    /// A page of a file.
    private struct Key: Hashable {
        let file: Int
        let part: Int
    }

    private let lock = NSLock()
    // `@unchecked` is sound because it is accessed only while the lock is held. Pages have some megabytes each.
    private var pages = LRUCache<Key, ParquetValues>(capacity: 24)

    func values(
        _ file: Int, _ part: Int, _ make: () throws(FaceDataError) -> ParquetValues
    ) throws(FaceDataError) -> ParquetValues {
        let key = Key(file: file, part: part)
        if let values = lock.withLock({ pages.value(forKey: key) }) { return values }
        // Two threads may read the same page, which only costs time.
        let values = try make()
        lock.withLock { pages.updateValue(values, forKey: key) }
        return values
    }
}
