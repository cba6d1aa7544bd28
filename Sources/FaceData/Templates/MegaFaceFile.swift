public import Foundation
import SafeFiles
import SafeNumbers
import Spelling

/// Feature files of MegaFace's development kit: an OpenCV matrix with a header of four 32-bit
/// integers (rows, columns, bytes per row, type 5 for float32), followed by the numbers, all
/// little-endian.
///
/// insightface writes one vector per file, with the header `512, 1, 4, 5`.
public enum MegaFaceFile {
    /// The largest file that is read, in bytes.
    static let maxBytes = 1 << 20

    /// Reads a vector.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)`` for another type or shape, or a
    ///   truncated file.
    public static func read(_ file: URL) throws(FaceDataError) -> [Float] {
        try read(try FileReader(file))
    }

    static func read(_ store: any ByteStore) throws(FaceDataError) -> [Float] {
        func wrong(_ offset: Int, _ reason: String) -> FaceDataError {
            .badStructure(path: store.path, offset: offset, reason: reason)
        }
        guard store.size >= 16 else {
            throw wrong(0, "it has \(store.size) bytes, fewer than its header of 16")
        }
        guard store.size <= maxBytes else {
            throw wrong(0, "\(store.size) bytes are too many for a feature")
        }
        let bytes = try store.bytes(at: 0, count: store.size)
        func number(_ offset: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        let (rows, columns, stride, type) = (number(0), number(4), number(8), number(12))
        guard type == 5 else { throw wrong(12, "its type is \(type), not 5 for float32") }
        guard rows > 0, columns > 0, rows == 1 || columns == 1, rows < 1 << 18, columns < 1 << 18,
            stride == 4 * columns
        else {
            throw wrong(
                0, "its shape is \(rows)x\(columns) with \(stride) bytes a row, not a vector")
        }
        guard bytes.count == 16 + 4 * rows * columns else {
            throw wrong(
                bytes.count,
                "it has \(bytes.count) bytes, but \(16 + 4 * rows * columns) are needed for its "
                    + "\(rows * columns) numbers")
        }
        let values = [Float](littleEndian: Array(bytes[16...]))
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw wrong(16 + 4 * index, "number \(index) is not finite")
        }
        return values
    }

    /// The size of a matrix.
    public struct Shape: Sendable, Hashable {
        /// Number of vectors.
        public let rows: Int
        /// Number of components of a vector.
        public let columns: Int
    }

    /// The shape of a matrix whose header matches the file's size; nil for other files.
    public static func shape(of file: URL) -> Shape? {
        guard let store = try? FileReader(file) else { return nil }
        return shape(of: store)
    }

    static func shape(of store: any ByteStore) -> Shape? {
        guard store.size > 16, let bytes = try? store.bytes(at: 0, count: 16)
        else { return nil }
        func number(_ offset: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        let (rows, columns) = (number(0), number(4))
        guard number(12) == 5, (1...1 << 31).contains(rows), (1...1 << 20).contains(columns),
            number(8) == 4 * columns, store.size == 16 + 4 * rows * columns
        else { return nil }
        return Shape(rows: rows, columns: columns)
    }

    /// The numbers of a matrix, row by row.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)`` for a file that is not a matrix, or a
    ///   number that is not finite.
    public static func readMatrix(
        _ file: URL
    ) throws(FaceDataError) -> (shape: Shape, values: [Float]) {
        try readMatrix(try FileReader(file))
    }

    static func readMatrix(
        _ store: any ByteStore
    ) throws(FaceDataError) -> (shape: Shape, values: [Float]) {
        guard let shape = shape(of: store) else {
            throw .badStructure(
                path: store.path, offset: 0,
                reason: "it is no matrix of float32 with OpenCV's header, or is cut short")
        }
        var values: [Float] = []
        values.reserveCapacity(shape.rows * shape.columns)
        for row in 0..<shape.rows {
            let start = 16 + 4 * row * shape.columns
            let bytes = try store.bytes(at: start, count: 4 * shape.columns)
            values += [Float](littleEndian: bytes)
            if let bad = values[(row * shape.columns)...].firstIndex(where: { !$0.isFinite }) {
                throw .badStructure(
                    path: store.path, offset: 16 + 4 * bad, reason: "number \(bad) is not finite")
            }
        }
        return (shape, values)
    }

    /// The contents of a vector's file.
    public static func bytes(_ values: [Float]) -> [UInt8] {
        header(rows: values.count, columns: 1) + [UInt8](littleEndian: values)
    }

    /// The header of a matrix, which precedes its numbers.
    public static func header(rows: Int, columns: Int) -> [UInt8] {
        [rows, columns, 4 * columns, 5].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
    }

    /// Writes a vector, atomically.
    public static func write(_ values: [Float], to file: URL) throws(FaceDataError) {
        try FaceDataError.storing { () throws(SafeFilesError) in
            try AtomicFile.write(Data(bytes(values)), to: file)
        }
    }
}
