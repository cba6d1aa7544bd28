/// A loss and the values of its parameters, as they are written: `arcface:m=0.4,s=32`.
///
/// Two texts that mean the same are the same specification; in files it is its ``description``.
public struct LossSpecification: Hashable, Sendable {
    /// The loss.
    public let descriptor: LossDescriptor
    /// Values that are not the parameter's default, by its name.
    public let values: [String: LossValue]
    /// Pairwise and centre losses that are added to it, sorted by name.
    public let terms: [LossSpecification]

    /// Reads a loss of the catalogue, or several with `+` between: `arcface+center:weight=0.003`.
    ///
    /// - Parameter text: A loss's or preset's name and, after a colon, settings `name=value` with
    ///   commas between. Settings count before a preset's values. One of several must classify;
    ///   where none does, the softmax joins them.
    /// - Throws: ``FaceLossesError`` for a name or a value that is wrong.
    public init(parsing text: String) throws(FaceLossesError) {
        var parts: [LossSpecification] = []
        for part in Self.parts(of: text) {
            parts.append(try LossSpecification(single: String(part.trimmed)))
        }
        let terms = parts.filter(\.descriptor.joinsClassification)
        var bases = parts.filter { !$0.descriptor.joinsClassification }
        if bases.isEmpty { bases = [try LossSpecification(single: "softmax")] }
        guard bases.count == 1, Set(terms.map(\.name)).count == terms.count else {
            throw .severalClassifications(text)
        }
        descriptor = bases[0].descriptor
        values = bases[0].values
        self.terms = terms.sorted { $0.name < $1.name }
    }

    /// What `+` separates, which it does not in a number such as `1e+2`.
    private static func parts(of text: String) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        for index in text.indices where text[index] == "+" {
            let letter = text[start..<index].last
            let digits = [
                text[start..<index].dropLast().last, text[text.index(after: index)...].first,
            ]
            let isExponent =
                (letter == "e" || letter == "E") && digits.allSatisfy { $0?.isNumber == true }
            guard !isExponent else { continue }
            parts.append(text[start..<index])
            start = text.index(after: index)
        }
        return parts + [text[start...]]
    }

    private init(single text: String) throws(FaceLossesError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = (parts.first ?? "").trimmed
        let (descriptor, preset) = try LossCatalogue.find(name)
        let settings = parts.count > 1 ? try Self.settings(in: String(parts[1]), of: text) : []
        try self.init(descriptor, preset: preset, settings: settings)
    }

    /// A loss with settings, which may be one that the catalogue does not have.
    ///
    /// - Throws: ``FaceLossesError`` for a parameter the loss does not have and for a value that
    ///   parameter may not have.
    public init(
        _ descriptor: LossDescriptor, preset: LossPreset? = nil,
        settings: [(name: String, value: String)] = []
    ) throws(FaceLossesError) {
        self.descriptor = descriptor
        var values = preset?.values ?? [:]
        for (name, text) in settings {
            values[name] = try Self.value(text, of: name, in: descriptor)
        }
        try Self.requireFactors(values, of: descriptor)
        self.values = values.filter { descriptor.parameter(named: $0)?.defaultValue != $1 }
        terms = []
    }

    /// The loss's name, and those of its terms: `arcface+center`.
    public var name: String {
        ([descriptor.name] + terms.map(\.descriptor.name)).joined(separator: "+")
    }

    /// Whether batches should hold several images of each identity.
    public var prefersIdentityBatches: Bool {
        descriptor.prefersIdentityBatches
            || descriptor.identityBatchValues.contains { values[$0] == $1 }
            || terms.contains(where: \.prefersIdentityBatches)
    }

    /// Title and settings for a table: `ArcFace (m=0.4, s=32)`.
    public var title: String {
        let own =
            values.isEmpty
            ? descriptor.title : "\(descriptor.title) (\(settings.joined(separator: ", ")))"
        return ([own] + terms.map(\.title)).joined(separator: " + ")
    }

    /// The value of one of the loss's parameters, or its default.
    public subscript<Value>(_ key: LossParameterKey<Value>) -> Value {
        values[key.parameter.name].flatMap(key.read) ?? key.defaultValue
    }

    /// The values of all parameters, defaults too, by their names.
    public var resolvedValues: [String: LossValue] {
        let defaults = descriptor.parameters.map { ($0.name, $0.defaultValue) }
        let own = values.merging(defaults) { given, _ in given }
        return terms.reduce(into: own) { all, term in
            for (name, value) in term.resolvedValues { all["\(term.name).\(name)"] = value }
        }
    }

    private var settings: [String] { values.map { "\($0)=\($1)" }.sorted() }

    private static func settings(
        in list: String, of text: String
    ) throws(FaceLossesError) -> [(name: String, value: String)] {
        var settings: [(name: String, value: String)] = []
        for setting in list.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = setting.split(separator: "=", omittingEmptySubsequences: false)
                .map(\.trimmed)
            guard sides.count == 2, !sides.contains("") else {
                throw .malformedSetting(setting.trimmed, text: text)
            }
            guard !settings.contains(where: { $0.name == sides[0] }) else {
                throw .duplicateParameter(name: sides[0], text: text)
            }
            settings.append((sides[0], sides[1]))
        }
        return settings
    }

    private static func requireFactors(
        _ values: [String: LossValue], of descriptor: LossDescriptor
    ) throws(FaceLossesError) {
        for names in descriptor.factors {
            let factors: [(name: String, number: Double)] = names.compactMap { name in
                let value = values[name] ?? descriptor.parameter(named: name)?.defaultValue
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

    private static func value(
        _ text: String, of name: String, in descriptor: LossDescriptor
    ) throws(FaceLossesError) -> LossValue {
        guard let parameter = descriptor.parameter(named: name) else {
            throw .unknownParameter(
                name, loss: descriptor.name, known: descriptor.parameters.map(\.name))
        }
        guard let value = parameter.value(parsing: text) else {
            throw .invalidValue(
                loss: descriptor.name, parameter: name, value: text, allowed: parameter.allowed)
        }
        return value
    }
}

extension LossSpecification: CustomStringConvertible {
    /// The name and, sorted, those values that are not defaults: `arcface:m=0.4,s=32`.
    public var description: String {
        let own =
            values.isEmpty
            ? descriptor.name : "\(descriptor.name):\(settings.joined(separator: ","))"
        return ([own] + terms.map(\.description)).joined(separator: "+")
    }
}

extension LossSpecification: Codable {
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
