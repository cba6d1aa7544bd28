public import Foundation
import SafeFiles
import Spelling

/// An open safetensors file, whose header has been checked and whose tensors are read when they are asked for.
///
/// No more than the requested tensor and a few megabytes are in memory, unless it is a large one of a single row, which
/// is copied.
public final class SafetensorsFile {
    /// The file's path.
    public let path: String
    private let layout: SafetensorsLayout
    private let file: FileHandle
    /// Size of the file, in bytes.
    private let size: Int

    /// Number of bytes that are read at once.
    private static let pieceBytes = 16 << 20

    /// Opens a file and reads its header.
    ///
    /// - Throws: ``TorchError/file(path:reason:)`` if it cannot be read,
    ///   ``TorchError/malformedWeights(path:reason:)`` if its header is invalid or does not match its size.
    public init(_ url: URL) throws(TorchError) {
        path = url.path
        let end: UInt64
        do {
            try PlainFile.requireReadable(url)
            file = try FileHandle(forReadingFrom: url)
            end = try file.seekToEnd()
        } catch {
            throw Safetensors.failure(error, reading: url)
        }
        size = Int(clamping: end)
        let file = file
        layout = try SafetensorsLayout(size: size, path: path) { count throws(TorchError) in
            try Self.bytes(of: file, 0..<count, url.path)
        }
    }

    deinit { try? file.close() }

    /// The file's metadata.
    public var metadata: [String: String] { layout.metadata }

    /// Names and shapes of the tensors, in the order of their bytes.
    public var tensors: [(name: String, shape: [Int])] {
        layout.entries.map { ($0.name, $0.shape) }
    }

    /// Shape of a tensor; nil if the file has none of this name.
    public func shape(of name: String) -> [Int]? { entry(name)?.shape }

    private func entry(_ name: String) -> SafetensorsLayout.Entry? {
        layout.entries.first { $0.name == name }
    }

    private func required(_ name: String) throws(TorchError) -> SafetensorsLayout.Entry {
        guard let entry = entry(name) else { throw .missingTensor(name: name, path: path) }
        return entry
    }

    /// Reads a tensor, on the CPU.
    ///
    /// - Throws: ``TorchError/missingTensor(name:path:)``, ``TorchError/file(path:reason:)``.
    public func tensor(_ name: String) throws(TorchError) -> Tensor {
        try tensor(try required(name))
    }

    /// Reads some rows of a tensor, on the CPU.
    ///
    /// - Parameter rows: Positions along the first dimension.
    /// - Throws: ``TorchError/missingTensor(name:path:)``, ``TorchError/file(path:reason:)``.
    public func rows(_ rows: Range<Int>, of name: String) throws(TorchError) -> Tensor {
        let entry = try required(name)
        guard let count = entry.shape.first, count > 0, rows.lowerBound >= 0,
            rows.upperBound <= count
        else {
            throw .malformedWeights(
                path: path,
                reason:
                    "tensor \(quoted: name) has no rows \(rows.lowerBound) to \(rows.upperBound)")
        }
        let length = entry.range.count / count
        let start = entry.range.lowerBound + rows.lowerBound * length
        return try entry.tensor(
            of: try bytes(start..<start + rows.count * length)[...],
            shape: [rows.count] + entry.shape.dropFirst())
    }

    /// Reads all tensors, one after another.
    func all() throws(TorchError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for entry in layout.entries { tensors[entry.name] = try tensor(entry) }
        return tensors
    }

    /// Reads a tensor; a large one piece by piece, so that its bytes are not in memory twice.
    private func tensor(_ entry: SafetensorsLayout.Entry) throws(TorchError) -> Tensor {
        let rows = entry.shape.first ?? 0
        guard entry.range.count > Self.pieceBytes, rows > 1 else {
            return try entry.tensor(of: try bytes(entry.range)[...], shape: entry.shape)
        }
        let step = max(1, Self.pieceBytes / (entry.range.count / rows))
        let whole = Tensor.zeros(entry.shape, type: entry.type)
        for start in stride(from: 0, to: rows, by: step) {
            let part = start..<min(start + step, rows)
            whole.narrowed(0, part).assign(try self.rows(part, of: entry.name))
        }
        return whole
    }

    // MARK: Bytes

    /// Calls a body with all bytes of the file, piece by piece.
    public func forEachPiece(_ body: (Data) -> Void) throws(TorchError) {
        try forEachPiece(of: 0..<size, body)
    }

    func forEachPiece(of range: Range<Int>, _ body: (Data) -> Void) throws(TorchError) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.pieceBytes) {
            body(Data(try bytes(start..<min(start + Self.pieceBytes, range.upperBound))))
        }
    }

    /// The tensors with the ranges of their bytes.
    var entries: [SafetensorsLayout.Entry] { layout.entries }

    private func bytes(_ range: Range<Int>) throws(TorchError) -> [UInt8] {
        try Self.bytes(of: file, range, path)
    }

    static func bytes(
        of file: FileHandle, _ range: Range<Int>, _ path: String
    ) throws(TorchError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            try file.seek(toOffset: UInt64(range.lowerBound))
            bytes = [UInt8](try file.read(upToCount: range.count) ?? Data())
        } catch {
            throw Safetensors.failure(error, reading: URL(fileURLWithPath: path))
        }
        guard bytes.count == range.count else {
            throw .file(path: path, reason: "it became shorter while it was read")
        }
        return bytes
    }
}
