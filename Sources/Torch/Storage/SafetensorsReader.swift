public import Foundation

extension Safetensors {
    /// Reads a whole file. Tensors in half precision (`F16`) become `float32`.
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
        return try decode(data, path: url.path)
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameter path: Where they come from, for the message.
    /// - Throws: ``TorchError/malformedWeights(path:reason:)`` when they are not what their header
    ///   says.
    public static func decode(_ data: Data, path: String) throws(TorchError) -> Content {
        try SafetensorsReader(bytes: [UInt8](data), path: path).content()
    }
}

/// Takes a file's bytes apart, believing none of them.
private struct SafetensorsReader {
    /// Where a tensor's bytes lie, and what they are.
    private struct Entry {
        var name: String
        var type: ElementType
        /// Whether the bytes are of IEEE 754 binary16, which becomes `type` without a loss.
        var isHalf: Bool
        var shape: [Int]
        var range: Range<Int>
    }

    /// No header of a network comes near this many bytes; a longer one is damage.
    private static let maxHeaderBytes = 100 << 20

    let bytes: [UInt8]
    let path: String

    func content() throws(TorchError) -> Safetensors.Content {
        let (header, start) = try header()
        let members = try decode(header)
        var content = Safetensors.Content(tensors: [:], metadata: members.metadata)
        var entries: [Entry] = []
        for (name, fields) in members.tensors { entries.append(try entry(name, fields)) }
        // An empty tensor lies before the one that begins where it does.
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound, $0.name)
                < ($1.range.lowerBound, $1.range.upperBound, $1.name)
        }
        try requireTiling(entries, of: bytes.count - start)
        for entry in entries {
            let stored = bytes[start + entry.range.lowerBound..<start + entry.range.upperBound]
            content.tensors[entry.name] =
                entry.isHalf
                ? Tensor(HalfPrecision.floats(stored), shape: entry.shape)
                : try Tensor.fromBytes(stored, shape: entry.shape, type: entry.type)
        }
        return content
    }

    private func malformed(_ reason: String) -> TorchError {
        .malformedWeights(path: path, reason: reason)
    }

    /// The header, and where the tensors' bytes begin.
    private func header() throws(TorchError) -> (Data, Int) {
        guard bytes.count >= 8 else { throw malformed("it has only \(bytes.count) bytes") }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.maxHeaderBytes), 8 + Int(length) <= bytes.count else {
            throw malformed(
                "its header would be \(length) bytes long, the file has \(bytes.count)")
        }
        return (Data(bytes[8..<8 + Int(length)]), 8 + Int(length))
    }

    private func decode(_ header: Data) throws(TorchError) -> Header {
        do {
            return try JSONDecoder().decode(Header.self, from: header)
        } catch let member as Header.Damage {
            throw member.name == Safetensors.metadataName
                ? malformed("its \(member.name) is not strings by name")
                : notUnderstood(member.name)
        } catch {
            throw malformed("its header is not a JSON object")
        }
    }

    private func notUnderstood(_ name: String) -> TorchError {
        malformed("tensor '\(name)' has an entry that cannot be understood")
    }

    private func entry(_ name: String, _ fields: Header.Fields) throws(TorchError) -> Entry {
        let (shape, offsets) = (fields.shape, fields.data_offsets)
        guard (shape + offsets).allSatisfy({ $0 >= 0 }), offsets.count == 2,
            offsets[0] <= offsets[1]
        else { throw notUnderstood(name) }
        let isHalf = fields.dtype == HalfPrecision.name
        let known = ElementType.allCases.first { Safetensors.name(of: $0) == fields.dtype }
        guard let type = isHalf ? .float32 : known else {
            throw malformed("tensor '\(name)' has the type '\(fields.dtype)', which is not read")
        }
        let size = isHalf ? HalfPrecision.size : type.size
        guard Self.byteCount(shape, size) == offsets[1] - offsets[0] else {
            throw malformed(
                "tensor '\(name)' of shape \(shape) cannot have \(offsets[1] - offsets[0]) bytes")
        }
        return Entry(
            name: name, type: type, isHalf: isHalf, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// Bytes of a tensor, or nil when their number does not fit into an integer.
    private static func byteCount(_ shape: [Int], _ size: Int) -> Int? {
        var count = size
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            if overflow { return nil }
            count = product
        }
        return count
    }

    /// Tensors that overlap or leave a gap would hide that the header is of another file.
    private func requireTiling(_ entries: [Entry], of size: Int) throws(TorchError) {
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end, entry.range.upperBound <= size else {
                throw malformed(
                    "tensor '\(entry.name)' should lie at bytes \(entry.range.lowerBound) to "
                        + "\(entry.range.upperBound) of \(size), the one before it ends at \(end)")
            }
            end = entry.range.upperBound
        }
        guard end == size else {
            throw malformed("its tensors end at byte \(end) of \(size)")
        }
    }
}

/// The JSON in front of the tensors' bytes.
private struct Header: Decodable {
    struct Fields: Decodable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    /// A member is not what it should be.
    struct Damage: Error {
        var name: String
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var tensors: [String: Fields] = [:]
    var metadata: [String: String] = [:]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for key in container.allKeys {
            let name = key.stringValue
            do {
                if name == Safetensors.metadataName {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    tensors[name] = try container.decode(Fields.self, forKey: key)
                }
            } catch {
                // The decoder's own error loses the name when a number is not whole.
                throw Damage(name: name)
            }
        }
    }
}
