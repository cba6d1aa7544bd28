import SafeNumbers

/// A backbone and the values of its settings, as they are written:
/// `resnet50:embedding=256,stride=3x3`.
///
/// Two texts that mean the same are the same specification; in files it is its ``description``.
public struct BackboneSpecification: Hashable, Sendable {
    /// The architecture.
    public let descriptor: BackboneDescriptor
    /// Values that are not the setting's default, by its name, each written in its one way.
    private let values: [String: String]

    /// Reads a backbone of the catalogue.
    ///
    /// - Parameter text: A backbone's name and, after a colon, settings `name=value` with commas
    ///   between. White space does not count.
    /// - Throws: ``FaceModelsError`` for a name or a value that is wrong.
    public init(parsing text: String) throws(FaceModelsError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let descriptor = try BackboneCatalogue.descriptor(named: (parts.first ?? "").trimmed)
        let settings = parts.count > 1 ? try Self.settings(in: parts[1], of: text) : []
        try self.init(descriptor, settings: settings)
    }

    /// A backbone with settings, which may be one that the catalogue does not have.
    ///
    /// - Throws: ``FaceModelsError`` for a setting the backbone does not have and for a value that
    ///   setting may not have.
    public init(
        _ descriptor: BackboneDescriptor, settings: [(name: String, value: String)] = []
    ) throws(FaceModelsError) {
        var values: [String: String] = [:]
        for (name, text) in settings {
            guard let option = descriptor.option(named: name) else {
                throw .unknownOption(
                    name, backbone: descriptor.name, known: descriptor.options.map(\.name))
            }
            guard let value = option.canonical(text) else {
                throw .invalidValue(
                    backbone: descriptor.name, option: name, value: text, allowed: option.allowed)
            }
            if value != option.defaultText { values[name] = value }
        }
        self.init(descriptor: descriptor, values: values)
    }

    private init(descriptor: BackboneDescriptor, values: [String: String]) {
        self.descriptor = descriptor
        self.values = values
    }

    /// A backbone with the default of every setting.
    public static func standard(_ descriptor: BackboneDescriptor) -> BackboneSpecification {
        BackboneSpecification(descriptor: descriptor, values: [:])
    }

    /// The backbone's name.
    public var name: String { descriptor.name }

    /// Title for a table: `MobileNetV1 x0.25`, `ResNet50 (bn=off, stride=3x3)`.
    public var title: String {
        let width = BackboneOptionKey.width.option.name
        let factor = values[width].map { " x\($0)" } ?? ""
        let others = settings.filter { !$0.hasPrefix("\(width)=") }
        return descriptor.title + factor
            + (others.isEmpty ? "" : " (\(others.joined(separator: ", ")))")
    }

    /// The value of one of the backbone's settings, or its default.
    public subscript<Value>(_ key: BackboneOptionKey<Value>) -> Value {
        values[key.option.name].flatMap(key.read) ?? key.defaultValue
    }

    /// Channels of a layer at this specification's width: the nearest multiple of 8, but at least
    /// 8 and never less than nine tenths of what the width asks for.
    ///
    /// This is the rounding of the authors' later networks and of timm. At width 1 nothing is
    /// rounded.
    ///
    /// - Parameter count: Channels at width 1.
    public func channels(_ count: Int) -> Int {
        let factor = self[.width]
        guard factor != 1 else { return count }
        let wanted = Double(count) * factor
        let nearest = max(8, Int(saturating: min((wanted / 8).rounded(), 1e9)) * 8)
        return Double(nearest) < 0.9 * wanted ? nearest + 8 : nearest
    }

    private var settings: [String] { values.map { "\($0)=\($1)" }.sorted() }

    private static func settings(
        in list: Substring, of text: String
    ) throws(FaceModelsError) -> [(name: String, value: String)] {
        var settings: [(name: String, value: String)] = []
        for setting in list.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = setting.split(separator: "=", omittingEmptySubsequences: false)
                .map(\.trimmed)
            guard sides.count == 2, !sides.contains("") else {
                throw .malformedSetting(setting.trimmed, text: text)
            }
            guard !settings.contains(where: { $0.name == sides[0] }) else {
                throw .duplicateOption(sides[0], text: text)
            }
            settings.append((sides[0], sides[1]))
        }
        return settings
    }
}

extension BackboneSpecification: CustomStringConvertible {
    /// The name and, sorted, those settings that are not defaults: `resnet50:bn=off,width=0.5`.
    public var description: String {
        values.isEmpty ? name : "\(name):\(settings.joined(separator: ","))"
    }
}

extension BackboneSpecification: Codable {
    /// Reads a specification from its ``description``.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Substring {
    /// The text without white space around it.
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex
        return String(start[..<end])
    }
}
