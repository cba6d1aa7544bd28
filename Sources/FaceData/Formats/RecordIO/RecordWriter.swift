import Foundation
import SafeFiles

/// Writes the records of a RecordIO file in sequence.
struct RecordWriter: ~Copyable {
    let file: FileWriter

    init(_ file: FileWriter) { self.file = file }

    /// Adds a record; returns its offset.
    ///
    /// A payload is split where it contains the magic number at a multiple of four bytes, so that
    /// readers that search for the number only find records.
    @discardableResult
    func append(_ payload: UnsafeRawBufferPointer) throws(FaceDataError) -> Int {
        guard payload.count <= RecordFile.maxPartBytes else {
            throw .cannotWrite(
                path: file.url.path, reason: "a record of \(payload.count) bytes is too large")
        }
        let start = file.count
        var from = 0
        for index in stride(from: 0, to: payload.count & ~3, by: 4)
        where UInt32(littleEndian: payload.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            == RecordFile.magic
        {
            try write(flag: from == 0 ? 1 : 2, payload[from..<index])
            from = index + 4
        }
        try write(flag: from == 0 ? 0 : 3, payload[from...])
        try FaceDataError.storing { () throws(SafeFilesError) in
            try file.write([UInt8](repeating: 0, count: -payload.count & 3))
        }
        return start
    }

    /// Flushes everything to disk, without giving the file its final name yet.
    func synchronize() throws(FaceDataError) {
        try FaceDataError.storing { () throws(SafeFilesError) in try file.synchronize() }
    }

    private func write(
        flag: UInt32, _ bytes: Slice<UnsafeRawBufferPointer>
    ) throws(FaceDataError) {
        let words = [
            RecordFile.magic.littleEndian, (flag << 29 | UInt32(bytes.count)).littleEndian,
        ]
        try FaceDataError.storing { () throws(SafeFilesError) in
            try file.write(words.withUnsafeBytes { Array($0) })
            try file.write(UnsafeRawBufferPointer(rebasing: bytes))
        }
    }
}
