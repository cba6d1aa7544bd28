public import FaceModels
public import Torch

/// The tensors of a file that are a network's, by name and shape.
///
/// People's files have the network's names after prefixes (`module.`, `backbone.`) and within
/// dictionaries (`state_dict`): the dictionary and the prefix that fit most of the network are taken.
/// The counts of batches, which older PyTorch did not save, may be missing.
public struct WeightMatch {
    /// A tensor whose shape is not the network's.
    public struct Mismatch: Equatable, Sendable {
        /// The network's name for it.
        public let name: String
        /// Its shape in the file.
        public let found: [Int]
        /// Its shape in the network.
        public let expected: [Int]
    }

    /// The dictionary that was taken, as ``StateDict/Part/path``.
    public let part: String
    /// The prefix of the network's names, e.g. `module.`.
    public let prefix: String
    /// The network's names whose tensors fit.
    public let fitted: [String]
    /// The network's names that the file lacks.
    public let missing: [String]
    /// Names with tensors of another shape.
    public let mismatched: [Mismatch]
    /// The file's names after the prefix that the network lacks.
    public let extra: [String]
    /// How a match without names was verified; empty for matches by name.
    public var proof = ""

    private let tensors: [String: WeightFile.Entry]
    private let path: String

    /// Whether the file is the network's: it has all tensors, and no others under the prefix.
    public var isWhole: Bool { missing.isEmpty && mismatched.isEmpty && extra.isEmpty }

    /// Compares a network with a file of PyTorch.
    public init(_ file: StateDict, _ network: [StateEntry]) {
        self.init(WeightFile(file), network)
    }

    /// Compares a network with a file.
    ///
    /// - Parameter optional: Names of tensors that the file need not have.
    public init(_ file: WeightFile, _ network: [StateEntry], optional: Set<String> = []) {
        path = file.path
        let shapes = Dictionary(
            network.map { ($0.name, $0.tensor.shape) }, uniquingKeysWith: { first, _ in first })
        let candidates = file.parts.flatMap { part in
            Self.prefixes(part.tensors, shapes).map { Candidate(part, prefix: $0, shapes) }
        }
        let best =
            candidates.max { ($0.fits, $0.known) < ($1.fits, $1.known) }
            ?? Candidate(
                file.parts.first ?? WeightFile.Part(path: "", tensors: []), prefix: "", shapes)
        part = best.part.path
        prefix = best.prefix
        tensors = best.tensors
        let found = best.tensors
        let needed = network.filter {
            found[$0.name] != nil
                || !($0.name.hasSuffix("num_batches_tracked") || optional.contains($0.name))
        }
        fitted = needed.map(\.name).filter { found[$0]?.shape == shapes[$0] }
        missing = needed.map(\.name).filter { found[$0] == nil }
        mismatched = needed.compactMap { entry in
            guard let other = found[entry.name], other.shape != entry.tensor.shape else {
                return nil
            }
            return Mismatch(name: entry.name, found: other.shape, expected: entry.tensor.shape)
        }
        extra = found.keys.filter { shapes[$0] == nil }.sorted()
    }

    private struct Candidate {
        let part: WeightFile.Part
        let prefix: String
        /// The tensors after the prefix.
        let tensors: [String: WeightFile.Entry]
        let fits: Int
        /// How many have a name of the network, whatever their shapes.
        let known: Int

        init(_ part: WeightFile.Part, prefix: String, _ shapes: [String: [Int]]) {
            self.part = part
            self.prefix = prefix
            let named = part.tensors.filter { $0.name.hasPrefix(prefix) }
                .map { (String($0.name.dropFirst(prefix.count)), $0) }
            tensors = Dictionary(named, uniquingKeysWith: { $1 })
            fits = tensors.count { shapes[$0.key] == $0.value.shape }
            known = tensors.count { shapes[$0.key] != nil }
        }
    }

