public import FaceModels
import Spelling
public import Torch

/// The tensors of a file that match those of a network by name and shape.
///
/// In many files, the network's names have a prefix (`module.`, `backbone.`) and are in a nested
/// dictionary (`state_dict`): the dictionary and the prefix with the most matches are used. Batch
/// counts, which older versions of PyTorch did not save, may be missing.
public struct WeightMatch {
    /// A tensor whose shape differs from the network's.
    public struct Mismatch: Equatable, Sendable {
        /// Its name in the network.
        public let name: String
        /// Its shape in the file.
        public let found: [Int]
        /// Its shape in the network.
        public let expected: [Int]
    }

    /// The dictionary that was chosen, as in ``StateDict/Part/path``.
    public let part: String
    /// The prefix before the network's names, e.g. `module.`.
    public let prefix: String
    /// Names of the network's tensors that match.
    public let fitted: [String]
    /// Names of the network's tensors that the file lacks.
    public let missing: [String]
    /// Tensors of a different shape.
    public let mismatched: [Mismatch]
    /// Names in the file, without the prefix, that the network lacks.
    public let extra: [String]
    /// How a match by order was verified; empty for matches by name.
    public var proof = ""

    private let tensors: [String: WeightFile.Entry]
    private let path: String

    /// Whether the file contains all tensors of the network and no others under the prefix.
    public var isWhole: Bool { missing.isEmpty && mismatched.isEmpty && extra.isEmpty }

    /// Compares a network with a PyTorch file.
    public init(_ file: StateDict, _ network: [StateEntry]) {
        self.init(WeightFile(file), network)
    }

    /// Compares a network with a file.
    ///
    /// - Parameter optional: Names of tensors that may be missing.
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
        /// The tensors by their names without the prefix.
        let tensors: [String: WeightFile.Entry]
        let fits: Int
        /// The number of tensors with a name of the network, regardless of shape.
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

    /// Candidates for the prefix: those that precede any name of the network, the most frequent
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

    /// Tensors that do not match, one line each: name, shape and expected shape.
    public var misfits: [String] {
        missing.map { "\($0): missing" }
            + mismatched.map { "\($0.name): its shape is \($0.found), expected \($0.expected)" }
            + extra.map { "\($0): not a tensor of the network" }
    }

    /// Copies the matching tensors to a network; the others stay unchanged.
    ///
    /// - Throws: ``ModelFormatsError`` if a tensor cannot be read or has values that are not finite;
    ///   the network is then unchanged.
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

    /// `396 of 396 tensors under 'module.' in 'state_dict'`, followed by the tensors that do not
    /// match.
    public var summary: String {
        var text = "\(fitted.count) of \(fitted.count + missing.count + mismatched.count) tensors"
        if !prefix.isEmpty { text += " under \(quoted: prefix)" }
        if !part.isEmpty { text += " in \(quoted: part)" }
        text += Self.list(missing, "missing")
        text += Self.list(
            mismatched.map { "\($0.name) \($0.found), not \($0.expected)" }, "of another shape")
        text += Self.list(extra, "not the network's")
        return proof.isEmpty ? text : "\(text); \(proof)"
    }

    private static func list(_ names: [String], _ what: String) -> String {
        guard !names.isEmpty else { return "" }
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return "; \(what): \(names.prefix(3).map(\.shortened).joined(separator: ", "))\(more)"
    }
}

extension StateDict {
    /// The same as ``WeightFile/likelyNetworks(inputSize:)``.
    public func likelyNetworks(
        inputSize: Int = 112
    ) -> [(backbone: BackboneSpecification, match: WeightMatch)] {
        WeightFile(self).likelyNetworks(inputSize: inputSize)
    }
}

/// A lower quality can be a coincidence: names such as `fc.weight` occur in most networks.
private let minQuality = 0.25

extension WeightFile {
    /// The networks of the catalogue that match the file's tensors, the best match first.
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
        // If all tensors of two networks match, the one that leaves fewer of the file's unused is
        // first.
        return matches.filter { $0.1.quality >= minQuality }
            .sorted { ($0.1.quality, $0.0.name) > ($1.1.quality, $1.0.name) }
    }
}

extension WeightMatch {
    /// Fraction of all names, of the network and the file, that match; a name with a different
    /// shape, as in a network of another width, counts half.
    fileprivate var quality: Double {
        (Double(fitted.count) + Double(mismatched.count) / 2)
            / Double(fitted.count + missing.count + mismatched.count + extra.count)
    }
}
