public import FaceConfiguration

/// A tunable parameter of a loss or of one of its terms.
public struct SearchedParameter: Hashable, Sendable {
    /// Name, prefixed with the term's name for a term's parameter: `m`, `center.weight`.
    public let name: String
    /// The parameter that is tuned.
    public let parameter: LossParameter
    /// The value without tuning; nil if the loss determines it itself (`auto`).
    public let defaultValue: Double?
    /// Whether the value was given with the loss, which excludes it from tuning.
    public let isFixed: Bool
    /// The loss that has the parameter.
    public let descriptor: LossDescriptor

    /// Values in the loss's presets, in the order of the help.
    public var published: [(preset: String, value: Double)] {
        descriptor.presets.compactMap { preset in
            guard case .number(let number)? = preset.values[parameter.name] else { return nil }
            return (preset.name, number)
        }
    }
}

extension LossSpecification {
    /// The numeric parameters of the loss and then of its terms, in the order of the help; those with
    /// a ``Parameter/search`` are tuned unless they are fixed.
    public var searchedParameters: [SearchedParameter] {
        ([self] + terms).flatMap { part in
            part.descriptor.parameters.compactMap { parameter in
                guard parameter.isNumeric else { return nil }
                let value = part.values[parameter.name] ?? parameter.defaultValue
                let number: Double? = if case .number(let number) = value { number } else { nil }
                return SearchedParameter(
                    name: part == self ? parameter.name : "\(part.name).\(parameter.name)",
                    parameter: parameter, defaultValue: number,
                    isFixed: part.given.contains(parameter.name), descriptor: part.descriptor)
            }
        }
    }

    /// The loss with new values of some parameters.
    ///
    /// - Parameter new: Values by the names of ``searchedParameters``; others keep theirs.
    /// - Throws: ``FaceLossesError`` for a value that is not allowed.
    public func setting(_ new: [String: Double]) throws(FaceLossesError) -> LossSpecification {
        let parts = ([self] + terms).map { part in
            let prefix = part == self ? "" : "\(part.name)."
            let given = part.descriptor.parameters.compactMap { parameter in
                let value = new[prefix + parameter.name].map(LossValue.number)
                return (value ?? part.values[parameter.name]).map { "\(parameter.name)=\($0)" }
            }
            let name = part.descriptor.name
            return given.isEmpty ? name : "\(name):\(given.joined(separator: ","))"
        }
        return try LossSpecification(parsing: parts.joined(separator: "+"))
    }
}

extension Parameter {
    /// Whether it can be a number.
    public var isNumeric: Bool {
        switch domain {
        case .number, .numberOr, .whole: true
        case .flag, .list, .seed, .text, .word: false
        }
    }
}
