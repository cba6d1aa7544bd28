import Spelling
public import Torch

/// The tensors of a model that are trained, with a factor on the learning rate of each.
public struct TrainedParts {
    /// The parameters that are trained.
    public let parameters: [StateEntry]
    /// Factor on the learning rate of each parameter.
    public let factors: [Double]
    private let frozen: [StateEntry]
    private let normalizations: [BatchNormalization]

    /// Resolves the patterns of a configuration; the last matching rate applies.
    ///
    /// - Parameter state: A model's tensors, named as in ``Model/state``.
    /// - Throws: ``FaceTrainingError/configuration(key:reason:)`` for a pattern that matches no tensor, and
    ///   if nothing is left to train.
    public init(
        _ state: [StateEntry], _ configuration: TrainingConfiguration
    ) throws(FaceTrainingError) {
        let patterns = configuration.freeze.map(NamePattern.init)
        let rates = configuration.partRates.compactMap(PartRate.init)
        for pattern in patterns {
            try Self.require(pattern, in: state, key: "training.freeze")
        }
        for rate in rates {
            try Self.require(rate.pattern, in: state.parameters, key: "training.partRates")
        }
        let isFrozen = { (entry: StateEntry) in patterns.contains { $0.matches(entry.name) } }
        let trained = state.parameters.filter { !isFrozen($0) }
        guard !trained.isEmpty else {
            throw .configuration(
                key: "training.freeze", reason: "it leaves nothing to train")
        }
        parameters = trained
        factors = trained.map { entry in
            rates.last { $0.pattern.matches(entry.name) }?.factor ?? 1
        }
        frozen = patterns.isEmpty ? [] : state.parameters.filter(isFrozen)
        normalizations =
            configuration.freezeStatistics && !patterns.isEmpty
            ? state.filter(isFrozen).compactMap(\.normalization) : []
    }

    /// Excludes the frozen tensors from differentiation, and stops frozen normalisations from collecting
    /// statistics.
    func freeze() {
        for entry in frozen { entry.tensor.requiresGradient = false }
        for normalization in normalizations { normalization.isFrozen = true }
    }

    private static func require(
        _ pattern: NamePattern, in state: [StateEntry], key: String
    ) throws(FaceTrainingError) {
        guard !state.contains(where: { pattern.matches($0.name) }) else { return }
        var parts: [String] = []
        for entry in state {
            var name = entry.name
            if name.hasPrefix("backbone.") { name = String(name.dropFirst("backbone.".count)) }
            let components = name.split(separator: ".")
            let part = components.prefix(name.hasPrefix("loss.") ? 2 : 1).joined(separator: ".")
            if !parts.contains(part) { parts.append(part) }
        }
        throw .configuration(
            key: key,
            reason: "\(quoted: pattern.text) matches no part; the network and its loss have "
                + parts.prefix(24).joined(separator: ", ") + ", as in \(parts.first ?? "")*")
    }
}
