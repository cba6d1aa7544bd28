public import Torch

/// Every backbone, by name.
public enum BackboneCatalogue {
    /// A backbone that can be made.
    public struct Entry: Sendable {
        /// Name on the command line.
        public let name: String
        /// Title as the literature spells it.
        public let title: String
        /// Where it was published.
        public let paper: String
        /// Options it understands.
        public let options: [String]
        /// Smallest input that its strides leave a pixel of.
        public let smallestInput: Int
        let make: @Sendable (BackboneOptions, InitialWeights) -> any Backbone
    }

    /// All backbones.
    public static let all: [Entry] = [
        Entry(
            name: "mobilenetv1", title: "MobileNetV1", paper: "Howard et al. 2017, Table 1",
            options: ["bn", "embedding", "width"], smallestInput: 16,
            make: { MobileNetV1($0, initial: $1) }),
        Entry(
            name: "resnet50", title: "ResNet50", paper: "He et al. 2016, Table 1",
            options: ["bn", "embedding", "stride", "width"], smallestInput: 16,
            make: { ResNet50($0, initial: $1) }),
    ]

    /// Makes a backbone with fresh weights.
    ///
    /// - Throws: ``FaceModelsError`` when the name is unknown or the input too small.
    public static func make(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) throws(FaceModelsError) -> any Backbone {
        let entry = try entry(specification)
        guard inputSize >= entry.smallestInput else {
            throw .inputTooSmall(
                backbone: entry.title, size: inputSize, smallest: entry.smallestInput)
        }
        return entry.make(specification.options, initial)
    }

    static func entry(_ specification: BackboneSpecification) throws(FaceModelsError) -> Entry {
        guard let entry = all.first(where: { $0.name == specification.name }) else {
            throw .unknownBackbone(name: specification.name, hint: "")
        }
        return entry
    }
}
