public import Foundation
import SafeFiles

/// Reads and writes safetensors files, which consist of a JSON header and the tensors' bytes, and
/// nothing that could be executed.
///
/// Layout: the header's length as a little-endian `u64`, the header in JSON, then the bytes. The
/// header maps each name to `dtype`, `shape` and `data_offsets`, which are relative to the end of
/// the header; `__metadata__` maps strings to strings. The tensors' bytes are contiguous up to the
/// end of the file.
public enum Safetensors {
    /// The contents of a file.
    public struct Content {
        /// The tensors, on the CPU, by name.
        public var tensors: [String: Tensor]
        /// The file's metadata.
        public var metadata: [String: String]
    }

    // MARK: Writing

    /// The bytes of a file with the given tensors, whose names must be unique, in their order.
    public static func encode(
        _ entries: [StateEntry], metadata: [String: String] = [:]
    ) -> Data {
        let header = header(entries, metadata)
        var file = Data(capacity: 8 + header.count + bodySize(entries))
        file.append(contentsOf: lengthBytes(header))
        file.append(contentsOf: header)
        for entry in entries { file.append(contentsOf: entry.tensor.bytes()) }
        return file
    }

    /// The number of bytes that ``encode(_:metadata:)`` returns.
    public static func byteCount(
        _ entries: [StateEntry], metadata: [String: String] = [:]
    ) -> Int {
        8 + header(entries, metadata).count + bodySize(entries)
    }

    /// Writes a file atomically.
    ///
    /// - Throws: ``TorchError/file(path:reason:)`` or ``TorchError/noSpace(path:)``.
    public static func write(
        _ entries: [StateEntry], metadata: [String: String] = [:], to url: URL
    ) throws(TorchError) {
        try store(encode(entries, metadata: metadata), to: url)
    }

    static func store(_ data: Data, to url: URL) throws(TorchError) {
        do {
            try AtomicFile.write(data, to: url)
        } catch {
            switch error {
            case .noSpace(let path): throw .noSpace(path: path)
            case .notPlain(let path, _): throw .file(path: path, reason: error.description)
            case .unreadable(let path, let reason), .unwritable(let path, let reason):
                throw .file(path: path, reason: reason)
            case .busy(let path, _): throw .file(path: path, reason: "another process has it")
            }
        }
    }

    /// The first bytes of a file: the header's length.
    static func lengthBytes(_ header: [UInt8]) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    }

    private static func bodySize(_ entries: [StateEntry]) -> Int {
        entries.reduce(0) { $0 + $1.tensor.count * $1.tensor.type.size }
    }

    /// A header's entry for a tensor.
    struct HeaderRow {
        var name: String
        /// The format's name of the type.
        var type: String
        var shape: [Int]
        /// Size of the tensor, in bytes.
        var size: Int
    }

    private static func header(_ entries: [StateEntry], _ metadata: [String: String]) -> [UInt8] {
        header(
            rows: entries.map { entry in
                let (type, shape) = (entry.tensor.type, entry.tensor.shape)
                return HeaderRow(
                    name: entry.name, type: SafetensorsLayout.name(of: type), shape: shape,
                    size: shape.reduce(type.size, *))
            }, metadata)
    }

    /// The header, padded with spaces so that the tensors' bytes begin at a multiple of 8.
    static func header(rows: [HeaderRow], _ metadata: [String: String]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }
                .map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append(
                "\(quoted(SafetensorsLayout.metadataName)):{\(pairs.joined(separator: ","))}")
        }
        var start = 0
        for row in rows {
            members.append(
                "\(quoted(row.name)):{\"dtype\":\"\(row.type)\","
                    + "\"shape\":[\(row.shape.map(String.init).joined(separator: ","))],"
                    + "\"data_offsets\":[\(start),\(start + row.size)]}")
            start += row.size
        }
        let text = Array("{\(members.joined(separator: ","))}".utf8)
        return text + [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    }

    /// A JSON string literal.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
