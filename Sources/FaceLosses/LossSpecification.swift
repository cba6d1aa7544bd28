import Spelling

/// A loss's name with its parameters, as `arcface:m=0.4,s=32` gives it.
public struct LossSpecification: Sendable, Hashable, CustomStringConvertible {
    /// Name in ``LossCatalogue``.
    public let name: String
    /// Parameters that differ from their defaults, in their shortest form.
    public let changes: [String: String]

    /// Reads `name` or `name:parameter=value,...`.
    ///
    /// - Throws: ``FaceLossesError`` for an unknown name or parameter, or a value out of range.
    public init(parsing text: String) throws(FaceLossesError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = parts.first.map { $0.trimmingCharacters(of: " ") } ?? ""
        guard let type = LossCatalogue.type(named: name) else {
            throw .unknownLoss(
                name: name, hint: Spelling.hint(for: name, among: LossCatalogue.names))
        }
        var changes: [String: String] = [:]
        for pair in parts.dropFirst().first?.split(separator: ",") ?? [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(of: " ") }
            let parameter = try type.descriptor.parameter(sides[0])
            let value = sides.count == 2 ? sides[1] : ""
            guard let canonical = parameter.canonical(value) else {
                throw .badParameter(
                    loss: name, parameter: sides[0], value: value, expected: parameter.expected)
            }
            changes[sides[0]] = canonical == parameter.defaultText ? nil : canonical
        }
        self.changes = changes
    }

    /// The name with the parameters that differ from their defaults, sorted.
    public var description: String {
        let parts = changes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return parts.isEmpty ? name : "\(name):\(parts.joined(separator: ","))"
    }

    /// Title as the literature spells it.
    public var title: String { LossCatalogue.type(named: name)?.descriptor.title ?? name }

    /// Whether the loss needs batches of P identities with K images each.
    public var prefersIdentityBatches: Bool {
        LossCatalogue.type(named: name)?.descriptor.prefersIdentityBatches ?? false
    }
}

extension LossDescriptor {
    fileprivate func parameter(_ name: String) throws(FaceLossesError) -> LossParameter {
        if let parameter = parameters.first(where: { $0.name == name }) { return parameter }
        let known = parameters.map(\.name)
        throw .unknownParameter(
            loss: self.name, parameter: name, known: known,
            hint: Spelling.hint(for: name, among: known))
    }
}

extension Substring {
    fileprivate func trimmingCharacters(of character: Character) -> String {
        String(drop { $0 == character }.reversed().drop { $0 == character }.reversed())
    }
}
