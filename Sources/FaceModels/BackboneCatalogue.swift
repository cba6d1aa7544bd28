import FaceConfiguration
import Spelling
public import Torch

/// A backbone that can be made from its specification.
public protocol ConfigurableBackbone: Backbone {
    /// What the architecture is.
    static var descriptor: BackboneDescriptor { get }

    /// Creates a network with new weights.
    ///
    /// - Parameter specification: Of this architecture's ``descriptor``.
    init(_ specification: BackboneSpecification, initial: InitialWeights)
}

/// All backbones.
public enum BackboneCatalogue {
    /// The backbones, in the order of the help.
    public static var all: [any ConfigurableBackbone.Type] {
        [
            ResNet50.self,
            MobileNetV1.self,
        ]
    }

    /// What the backbones are, in the order of the help.
    public static var descriptors: [BackboneDescriptor] { all.map { $0.descriptor } }

    /// Makes a backbone with new weights.
    ///
    /// - Parameters:
    ///   - inputSize: Height and width of the images it is to take, in pixels.
    ///   - initial: Where weights come from, and the device and the type they have.
    /// - Throws: ``FaceModelsError`` when the images are too small for the network's strides, and
    ///   for a specification of a backbone that the catalogue does not have.
    public static func make(
        _ specification: BackboneSpecification, inputSize: Int = 112, initial: InitialWeights
    ) throws(FaceModelsError) -> any Backbone {
        let descriptor = specification.descriptor
        guard let backbone = all.first(where: { $0.descriptor == descriptor }) else {
            throw .unknownBackbone(specification.name, known: descriptors.map(\.name))
        }
        guard inputSize >= descriptor.smallestInput else {
            throw .inputTooSmall(
                backbone: descriptor.title, size: inputSize, smallest: descriptor.smallestInput)
        }
        return backbone.init(specification, initial: initial)
    }

    /// The backbone a name stands for, in any case, with or without hyphens, and by any alias.
    static func descriptor(named name: String) throws(FaceModelsError) -> BackboneDescriptor {
        let folded = Names.folded(name)
        let match = descriptors.first { descriptor in
            descriptor.names.contains { Names.folded($0) == folded }
        }
        if let match { return match }
        if ["r50", "ir50", "iresnet50"].contains(folded) {
            throw .ambiguousName(
                name,
                advice:
                    "face recognition means IResNet-50 by it, which resnet50 (He et al. 2016) is "
                    + "not; take resnet50 for the latter")
        }
        let isNear = !Spelling.hint(for: name, among: descriptors.flatMap(\.names)).isEmpty
        throw .unknownBackbone(
            name,
            known: isNear ? descriptors.flatMap(\.names) : descriptors.map(\.nameAndAliases))
    }
}

extension BackboneDescriptor {
    fileprivate var names: [String] { [name] + aliases }

    /// The name with the aliases behind it: `mobilenetv1 (MobileNet)`.
    fileprivate var nameAndAliases: String {
        aliases.isEmpty ? name : "\(name) (\(aliases.joined(separator: ", ")))"
    }
}
