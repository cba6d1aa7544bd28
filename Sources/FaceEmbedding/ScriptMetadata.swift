import FaceModels
public import Foundation

/// Facet's metadata of a network in TorchScript: the strings of `ModelFile` as a JSON object in the comment
/// at the end of the file, which is a ZIP archive.
///
/// LibTorch reads such a file like any other; in Python the text is `zipfile.ZipFile(path).comment`.
public enum ScriptMetadata {
    /// Signature of the record at the end of an archive, and its size without the comment.
    private static let mark: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    private static let recordLength = 22
    /// Maximum length of an archive's comment.
    private static let limit = 0xFFFF

    /// Writes metadata at the end of a file, which must not have a comment yet.
    ///
    /// - Throws: The system's error for a file that cannot be written, and
    ///   ``FaceEmbeddingError/cannotWrite(path:reason:)`` if it is not such an archive, or the strings are
    ///   too long.
    public static func write(_ strings: [String: String], to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let comment = try encoder.encode(strings)
        let file = try FileHandle(forUpdating: url)
        defer { try? file.close() }
        let size = try file.seekToEnd()
        guard comment.count <= limit, size >= UInt64(recordLength) else {
            throw FaceEmbeddingError.cannotWrite(
                path: url.path, reason: "its metadata is too long for a ZIP archive")
        }
        try file.seek(toOffset: size - UInt64(recordLength))
        let record = [UInt8](try file.read(upToCount: recordLength) ?? Data())
        guard record.starts(with: mark), record.suffix(2) == [0, 0] else {
            throw FaceEmbeddingError.cannotWrite(
                path: url.path, reason: "it does not end as an archive of LibTorch's does")
        }
        try file.seek(toOffset: size - 2)
        let length = [UInt8(comment.count & 0xFF), UInt8(comment.count >> 8)]
        try file.write(contentsOf: Data(length) + comment)
    }

    /// Mean face of a network's training set; nil if its file does not have it.
    static func meanFace(of url: URL) -> [UInt8]? {
        strings(of: url).flatMap { ModelMetadata.meanFace($0["mean_face"]) }
    }

    /// Height and width of a network's images, in pixels; nil if its file does not state it.
    static func inputSize(of url: URL) -> Int? {
        strings(of: url)?["input_size"].flatMap { Int($0) }
            .flatMap { (1...1024).contains($0) ? $0 : nil }
    }

    /// The input normalisation of a network; nil if its file does not state it.
    static func normalization(of url: URL) -> InputNormalization? {
        strings(of: url).flatMap(ModelMetadata.normalization)
    }

    private static func strings(of url: URL) -> [String: String]? {
        comment(of: url).flatMap { try? JSONDecoder().decode([String: String].self, from: $0) }
    }

    /// The comment at the end of an archive; nil if there is none.
    private static func comment(of url: URL) -> Data? {
        guard let file = try? FileHandle(forReadingFrom: url), let size = try? file.seekToEnd()
        else { return nil }
        defer { try? file.close() }
        let length = min(size, UInt64(recordLength + limit))
        guard (try? file.seek(toOffset: size - length)) != nil,
            let end = (try? file.read(upToCount: Int(length))) ?? nil, end.count >= recordLength
        else { return nil }
        let bytes = [UInt8](end)
        // The record's own length distinguishes it from the same bytes within a comment.
        let start = (0...bytes.count - recordLength).last { index in
            let stated = Int(bytes[index + 20]) | Int(bytes[index + 21]) << 8
            return bytes[index...].starts(with: mark)
                && index + recordLength + stated == bytes.count
        }
        return start.map { Data(bytes[($0 + recordLength)...]) }
    }
}
