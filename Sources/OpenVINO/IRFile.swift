public import Foundation

/// The description of a network in OpenVINO's own format (IR); its weights are in a file of the
/// same name with the extension `.bin`.
public struct IRFile: Equatable, Sendable {
    /// An input or output.
    public struct Value: Equatable, Sendable {
        /// Name of the tensor.
        public var name: String
        /// OpenVINO's name of the element type, e.g. `f32`.
        public var type: String
        /// Lengths of the dimensions, nil if arbitrary.
        public var shape: [Int?]
    }

    /// Path of the file, for messages.
    public let path: String
    /// Inputs of the network.
    public private(set) var inputs: [Value] = []
    /// Outputs of the network.
    public private(set) var outputs: [Value] = []
    /// The metadata of its writer; for a converted ONNX file, that file's metadata.
    public private(set) var metadata: [String: String] = [:]
    /// Whether it is a quantised network, with products of integers.
    public private(set) var isQuantized = false

    /// Whether the beginning of a file is that of a network in this format.
    public static func isDescription(_ start: String) -> Bool {
        var tags = XMLTags(start)
        while let tag = tags.next() {
            guard tag.name.hasPrefix("?") || tag.name.hasPrefix("!") else {
                return tag.name == "net" && tag.attributes["version"] != nil
            }
        }
        return false
    }

    /// Reads a file.
    ///
    /// - Throws: ``OpenVINOError/unreadable(path:reason:)`` if the file is truncated or not in this format, or
    ///   its weight file is missing.
    public init(_ url: URL) throws(OpenVINOError) {
        path = url.path
        guard let data = try? Data(contentsOf: url), let text = String(data: data, encoding: .utf8),
            Self.isDescription(String(text.prefix(1024)))
        else { throw .unreadable(path: path, reason: "it is not a description of a network") }
        guard text.suffix(64).contains("</net>") else {
            throw .unreadable(path: path, reason: "it is cut short")
        }
        let weights = url.deletingPathExtension().appendingPathExtension("bin")
        guard FileManager.default.fileExists(atPath: weights.path) else {
            throw .unreadable(
                path: path,
                reason: "its weights, '\(weights.lastPathComponent)', are not beside it")
        }
        var reader = Reader()
        var tags = XMLTags(text)
        while let tag = tags.next() { reader.read(tag) }
        inputs = reader.inputs
        outputs = reader.outputs
        metadata = reader.metadata
        isQuantized = reader.isQuantized
    }
}

/// Collects the contents of a description tag by tag.
private struct Reader {
    var inputs: [IRFile.Value] = []
    var outputs: [IRFile.Value] = []
    var metadata: [String: String] = [:]
    var isQuantized = false
    private var layer: [String: String] = [:]
    private var isFramework = false
    private var port: IRFile.Value?

    mutating func read(_ tag: XMLTags.Tag) {
        switch tag.name {
        case "layer":
            layer = tag.attributes
            isQuantized = isQuantized || layer["type"] == "FakeQuantize"
        case "data" where layer["type"] == "Parameter":
            inputs.append(
                IRFile.Value(
                    name: layer["name"] ?? "", type: tag.attributes["element_type"] ?? "",
                    shape: Self.lengths(tag.attributes["shape"] ?? "")))
        case "port" where layer["type"] == "Result":
            port = IRFile.Value(
                name: layer["output_names"] ?? layer["name"] ?? "",
                type: tag.attributes["precision"]?.lowercased() ?? "", shape: [])
        case "/dim" where port != nil:
            port?.shape.append(Int(tag.text).flatMap { $0 < 0 ? nil : $0 })
        case "/port":
            if let port { outputs.append(port) }
            port = nil
        case "framework": isFramework = true
        case "/framework": isFramework = false
        default:
            if isFramework, let value = tag.attributes["value"] { metadata[tag.name] = value }
        }
    }

    /// `?,3,112,112`.
    private static func lengths(_ text: String) -> [Int?] {
        text.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
}

/// The tags of an XML text in order, with the text before each. Entities in attribute values are
/// resolved.
struct XMLTags {
    struct Tag: Equatable {
        /// Its name, preceded by `/` if it ends an element.
        var name: String
        var attributes: [String: String]
        /// The text before it.
        var text: String
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The next tag; nil after the last complete one.
    mutating func next() -> Tag? {
        let start = position
        guard let open = bytes[position...].firstIndex(of: UInt8(ascii: "<")) else { return nil }
        var index = open + 1
        var quote: UInt8?
        while index < bytes.count, quote != nil || bytes[index] != UInt8(ascii: ">") {
            let byte = bytes[index]
            if let mark = quote {
                if byte == mark { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
            index += 1
        }
        guard index < bytes.count else { return nil }
        position = index + 1
        let content = String(decoding: bytes[open + 1..<index], as: UTF8.self)
        let text = String(decoding: bytes[start..<open], as: UTF8.self)
        return Self.tag(content, text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func tag(_ content: String, _ text: String) -> Tag {
        var rest = content[...]
        let name = rest.prefix { !$0.isWhitespace }
        rest = rest.dropFirst(name.count)
        var attributes: [String: String] = [:]
        while let sign = rest.firstIndex(of: "=") {
            let key = rest[..<sign].trimmingCharacters(in: .whitespacesAndNewlines)
            rest = rest[rest.index(after: sign)...].drop(while: \.isWhitespace)
            guard let mark = rest.first, mark == "\"" || mark == "'",
                let end = rest.dropFirst().firstIndex(of: mark)
            else { break }
            attributes[key] = resolved(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        }
        let isWhole = name.count > 1 && name.hasSuffix("/")
        return Tag(
            name: String(isWhole ? name.dropLast() : name), attributes: attributes, text: text)
    }

    private static let entities = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#10;", "\n"),
        ("&#xA;", "\n"), ("&#13;", "\r"), ("&#9;", "\t"), ("&amp;", "&"),
    ]

    private static func resolved(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        return entities.reduce(String(text)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }
}
