import Foundation
import Spelling

/// Options that backbones understand.
public struct BackboneOptions: Codable, Sendable, Hashable {
    /// Where the stride of a ResNet stage lies.
    public enum Stride: String, Codable, Sendable, CaseIterable {
        /// On the first 1x1 convolution, as He et al. 2016.
        case first = "1x1"
        /// On the 3x3 convolution, as torchvision and timm.
        case middle = "3x3"
    }

    /// Factor on the channels of every layer but the embedding; 0.05 ... 4.
    public var width = 1.0
    /// Length of an embedding; 2 ... 8192.
    public var embeddingSize = 512
    /// Whether batch normalisation follows the embedding's Linear layer.
    public var normalizesEmbedding = true
    /// Where the stride of a ResNet stage lies.
    public var stride = Stride.first

    /// Creates the defaults.
    public init() {}

    /// Channels scaled by the width: the nearest multiple of 8, and 8 at least.
    public func channels(_ count: Int) -> Int {
        width == 1 ? count : max(8, Int((Double(count) * width / 8).rounded()) * 8)
    }
}

/// A backbone's name with its options, as `resnet50:stride=3x3,width=0.5` gives it.
public struct BackboneSpecification: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Name in ``BackboneCatalogue``.
    public let name: String
    /// The options.
    public let options: BackboneOptions

    /// Creates a specification of a known backbone.
    public init(name: String, options: BackboneOptions = BackboneOptions()) {
        self.name = name
        self.options = options
    }

    /// Reads `name` or `name:option=value,...`.
    ///
    /// - Throws: ``FaceModelsError`` for an unknown name or option, or a value out of range.
    public init(parsing text: String) throws(FaceModelsError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        guard let entry = BackboneCatalogue.all.first(where: { $0.name == name }) else {
            throw .unknownBackbone(
                name: name,
                hint: Spelling.hint(for: name, among: BackboneCatalogue.all.map(\.name)))
        }
        var options = BackboneOptions()
        for pair in parts.dropFirst().first?.split(separator: ",") ?? [] {
            let sides = pair.split(separator: "=", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            try options.set(
                sides[0], to: sides.count == 2 ? sides[1] : "", for: name, known: entry.options)
        }
        self.init(name: name, options: options)
    }

    /// Title as the literature spells it, with the width where it is not 1.
    public var title: String {
        let title = BackboneCatalogue.all.first { $0.name == name }?.title ?? name
        return options.width == 1 ? title : "\(title) x\(options.width)"
    }

    /// The name with the options that differ from their defaults, sorted.
    public var description: String {
        let defaults = BackboneOptions()
        var parts: [String] = []
        if !options.normalizesEmbedding { parts.append("bn=off") }
        if options.embeddingSize != defaults.embeddingSize {
            parts.append("embedding=\(options.embeddingSize)")
        }
        if options.stride != defaults.stride { parts.append("stride=\(options.stride.rawValue)") }
        if options.width != defaults.width { parts.append("width=\(options.width)") }
        return parts.isEmpty ? name : "\(name):\(parts.joined(separator: ","))"
    }
}

extension BackboneOptions {
    fileprivate mutating func set(
        _ option: String, to value: String, for backbone: String, known: [String]
    ) throws(FaceModelsError) {
        guard known.contains(option) else {
            throw .unknownOption(
                backbone: backbone, option: option, hint: Spelling.hint(for: option, among: known))
        }
        func bad(_ expected: String) -> FaceModelsError {
            .badOption(backbone: backbone, option: option, value: value, expected: expected)
        }
        switch option {
        case "bn":
            guard ["on", "off"].contains(value) else { throw bad("on or off") }
            normalizesEmbedding = value == "on"
        case "embedding":
            guard let size = Int(value), (2...8192).contains(size) else {
                throw bad("a whole number from 2 to 8192")
            }
            embeddingSize = size
        case "stride":
            guard let place = Stride(rawValue: value) else { throw bad("1x1 or 3x3") }
            stride = place
        default:
            guard let factor = Double(value), (0.05...4).contains(factor) else {
                throw bad("a number from 0.05 to 4")
            }
            width = factor
        }
    }
}
