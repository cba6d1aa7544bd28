public import Foundation
import SafeFiles

extension Safetensors {
    /// The beginning of a file of `float32` tensors, to be followed by their little-endian bytes in the
    /// same order: for files that are written piece by piece.
    ///
    /// - Parameter tensors: Unique names, and shapes.
    public static func beginning(
        _ tensors: [(name: String, shape: [Int])], metadata: [String: String]
    ) -> [UInt8] {
        beginning(tensors.map { ($0.name, .float32, $0.shape) }, metadata: metadata)
    }

    /// The beginning of a file of tensors of any types, to be followed by their bytes.
    ///
    /// - Parameter tensors: Unique names, element types and shapes.
    public static func beginning(
        _ tensors: [(name: String, type: ElementType, shape: [Int])], metadata: [String: String]
    ) -> [UInt8] {
        let header = header(
            rows: tensors.map {
                HeaderRow(
                    name: $0.name, type: SafetensorsLayout.name(of: $0.type), shape: $0.shape,
                    size: $0.shape.reduce($0.type.size, *))
            }, metadata)
        return lengthBytes(header) + header
    }

    /// Changes metadata of a file without changing its tensors. The file, or the target of a link, is
    /// replaced atomically.
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
    /// bytes, without the metadata.
    ///
    /// - Throws: As ``read(_:)``.
    public static func tensorDigest(of url: URL) throws(TorchError) -> String {
        let file = try SafetensorsFile(url)
        var hash = SHA256()
        for entry in file.entries {
            hash.update(head(entry.name, entry.typeName, entry.shape))
            try file.forEachPiece(of: entry.range) { hash.update($0) }
        }
        return hash.hexDigest()
    }

    /// The digest that a file of these tensors would have.
    public static func tensorDigest(of entries: [StateEntry]) -> String {
        var hash = SHA256()
        for entry in entries {
            let type = SafetensorsLayout.name(of: entry.tensor.type)
            hash.update(head(entry.name, type, entry.tensor.shape))
            hash.update(entry.tensor.bytes())
        }
        return hash.hexDigest()
    }

    /// What a digest contains before a tensor's bytes.
    private static func head(_ name: String, _ type: String, _ shape: [Int]) -> [UInt8] {
        Array("\(name)\n\(type) \(shape)\n".utf8)
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
