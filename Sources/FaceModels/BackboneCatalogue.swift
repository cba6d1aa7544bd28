import FaceConfiguration
import Spelling
public import Torch

/// A backbone that can be created from its specification.
public protocol ConfigurableBackbone: Backbone {
    /// Descriptors of the architecture, one for each named depth.
    static var descriptors: [BackboneDescriptor] { get }

    /// Creates a network with new weights.
    ///
    /// - Parameters:
    ///   - specification: Of one of this architecture's ``descriptors``.
    ///   - inputSize: Height and width of the input images, in pixels. Networks that pool
    ///     their features accept images of any size, others only this one.
    init(_ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights)
}

/// All backbones, by name.
public enum BackboneCatalogue {
    /// The backbones, in the order of the help.
    public static var all: [any ConfigurableBackbone.Type] {
        [
            ResNet50.self,
            MobileNetV1.self,
            MobileNetV2.self,
            MobileNetV3.self,
            IResNet.self,
            AdaFaceIR.self,
            MobileFaceNet.self,
            VisionTransformer.self,
            EdgeNeXt.self,
            AlexNet.self,
            GoogLeNet.self,
            FaceNetInception.self,
            InceptionResNetV1.self,
            DeepFace.self,
            DeepID.self,
            DlibResNet.self,
        ]
    }

    /// Descriptors of the backbones, in the order of the help.
    public static var descriptors: [BackboneDescriptor] { all.flatMap { $0.descriptors } }

    /// Creates a backbone with new weights.
    ///
    /// - Parameters:
    ///   - inputSize: Height and width of the input images, in pixels.
    ///   - initial: Source of the initial weights, and their device and type.
    /// - Throws: ``FaceModelsError`` if the images are too small for the network's strides, or the
    ///   catalogue does not contain the backbone.
    public static func make(
        _ specification: BackboneSpecification, inputSize: Int = 112, initial: InitialWeights
    ) throws(FaceModelsError) -> any Backbone {
        let descriptor = specification.descriptor
        guard let backbone = all.first(where: { $0.descriptors.contains(descriptor) }) else {
            throw .unknownBackbone(specification.name, known: descriptors.map(\.name))
        }
        guard inputSize >= descriptor.minInputSize else {
            throw .inputTooSmall(
                backbone: descriptor.title, size: inputSize, smallest: descriptor.minInputSize)
        }
        return backbone.init(specification, inputSize: inputSize, initial: initial)
    }

    /// The backbone with a name or alias, regardless of case and hyphens.
    static func descriptor(named name: String) throws(FaceModelsError) -> BackboneDescriptor {
        let folded = Names.folded(name)
        let match = descriptors.first { descriptor in
            descriptor.names.contains { Names.folded($0) == folded }
        }
        if let match { return match }
        if folded == "r50" {
            throw .ambiguousName(
                name,
                advice:
                    "insightface means IResNet-50 by it, others ResNet-50 (He et al. 2016); use "
                    + "iresnet50 or resnet50")
        }
        let isNear = !Spelling.hint(for: name, among: descriptors.flatMap(\.names)).isEmpty
        throw .unknownBackbone(
            name,
            known: isNear ? descriptors.flatMap(\.names) : descriptors.map(\.nameAndAliases))
    }
}

extension BackboneDescriptor {
    fileprivate var names: [String] { [name] + aliases }

    /// The name followed by the aliases: `mobilenetv1 (MobileNet)`.
    fileprivate var nameAndAliases: String {
        aliases.isEmpty ? name : "\(name) (\(aliases.joined(separator: ", ")))"
    }
}
