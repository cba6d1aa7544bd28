public import FaceConfiguration

/// A loss and the values of its parameters, written as `arcface:m=0.4,s=32`.
///
/// Texts with the same meaning are equal specifications; files contain the ``description``. What
/// was requested, which may be another name of the loss or a preset, is kept for tables:
/// ``requested`` and ``title``.
public struct LossSpecification: Sendable {
    /// Descriptor of the loss.
    public let descriptor: LossDescriptor
    /// Pairwise and centre losses that are added to it, sorted by name.
    public let terms: [LossSpecification]
    /// The text that it was read from, without white space around it.
    public let requested: String
    /// Names of the loss's own parameters whose values were given, not those of a preset or a term.
    let given: Set<String>
    private let parameters: ParameterValues
    /// Title of the name that was requested, and the values that were given with it.
    private let ownTitle: String

    /// Parses a loss of the catalogue, or a sum of several: `arcface+center:weight=0.003`.
    ///
    /// - Parameter text: A loss's or preset's name and, after a colon, comma-separated values `name=value`.
    ///   Names match in any case, with or without hyphens, as aliases and as former names. Values override
    ///   a preset's. One loss of a sum must classify; if none does, the softmax is added.
    /// - Throws: ``FaceLossesError`` for an unknown name or a value that is not allowed.
    public init(parsing text: String) throws(FaceLossesError) {
        var parts: [LossSpecification] = []
        for term in ParameterText.terms(of: text) {
            parts.append(try LossSpecification(single: String(term)))
        }
        let terms = parts.filter(\.descriptor.joinsClassification)
        var bases = parts.filter { !$0.descriptor.joinsClassification }
        if bases.isEmpty { bases = [try LossSpecification(single: "softmax")] }
        guard bases.count == 1, Set(terms.map(\.name)).count == terms.count else {
            throw .severalClassifications(text)
        }
        descriptor = bases[0].descriptor
        parameters = bases[0].parameters
        ownTitle = bases[0].ownTitle
        given = bases[0].given
        requested = parts.map(\.requested).joined(separator: "+")
        self.terms = terms.sorted { $0.name < $1.name }
    }

    private init(single text: String) throws(FaceLossesError) {
        let parts = try FaceLossesError.parameters { () throws(ParameterError) in
            try ParameterText(parsing: text, example: "arcface:m=0.4,s=32")
        }
        let found = try LossCatalogue.find(parts.name)
        try self.init(
            found.descriptor, preset: found.preset, assignments: parts.assignments,
            name: parts.name, title: found.title)
    }

    /// A loss with values; it need not be in the catalogue.
    ///
    /// - Throws: ``FaceLossesError`` for an unknown parameter or a value that is not allowed.
    public init(
        _ descriptor: LossDescriptor, preset: LossPreset? = nil,
        settings: [(name: String, value: String)] = []
    ) throws(FaceLossesError) {
        try self.init(
            descriptor, preset: preset,
            assignments: settings.map { ParameterText.Assignment($0.name, $0.value) },
            name: preset?.name ?? descriptor.name, title: preset?.title ?? descriptor.title)
    }

    private init(
        _ descriptor: LossDescriptor, preset: LossPreset?,
        assignments: [ParameterText.Assignment], name: String, title: String
    ) throws(FaceLossesError) {
        let parameters = try FaceLossesError.parameters { () throws(ParameterError) in
            try ParameterValues(
                assignments, of: descriptor.parameters, owner: descriptor.name,
                over: preset?.values ?? [:])
        }
        self.parameters = parameters
        self.descriptor = descriptor
        terms = []
        let written = assignments.map { "\($0.name)=\($0.value)" }
        requested = written.isEmpty ? name : "\(name):\(written.joined(separator: ","))"
        given = Set(
            assignments.compactMap { descriptor.parameters.named($0.name)?.name })
        let isGiven = given.contains
        let values = descriptor.parameters.filter { isGiven($0.name) }.map {
            "\($0.name)=\(parameters.values[$0.name] ?? $0.defaultValue)"
        }
        ownTitle = values.isEmpty ? title : "\(title) (\(values.sorted().joined(separator: ", ")))"
        try requireFactors()
    }

    /// Values that are not the parameter's default, by its name.
    public var values: [String: LossValue] { parameters.values }

    /// The loss's name, and those of its terms: `arcface+center`.
    public var name: String {
        ([descriptor.name] + terms.map(\.descriptor.name)).joined(separator: "+")
    }

    /// Whether batches should contain several images of each identity.
    public var prefersIdentityBatches: Bool {
        descriptor.prefersIdentityBatches
            || descriptor.identityBatchValues.contains { values[$0] == $1 }
            || terms.contains(where: \.prefersIdentityBatches)
    }

    /// The request, for tables: the title and the given values, as `ArcFace (m=0.4, s=32)`, or for a preset
    /// `CosFace (s=32)`.
    public var title: String { ([ownTitle] + terms.map(\.title)).joined(separator: " + ") }

    /// The value of one of the loss's parameters, or its default.
    public subscript<Value>(_ key: LossParameterKey<Value>) -> Value { parameters[key] }

    /// The values of all parameters, including defaults, by name.
    public var resolvedValues: [String: LossValue] {
        let defaults = descriptor.parameters.map { ($0.name, $0.defaultValue) }
        let own = values.merging(defaults) { given, _ in given }
        return terms.reduce(into: own) { all, term in
            for (name, value) in term.resolvedValues { all["\(term.name).\(name)"] = value }
        }
    }

    private func requireFactors() throws(FaceLossesError) {
        for names in descriptor.factors {
            let factors: [(name: String, number: Double)] = names.compactMap { name in
                let value = values[name] ?? descriptor.parameters.named(name)?.defaultValue
                guard case .number(let number) = value else { return nil }
                return (name, number)
            }
            let product = factors.reduce(1) { $0 * $1.number }
            let magnitude = abs(product)
            let isHeld =
                factors.contains { $0.number == 0 }
                || magnitude >= Double(Float.leastNormalMagnitude)
                    && magnitude <= Double(Float.greatestFiniteMagnitude)
            guard isHeld else {
                throw .productOutOfRange(
                    loss: descriptor.name,
                    factors: factors.map { "\($0.name)=\(LossValue.number($0.number))" },
                    product: product)
            }
        }
    }
}

extension LossSpecification: Hashable {
    /// Whether two specifications have the same meaning, regardless of how they were requested.
    public static func == (first: LossSpecification, second: LossSpecification) -> Bool {
        first.descriptor == second.descriptor && first.parameters == second.parameters
            && first.terms == second.terms
    }

    /// Hashes the resolved meaning.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(descriptor)
        hasher.combine(parameters)
        hasher.combine(terms)
    }
}

extension LossSpecification: CustomStringConvertible {
    /// The name and, sorted, those values that are not defaults: `arcface:m=0.4,s=32`.
    public var description: String {
        ([parameters.text(descriptor.name)] + terms.map(\.description)).joined(separator: "+")
    }
}

extension LossSpecification: Codable {
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
