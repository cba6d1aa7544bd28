public import Foundation

/// A safetensors file: a JSON header and the tensors' bytes, nothing that could be executed.
///
/// Layout: a `u64` (little-endian) that gives the header's length, the header in JSON, then the
/// bytes. The header maps each name to `dtype`, `shape` and `data_offsets` from the end of the
/// header; `__metadata__` maps strings to strings.
public enum Safetensors {
    /// The content of a file.
    public struct Content {
        /// The tensors, on the CPU, by name.
        public var tensors: [String: Tensor]
        /// Strings stored beside them.
        public var metadata: [String: String]
    }

    private struct Entry: Codable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    private static let typeNames: [ElementType: String] = [
        .bool: "BOOL", .bfloat16: "BF16", .float32: "F32", .float64: "F64", .int64: "I64",
        .uint8: "U8",
    ]

    /// No header of a network comes near this many bytes; a longer one is damage.
    private static let longestHeader = 100 << 20

    // MARK: Writing

    /// The bytes of a file with the given tensors, in their order.
    public static func encode(
        _ entries: [StateEntry], metadata: [String: String] = [:]
    ) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var members: [String] = []
        if !metadata.isEmpty {
            members.append("\"__metadata__\":\(try json(metadata, encoder))")
        }
        var body = Data()
        for entry in entries {
            let bytes = entry.tensor.bytes()
            let header = Entry(
                dtype: typeNames[entry.tensor.type] ?? "F32", shape: entry.tensor.shape,
                data_offsets: [body.count, body.count + bytes.count])
            members.append("\(try json(entry.name, encoder)):\(try json(header, encoder))")
            body.append(contentsOf: bytes)
        }
        var header = Data("{\(members.joined(separator: ","))}".utf8)
        header.append(contentsOf: repeatElement(0x20, count: (8 - header.count % 8) % 8))
        var file = Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
        file.append(header)
        file.append(body)
        return file
    }

    private static func json(_ value: some Encodable, _ encoder: JSONEncoder) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes a file beside its place and renames it, so that it is whole or absent.
    public static func write(
        _ entries: [StateEntry], metadata: [String: String] = [:], to url: URL
    ) throws(TorchError) {
        do {
            try encode(entries, metadata: metadata).write(to: url, options: .atomic)
        } catch {
            throw .file(path: url.path, reason: error.localizedDescription)
        }
    }

    // MARK: Reading

    /// Reads a whole file.
    ///
    /// - Throws: ``TorchError/file(path:reason:)`` when it cannot be read,
    ///   ``TorchError/malformedWeights(path:reason:)`` when it is not what its header says.
    public static func read(_ url: URL) throws(TorchError) -> Content {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw .file(path: url.path, reason: error.localizedDescription)
        }
        return try decode([UInt8](data), path: url.path)
    }

    static func decode(_ bytes: [UInt8], path: String) throws(TorchError) -> Content {
        let (header, start) = try headerOf(bytes, path: path)
        guard let object = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else {
            throw .malformedWeights(path: path, reason: "its header is not JSON")
        }
        var content = Content(tensors: [:], metadata: [:])
        for (name, value) in object {
            if name == "__metadata__" {
                content.metadata = value as? [String: String] ?? [:]
            } else {
                content.tensors[name] = try tensor(
                    name, value, body: bytes[start...], path: path)
            }
        }
        return content
    }

    private static func headerOf(
        _ bytes: [UInt8], path: String
    ) throws(TorchError) -> (Data, Int) {
        guard bytes.count >= 8 else {
            throw .malformedWeights(path: path, reason: "it has only \(bytes.count) bytes")
        }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(longestHeader), 8 + Int(length) <= bytes.count else {
            throw .malformedWeights(
                path: path,
                reason: "its header would be \(length) bytes long, the file has \(bytes.count)")
        }
        return (Data(bytes[8..<8 + Int(length)]), 8 + Int(length))
    }

    private static func tensor(
        _ name: String, _ value: Any, body: ArraySlice<UInt8>, path: String
    ) throws(TorchError) -> Tensor {
        guard let fields = value as? [String: Any],
            let typeName = fields["dtype"] as? String,
            let type = typeNames.first(where: { $0.value == typeName })?.key,
            let shape = fields["shape"] as? [Int], shape.allSatisfy({ $0 >= 0 }),
            let offsets = fields["data_offsets"] as? [Int], offsets.count == 2
        else {
            throw .malformedWeights(
                path: path, reason: "tensor '\(name)' has an entry that cannot be understood")
        }
        guard let size = byteCount(shape, type), offsets[0] >= 0, offsets[0] <= offsets[1],
            offsets[1] <= body.count,
            offsets[1] - offsets[0] == size
        else {
            throw .malformedWeights(
                path: path,
                reason: "tensor '\(name)' should lie at bytes \(offsets[0]) to \(offsets[1]) "
                    + "of \(body.count)")
        }
        let range = body.startIndex + offsets[0]..<body.startIndex + offsets[1]
        return try Tensor.fromBytes(body[range], shape: shape, type: type)
    }

    /// Bytes of a tensor, or nil when their number does not fit into an integer.
    private static func byteCount(_ shape: [Int], _ type: ElementType) -> Int? {
        var count = type.size
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            if overflow { return nil }
            count = product
        }
        return count
    }
}

extension [StateEntry] {
    /// Takes over the values of a file's tensors, all of them or none.
    ///
    /// - Parameter path: The file's path, for the message.
    /// - Throws: ``TorchError`` naming the first tensor that is missing, left over or of another
    ///   shape; then nothing was changed.
    public func load(_ tensors: [String: Tensor], path: String) throws(TorchError) {
        for entry in self {
            guard let found = tensors[entry.name] else {
                throw .missingTensor(name: entry.name, path: path)
            }
            guard found.shape == entry.tensor.shape else {
                throw .shapeMismatch(
                    name: entry.name, expected: entry.tensor.shape, found: found.shape,
                    path: path)
            }
        }
        let known = Set(map(\.name))
        if let extra = tensors.keys.filter({ !known.contains($0) }).sorted().first {
            throw .unexpectedTensor(name: extra, path: path)
        }
        for entry in self {
            if let source = tensors[entry.name] { entry.tensor.assign(source) }
        }
    }
}
