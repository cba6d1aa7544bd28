public import Foundation

extension Safetensors {
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
        return try SafetensorsReader(bytes: [UInt8](data), path: url.path).content()
    }
}

/// Takes a file's bytes apart, believing none of them.
private struct SafetensorsReader {
    /// Where a tensor's bytes lie, and what they are.
    private struct Entry {
        var name: String
        var type: ElementType
        var shape: [Int]
        var range: Range<Int>
    }

    /// No header of a network comes near this many bytes; a longer one is damage.
    private static let longestHeader = 100 << 20

    let bytes: [UInt8]
    let path: String

    func content() throws(TorchError) -> Safetensors.Content {
        let (header, start) = try header()
        guard
            let object = try? JSONSerialization.jsonObject(with: header) as? [String: Any]
        else { throw malformed("its header is not a JSON object") }
        var content = Safetensors.Content(tensors: [:], metadata: [:])
        var entries: [Entry] = []
        for (name, value) in object {
            if name == Safetensors.metadataName {
                content.metadata = try metadata(value)
            } else {
                entries.append(try entry(name, value))
            }
        }
        entries.sort { ($0.range.lowerBound, $0.name) < ($1.range.lowerBound, $1.name) }
        try requireTiling(entries, of: bytes.count - start)
        for entry in entries {
            content.tensors[entry.name] = try Tensor.fromBytes(
                bytes[start + entry.range.lowerBound..<start + entry.range.upperBound],
                shape: entry.shape, type: entry.type)
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
        guard length <= UInt64(Self.longestHeader), 8 + Int(length) <= bytes.count else {
            throw malformed(
                "its header would be \(length) bytes long, the file has \(bytes.count)")
        }
        return (Data(bytes[8..<8 + Int(length)]), 8 + Int(length))
    }

    private func metadata(_ value: Any) throws(TorchError) -> [String: String] {
        guard let strings = value as? [String: String] else {
            throw malformed("its \(Safetensors.metadataName) is not strings by name")
        }
        return strings
    }

    private func entry(_ name: String, _ value: Any) throws(TorchError) -> Entry {
        guard let fields = value as? [String: Any], let typeName = fields["dtype"] as? String,
            let shape = Self.counts(fields["shape"]),
            let offsets = Self.counts(fields["data_offsets"]), offsets.count == 2,
            offsets[0] <= offsets[1]
        else { throw malformed("tensor '\(name)' has an entry that cannot be understood") }
        guard let type = ElementType.allCases.first(where: { Safetensors.name(of: $0) == typeName })
        else { throw malformed("tensor '\(name)' has the type '\(typeName)', which is not read") }
        guard Self.byteCount(shape, type) == offsets[1] - offsets[0] else {
            throw malformed(
                "tensor '\(name)' of shape \(shape) cannot have \(offsets[1] - offsets[0]) bytes")
        }
        return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// Whole numbers from 0; JSON's truth values are no numbers.
    private static func counts(_ value: Any?) -> [Int]? {
        guard let values = value as? [Any], !values.contains(where: { $0 is Bool && !($0 is Int) })
        else { return nil }
        let counts = values.compactMap { $0 as? Int }
        return counts.count == values.count && counts.allSatisfy { $0 >= 0 } ? counts : nil
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
