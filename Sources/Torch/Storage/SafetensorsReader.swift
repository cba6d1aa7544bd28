public import Foundation
import SafeFiles

extension Safetensors {
    /// Reads a whole file. Tensors in half precision (`F16`) become `float32`.
    ///
    /// - Throws: ``TorchError/file(path:reason:)`` if it cannot be read,
    ///   ``TorchError/malformedWeights(path:reason:)`` if its header is invalid or does not match
    ///   its bytes.
    public static func read(_ url: URL) throws(TorchError) -> Content {
        let file = try SafetensorsFile(url)
        return Content(tensors: try file.all(), metadata: file.metadata)
    }

    /// The error for a file that cannot be read.
    static func failure(_ error: any Error, reading url: URL) -> TorchError {
        if case SafeFilesError.unreadable(_, let reason) = error {
            return .file(path: url.path, reason: reason)
        }
        return .file(path: url.path, reason: error.localizedDescription)
    }

    /// Reads the metadata of a file, without its tensors.
    ///
    /// - Throws: As ``read(_:)``.
    public static func metadata(of url: URL) throws(TorchError) -> [String: String] {
        func failure(_ error: any Error) -> TorchError { Self.failure(error, reading: url) }
        let file: FileHandle
        let size: UInt64
        do {
            try PlainFile.requireReadable(url)
            file = try FileHandle(forReadingFrom: url)
            size = try file.seekToEnd()
        } catch { throw failure(error) }
        defer { try? file.close() }
        return try SafetensorsLayout.metadata(size: Int(clamping: size), path: url.path) {
            count throws(TorchError) in
            try SafetensorsFile.bytes(of: file, 0..<count, url.path)
        }
    }

    /// Decodes the bytes of a file.
    ///
    /// - Parameter path: The file's path, for the message.
    /// - Throws: ``TorchError/malformedWeights(path:reason:)`` if the header is invalid or does not
    ///   match the bytes.
    public static func decode(_ data: Data, path: String) throws(TorchError) -> Content {
        let bytes = [UInt8](data)
        let layout = try SafetensorsLayout(of: bytes, path: path)
        var content = Content(tensors: [:], metadata: layout.metadata)
        for entry in layout.entries {
            content.tensors[entry.name] = try entry.tensor(
                of: bytes[entry.range], shape: entry.shape)
        }
        return content
    }
}

extension SafetensorsLayout.Entry {
    /// The tensor of bytes that are stored in its type, row by row.
    ///
    /// - Parameter shape: The tensor's own, or that of some of its rows.
    func tensor(of bytes: ArraySlice<UInt8>, shape: [Int]) throws(TorchError) -> Tensor {
        isHalf
            ? Tensor(HalfPrecision.floats(bytes), shape: shape)
            : try Tensor.fromBytes(bytes, shape: shape, type: type)
    }
}