    /// Possible prefixes of the network's names: those before any of them, the most frequent
    /// first.
    private static func prefixes(
        _ tensors: [WeightFile.Entry], _ shapes: [String: [Int]]
    ) -> [String] {
        var counts: [String: Int] = [:]
        for tensor in tensors {
            var rest = Substring(tensor.name)
            var prefix = ""
            for _ in 0..<6 {
                if shapes[String(rest)] != nil { counts[prefix, default: 0] += 1 }
                guard let dot = rest.firstIndex(of: ".") else { break }
                rest = rest[rest.index(after: dot)...]
                prefix = String(tensor.name.dropLast(rest.count))
            }
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8).map(\.key)
    }

    /// Tensors that did not fit, one line each: name, shape and expected shape.
    public var misfits: [String] {
        missing.map { "\($0): missing" }
            + mismatched.map { "\($0.name): its shape is \($0.found), expected \($0.expected)" }
            + extra.map { "\($0): not a tensor of the network" }
    }

    /// Gives a network the tensors that fit; the others stay unchanged.
    ///
    /// - Throws: ``ModelFormatsError`` when a tensor cannot be read or has values that are not finite;
    ///   then nothing was changed.
    public func load(into network: [StateEntry]) throws(ModelFormatsError) {
        let names = Set(fitted)
        var loaded: [(StateEntry, Tensor)] = []
        for entry in network where names.contains(entry.name) {
            guard let stored = tensors[entry.name] else { continue }
            let tensor = try stored.tensor()
            guard tensor.isFinite().all() else {
                throw .notFinite(path: path, name: stored.name)
            }
            loaded.append((entry, tensor))
        }
        for (entry, tensor) in loaded { entry.tensor.assign(tensor) }
    }

    /// `396 of 396 tensors under 'module.' in 'state_dict'`, and what did not fit.
    public var summary: String {
        var text = "\(fitted.count) of \(fitted.count + missing.count + mismatched.count) tensors"
        if !prefix.isEmpty { text += " under '\(prefix)'" }
        if !part.isEmpty { text += " in '\(part)'" }
        text += Self.list(missing, "missing")
        text += Self.list(
            mismatched.map { "\($0.name) \($0.found), not \($0.expected)" }, "of another shape")
        text += Self.list(extra, "not the network's")
        return proof.isEmpty ? text : "\(text); \(proof)"
    }

    private static func list(_ names: [String], _ what: String) -> String {
        guard !names.isEmpty else { return "" }
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return "; \(what): \(names.prefix(3).joined(separator: ", "))\(more)"
    }
}

extension StateDict {
    /// As ``WeightFile/likelyNetworks(inputSize:)``.
    public func likelyNetworks(
        inputSize: Int = 112
    ) -> [(backbone: BackboneSpecification, match: WeightMatch)] {
        WeightFile(self).likelyNetworks(inputSize: inputSize)
    }
}

/// Less than this fits by chance: names such as `fc.weight` are in most networks.
private let minQuality = 0.25

extension WeightFile {
    /// The networks of the catalogue whose tensors it has, the best first, with the fraction of
    /// each network's tensors that fit.
    ///
    /// - Parameter inputSize: Height and width of the networks' images, in pixels.
    public func likelyNetworks(
        inputSize: Int = 112
    ) -> [(backbone: BackboneSpecification, match: WeightMatch)] {
        let matches = BackboneCatalogue.descriptors.compactMap {
            descriptor -> (BackboneSpecification, WeightMatch)? in
            let specification = BackboneSpecification.standard(descriptor)
            guard
                let backbone = try? BackboneCatalogue.make(
                    specification, inputSize: inputSize, initial: .zeros())
            else { return nil }
            return (specification, WeightMatch(self, backbone.state))
        }
        // Of two that have all their tensors here, the one that leaves fewer unused.
        return matches.filter { $0.1.quality >= minQuality }
            .sorted { ($0.1.quality, $0.0.name) > ($1.1.quality, $1.0.name) }
    }
}

extension WeightMatch {
    /// Fraction of all names, the network's and the file's, that fit; one whose shape does not, as
    /// in a network of another width, counts half.
    fileprivate var quality: Double {
        (Double(fitted.count) + Double(mismatched.count) / 2)
            / Double(fitted.count + missing.count + mismatched.count + extra.count)
    }
}
