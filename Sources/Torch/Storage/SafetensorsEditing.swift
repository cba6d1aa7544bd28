public import Foundation
import SafeFiles

extension Safetensors {
    /// The beginning of a file of tensors in single precision, behind which their bytes follow in the same
    /// order, the lowest byte of each number first: for files that are written piece by piece.
    ///
    /// - Parameter tensors: Different names, and shapes.
    public static func beginning(
        _ tensors: [(name: String, shape: [Int])], metadata: [String: String]
    ) -> [UInt8] {
        let header = header(
            rows: tensors.map {
                HeaderRow(
                    name: $0.name, type: SafetensorsLayout.name(of: .float32), shape: $0.shape,
                    size: $0.shape.reduce(4, *))
            }, metadata)
        return lengthBytes(header) + header
    }

    /// Changes strings of a file, whose tensors' bytes stay as they are. The file is replaced as a whole or
    /// not at all; where it is a link, the file that it leads to.
    ///
    /// - Parameter changes: New values by key.
    /// - Throws: As ``read(_:)`` and ``write(_:metadata:to:)``.
    public static func setMetadata(
        _ changes: [String: String], of url: URL
    ) throws(TorchError) {
        let target = url.resolvingSymlinksInPath()
        let bytes = try bytes(of: target)
        let layout = try SafetensorsLayout(of: bytes, path: url.path)
        let rows = layout.entries.map {
            HeaderRow(name: $0.name, type: $0.typeName, shape: $0.shape, size: $0.range.count)
        }
        let header = header(rows: rows, layout.metadata.merging(changes) { $1 })
        var file = Data(capacity: bytes.count + header.count)
        file.append(contentsOf: lengthBytes(header))
        file.append(contentsOf: header)
        for entry in layout.entries { file.append(contentsOf: bytes[entry.range]) }
        try store(file, to: target)
    }

    /// SHA-256 of a file's tensors, in hexadecimal: of their names, types, shapes and bytes in the order of the
    /// bytes, and of none of its strings.
    ///
    /// - Throws: As ``read(_:)``.
    public static func tensorDigest(of url: URL) throws(TorchError) -> String {
        let bytes = try bytes(of: url)
        let layout = try SafetensorsLayout(of: bytes, path: url.path)
        var hash = SHA256()
        for entry in layout.entries {
            hash.update(Array("\(entry.name)\n\(entry.typeName) \(entry.shape)\n".utf8))
            hash.update(bytes[entry.range])
        }
        return hash.hexDigest()
    }

    private static func bytes(of url: URL) throws(TorchError) -> [UInt8] {
        do {
            try PlainFile.requireReadable(url)
            return [UInt8](try Data(contentsOf: url))
        } catch {
            throw failure(error, reading: url)
        }
    }
}
