import Foundation
import Spelling

/// The locations, types and shapes of the tensors in a safetensors file. Its header is validated; no
/// tensor is created.
struct SafetensorsLayout {
    /// A tensor's location, type and shape.
    struct Entry {
        var name: String
        var type: ElementType
        /// Whether the tensor is stored as IEEE 754 binary16, which is converted to `type` without
        /// loss.
        var isHalf: Bool
        var shape: [Int]
        /// Range of its bytes in the file.
        var range: Range<Int>

        /// The format's name of the stored type.
        var typeName: String { isHalf ? HalfPrecision.name : SafetensorsLayout.name(of: type) }
    }

    /// The key of the metadata.
    static let metadataName = "__metadata__"

    /// The format's name of an element type.
    static func name(of type: ElementType) -> String {
        switch type {
        case .bfloat16: "BF16"
        case .bool: "BOOL"
        case .float32: "F32"
        case .float64: "F64"
        case .int64: "I64"
        case .uint8: "U8"
        }
    }

    /// The tensors, in the order of their bytes.
    let entries: [Entry]
    /// The file's metadata.
    let metadata: [String: String]

    /// Reads the header of a file's bytes.
    ///
    /// - Parameter path: The file's path, for the message.
    /// - Throws: ``TorchError/malformedWeights(path:reason:)`` if the header is invalid or does not
    ///   match them.
    init(of bytes: [UInt8], path: String) throws(TorchError) {
        try self.init(size: bytes.count, path: path) { count throws(TorchError) in
            Array(bytes[..<count])
        }
    }

    /// Reads the header of a file.
    ///
    /// - Parameters:
    ///   - size: Size of the file, in bytes.
    ///   - path: The file's path, for the message.
    ///   - read: Reads a number of bytes from the file's beginning, no more than the file has.
    /// - Throws: ``TorchError/malformedWeights(path:reason:)`` if the header is invalid or does not
    ///   match the size, and what `read` throws.
    init(
        size: Int, path: String, read: (Int) throws(TorchError) -> [UInt8]
    ) throws(TorchError) {
        let header = HeaderReader(size: size, path: path)
        let start = try header.length(in: try read(min(size, 8))) + 8
        let members = try header.decode(Data(try read(start).dropFirst(8)))
        var entries: [Entry] = []
        for (name, fields) in members.tensors { entries.append(try header.entry(name, fields)) }
        // An empty tensor precedes the one that begins at the same offset.
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound, $0.name)
                < ($1.range.lowerBound, $1.range.upperBound, $1.name)
        }
        try header.requireTiling(entries, of: size - start)
        metadata = members.metadata
        self.entries = entries.map { entry in
            var entry = entry
            entry.range = start + entry.range.lowerBound..<start + entry.range.upperBound
            return entry
        }
    }

    /// The metadata of a file, of which only the header is read.
    ///
    /// - Parameters:
    ///   - read: Reads a number of bytes from the file's beginning.
    ///   - size: Size of the file, in bytes.
    static func metadata(
        size: Int, path: String, read: (Int) throws(TorchError) -> [UInt8]
    ) throws(TorchError) -> [String: String] {
        let header = HeaderReader(size: size, path: path)
        let length = try header.length(in: try read(min(size, 8)))
        return try header.decode(Data(try read(8 + length).dropFirst(8))).metadata
    }
}

/// Reads a header and checks it against the size of the file.
private struct HeaderReader {
    /// The longest header, in bytes; those of real networks are much shorter.
    private static let longest = 100 << 20

    let size: Int
    let path: String

    private func malformed(_ reason: String) -> TorchError {
        .malformedWeights(path: path, reason: reason)
    }

    /// Length of the header, in bytes.
    func length(in bytes: [UInt8]) throws(TorchError) -> Int {
        guard size >= 8 else { throw malformed("it has only \(size) bytes") }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.longest), 8 + Int(length) <= size else {
            throw malformed("its header would be \(length) bytes long, but the file has \(size)")
        }
        return Int(length)
    }

    /// Parses the JSON of a header.
    func decode(_ header: Data) throws(TorchError) -> Header {
        do {
            return try JSONDecoder().decode(Header.self, from: header)
        } catch let member as Header.Damage {
            throw member.name == SafetensorsLayout.metadataName
                ? malformed("its \(member.name) is not a map of strings")
                : notUnderstood(member.name)
        } catch {
            throw malformed("its header is not a JSON object")
        }
    }

    private func notUnderstood(_ name: String) -> TorchError {
        malformed("tensor \(quoted: name) has an entry that cannot be understood")
    }

    func entry(
        _ name: String, _ fields: Header.Fields
    ) throws(TorchError) -> SafetensorsLayout.Entry {
        let (shape, offsets) = (fields.shape, fields.data_offsets)
        guard (shape + offsets).allSatisfy({ $0 >= 0 }), offsets.count == 2,
            offsets[0] <= offsets[1]
        else { throw notUnderstood(name) }
        let isHalf = fields.dtype == HalfPrecision.name
        let known = ElementType.allCases.first { SafetensorsLayout.name(of: $0) == fields.dtype }
        guard let type = isHalf ? .float32 : known else {
            throw malformed(
                "tensor \(quoted: name) has the type \(quoted: fields.dtype), which is not supported"
            )
        }
        let size = isHalf ? HalfPrecision.size : type.size
        guard Self.byteCount(shape, size) == offsets[1] - offsets[0] else {
            throw malformed(
                "tensor \(quoted: name) of shape \(shape) cannot occupy \(offsets[1] - offsets[0]) bytes"
            )
        }
        return SafetensorsLayout.Entry(
            name: name, type: type, isHalf: isHalf, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// Size of a tensor in bytes; nil if it or the strides overflow an integer. Empty tensors have
    /// strides as well.
    private static func byteCount(_ shape: [Int], _ size: Int) -> Int? {
        var extent = size
        for length in shape {
            let (product, overflow) = extent.multipliedReportingOverflow(by: max(length, 1))
            if overflow { return nil }
            extent = product
        }
        return shape.contains(0) ? 0 : extent
    }

    /// Rejects tensors that overlap or leave gaps, as with the header of another file.
    func requireTiling(
        _ entries: [SafetensorsLayout.Entry], of size: Int
    ) throws(TorchError) {
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end, entry.range.upperBound <= size else {
                throw malformed(
                    "tensor \(quoted: entry.name) should lie at bytes \(entry.range.lowerBound) to "
                        + "\(entry.range.upperBound) of \(size), the one before it ends at \(end)")
            }
            end = entry.range.upperBound
        }
        guard end == size else {
            throw malformed("its tensors end at byte \(end) of \(size)")
        }
    }
}

/// The JSON header.
private struct Header: Decodable {
    struct Fields: Decodable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    /// A member of the header is invalid.
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
                if name == SafetensorsLayout.metadataName {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    tensors[name] = try container.decode(Fields.self, forKey: key)
                }
            } catch {
                // The decoder's own error lacks the name if a number is not an integer.
                throw Damage(name: name)
            }
        }
    }
}
