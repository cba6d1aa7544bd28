public import Foundation
import SafeFiles

/// A safetensors file: a JSON header and the tensors' bytes, nothing that could be executed.
///
/// Layout: a `u64` (little-endian) that gives the header's length, the header in JSON, then the
/// bytes. The header maps each name to `dtype`, `shape` and `data_offsets` from the end of the
/// header; `__metadata__` maps strings to strings. The tensors' bytes follow each other without a
/// gap to the end of the file.
public enum Safetensors {
    /// The content of a file.
    public struct Content {
        /// The tensors, on the CPU, by name.
        public var tensors: [String: Tensor]
        /// Strings stored beside them.
        public var metadata: [String: String]
    }

    // MARK: Writing

    /// The bytes of a file with the given tensors, in their order, which have different names.
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

    /// How many bytes ``encode(_:metadata:)`` gives.
    public static func byteCount(
        _ entries: [StateEntry], metadata: [String: String] = [:]
    ) -> Int {
        8 + header(entries, metadata).count + bodySize(entries)
    }

    /// Writes a file beside its place and renames it, so that it is whole or absent.
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

    /// The header's length, as the file begins with it.
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
        /// How many bytes it has.
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

    /// The header, with spaces at its end so that the tensors' bytes begin at a multiple of 8.
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

    /// A string of JSON.
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
