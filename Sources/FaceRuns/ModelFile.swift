import Foundation
import SafeFiles

extension RunFolder {
    /// Checks that the last epoch's model exists and is complete.
    ///
    /// The header of a safetensors file determines the file's length; the weights themselves are not read.
    ///
    /// - Throws: ``FaceRunsError/damagedFile(path:line:reason:)`` where there is no file, or one that
    ///   is shorter or longer than its header says, ``FaceRunsError/notPlain(path:kind:)`` and
    ///   ``FaceRunsError/unreadable(path:reason:)``.
    public func requireModel() throws(FaceRunsError) {
        let path = modelURL.path
        switch PlainFile.kind(of: modelURL) {
        case nil:
            throw .damagedFile(path: path, line: nil, reason: "the finished run's model is missing")
        case .file: break
        case let kind?:
            throw FaceRunsError(SafeFilesError.notPlain(path: path, kind: kind))
        }
        let length: UInt64
        let header: Data
        do {
            let file = try FileHandle(forReadingFrom: modelURL)
            defer { try? file.close() }
            length = try file.seekToEnd()
            try file.seek(toOffset: 0)
            header = try SafetensorsHeader.read(file)
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        guard let expected = SafetensorsHeader.fileLength(header) else {
            throw .damagedFile(path: path, line: nil, reason: "it has no complete header")
        }
        guard length == expected else {
            throw .damagedFile(
                path: path, line: nil,
                reason: "it has \(length) bytes, and its header says \(expected)")
        }
    }
}

/// The beginning of a safetensors file: the length of a JSON text in 8 bytes, and the text.
enum SafetensorsHeader {
    /// Maximum size in bytes of a header in this format.
    private static let maxLength: UInt64 = 100_000_000

    /// The part of a tensor's entry that determines the file's length.
    private struct Entry: Decodable {
        var data_offsets: [UInt64]?
    }

    /// The bytes before the tensors, or as many of them as there are.
    static func read(_ file: FileHandle) throws -> Data {
        let start = try file.read(upToCount: 8) ?? Data()
        guard let length = textLength(start) else { return start }
        return start + (try file.read(upToCount: Int(length)) ?? Data())
    }

    /// How long a whole file with this header is; nil if the header is truncated or invalid.
    static func fileLength(_ header: Data) -> UInt64? {
        guard let length = textLength(header), header.count == 8 + Int(length),
            let entries = try? JSONDecoder().decode(
                [String: Entry].self, from: header.dropFirst(8))
        else { return nil }
        let end = entries.values.compactMap { $0.data_offsets?.last }.max() ?? 0
        let (sum, overflow) = end.addingReportingOverflow(8 + length)
        return overflow ? nil : sum
    }

    /// The numbers of a whole file, without its header; all of it where that is truncated or invalid.
    static func numbers(of file: Data) -> Data {
        guard let length = textLength(file), length <= UInt64(file.count - 8) else { return file }
        return file.dropFirst(8 + Int(length))
    }

    private static func textLength(_ start: Data) -> UInt64? {
        guard start.count >= 8 else { return nil }
        let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return length <= maxLength ? length : nil
    }
}
