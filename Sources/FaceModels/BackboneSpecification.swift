public import FaceConfiguration
import SafeNumbers

/// A backbone and the values of its parameters, written as
/// `resnet50:embedding=256,stride=3x3`.
///
/// Strings with the same meaning are equal specifications; files contain the ``description``.
public struct BackboneSpecification: Hashable, Sendable {
    /// Descriptor of the architecture.
    public let descriptor: BackboneDescriptor
    private let parameters: ParameterValues

    /// Reads a backbone of the catalogue.
    ///
    /// - Parameter text: A backbone's name and, after a colon, comma-separated values `name=value`.
    ///   White space is ignored; names match in any case and by their aliases.
    /// - Throws: ``FaceModelsError`` for an unknown name or a value that is not allowed.
    public init(parsing text: String) throws(FaceModelsError) {
        let parts = try FaceModelsError.parameters { () throws(ParameterError) in
            try ParameterText(parsing: text, example: "resnet50:stride=3x3,width=0.5")
        }
        try self.init(
            try BackboneCatalogue.descriptor(named: parts.name), assignments: parts.assignments)
    }

    /// A backbone with values; it need not be in the catalogue.
    ///
    /// - Throws: ``FaceModelsError`` for an unknown parameter or a value that is not allowed.
    public init(
        _ descriptor: BackboneDescriptor, settings: [(name: String, value: String)] = []
    ) throws(FaceModelsError) {
        try self.init(
            descriptor,
            assignments: settings.map { ParameterText.Assignment($0.name, $0.value) })
    }

    private init(
        _ descriptor: BackboneDescriptor, assignments: [ParameterText.Assignment]
    ) throws(FaceModelsError) {
        let parameters = try FaceModelsError.parameters { () throws(ParameterError) in
            try ParameterValues(assignments, of: descriptor.options, owner: descriptor.name)
        }
        self.init(descriptor: descriptor, parameters: parameters)
    }

    private init(descriptor: BackboneDescriptor, parameters: ParameterValues) {
        self.descriptor = descriptor
        self.parameters = parameters
    }

    /// A backbone with the default of every parameter.
    public static func standard(_ descriptor: BackboneDescriptor) -> BackboneSpecification {
        BackboneSpecification(descriptor: descriptor, parameters: .defaults)
    }

    /// Name of the architecture.
    public var name: String { descriptor.name }

    /// Title for a table: `MobileNetV1 x0.25`, `ResNet50 (bn=off, stride=3x3)`.
    public var title: String {
        let width = BackboneOptionKey.width.parameter.name
        let factor = parameters.values[width].map { " x\($0)" } ?? ""
        let others = parameters.assignments.filter { !$0.hasPrefix("\(width)=") }
        return descriptor.title + factor
            + (others.isEmpty ? "" : " (\(others.joined(separator: ", ")))")
    }

    /// The value of one of the backbone's parameters, or its default.
    public subscript<Value>(_ key: BackboneOptionKey<Value>) -> Value {
        parameters.value(of: key, among: descriptor.options)
    }

    /// Channels of a layer at this specification's width: the nearest multiple of 8, but at least
    /// 8 and never less than nine tenths of the exact value.
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
}

extension BackboneSpecification: CustomStringConvertible {
    /// The name and the values that are not defaults, sorted by name: `resnet50:bn=off,width=0.5`.
    public var description: String { parameters.text(name) }
}

extension BackboneSpecification: Codable {
    /// Reads a specification from its ``description``.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the ``description`` as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
