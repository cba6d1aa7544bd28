import Foundation
import Spelling
public import Torch

/// All losses: those of this module, and those that a program has registered.
public enum LossCatalogue {
    /// The losses, in the order of the help.
    public static var all: [any ConfigurableLoss.Type] { builtIn + registry.losses }

    private static let registry = Registry()

    /// Adds a loss of the program's own, so that its name is known wherever a loss's is: in study
    /// files, in specifications, in the help.
    ///
    /// ```swift
    /// try LossCatalogue.register(MyLoss.self)
    /// let study = StudyConfiguration(..., losses: ["arcface", "myloss:m=0.3"])
    /// ```
    ///
    /// To register the same type again changes nothing.
    ///
    /// - Throws: ``FaceLossesError/nameTaken(_:)`` when a loss or preset of that name is there.
    public static func register(_ loss: any ConfigurableLoss.Type) throws(FaceLossesError) {
        try registry.add(loss, besides: builtIn)
    }

    /// The losses of this module.
    private static var builtIn: [any ConfigurableLoss.Type] {
        [
            CrossEntropyLoss.self,
            ASoftmaxLoss.self,
            AMSoftmaxLoss.self,
            ArcFaceLoss.self,
            MarginalLoss.self,
            LSoftmaxLoss.self,
            L2SoftmaxLoss.self,
            SoftMarginSoftmaxLoss.self,
            COCOLoss.self,
            NormFaceLoss.self,
            AdaCosLoss.self,
            CombinedMarginLoss.self,
            SubcenterArcFaceLoss.self,
            CurricularFaceLoss.self,
            MVSoftmaxLoss.self,
            MagFaceLoss.self,
            AdaFaceLoss.self,
            ElasticFaceLoss.self,
            SphereFaceRLoss.self,
            SphereFace2Loss.self,
            CircleLoss.self,
            UniFaceLoss.self,
            CenterLoss.self,
            MarginalPairsLoss.self,
            TripletLoss.self,
            ContrastiveLoss.self,
            SupervisedContrastiveLoss.self,
            RangeLoss.self,
            MinimumMarginLoss.self,
        ]
    }

    /// What the losses are, in the order of the help.
    public static var descriptors: [LossDescriptor] { all.map { $0.descriptor } }

    /// Makes a loss with new class weights.
    ///
    /// - Parameters:
    ///   - classes: Number of identities; at least 1.
    ///   - embeddingSize: Components of an embedding; at least 1.
    ///   - initial: Where weights come from, with the path `head`, and the device and type that the
    ///     loss computes in.
    ///   - head: How angular-margin losses are computed for many classes; nil composes them of
    ///     tensors, with logits.
    /// - Throws: ``FaceLossesError`` when there are no classes, for a specification of a loss that
    ///   the catalogue does not have, and when a loss needs all classes but is to see a part.
    public static func make(
        _ specification: LossSpecification, classes: Int, embeddingSize: Int,
        initial: InitialWeights, head: HeadOptions? = nil
    ) throws(FaceLossesError) -> any FaceLoss {
        let parts = try ([specification] + specification.terms).map {
            part throws(FaceLossesError) in
            guard let loss = all.first(where: { $0.descriptor == part.descriptor }) else {
                throw .unknownLoss(part.name, known: descriptors.map(\.name))
            }
            let own = part == specification ? initial : initial.child(part.descriptor.name)
            let made = loss.init(
                try LossSetup(part, classes: classes, embeddingSize: embeddingSize, initial: own))
            return part == specification ? try headed(made, head, initial) : made
        }
        return parts.count == 1 ? parts[0] : JointLoss(parts[0], terms: Array(parts.dropFirst()))
    }

    /// Checks that a loss can be computed so, before there are any classes.
    ///
    /// - Throws: ``FaceLossesError/noClassSampling(loss:)`` for a part of the classes of a loss that
    ///   needs all of them.
    public static func requireHead(
        _ options: HeadOptions, of specification: LossSpecification
    ) throws(FaceLossesError) {
        let loss = all.first { $0.descriptor == specification.descriptor }
        guard options.rate == 1 || loss is any AngularMarginLoss.Type else {
            throw .noClassSampling(loss: specification.descriptor.name)
        }
    }

    private static func headed(
        _ loss: any ConfigurableLoss, _ options: HeadOptions?, _ initial: InitialWeights
    ) throws(FaceLossesError) -> any FaceLoss {
        guard let options else { return loss }
        let result = (loss as? any AngularMarginLoss)?.head(options, initial: initial) ?? loss
        guard options.rate == 1 || !(result is any ConfigurableLoss) else {
            throw .noClassSampling(loss: type(of: loss).descriptor.name)
        }
        return result
    }

    /// The loss a name stands for, and the preset when it is one's name.
    static func find(
        _ name: String
    ) throws(FaceLossesError) -> (LossDescriptor, LossPreset?) {
        for descriptor in descriptors {
            if descriptor.name == name { return (descriptor, nil) }
            if let preset = descriptor.presets.first(where: { $0.name == name }) {
                return (descriptor, preset)
            }
        }
        // Presets may be meant; to list them all would be long.
        let all = descriptors.flatMap(\.names)
        let isNear = !Spelling.hint(for: name, among: all).isEmpty
        throw .unknownLoss(name, known: isNear ? all : descriptors.map(\.name))
    }
}

extension LossDescriptor {
    /// The loss's name and those of its presets.
    fileprivate var names: [String] { [name] + presets.map(\.name) }
}

/// Losses that programs add, behind a lock.
private final class Registry: @unchecked Sendable {
    private let lock = NSLock()
    private var added: [any ConfigurableLoss.Type] = []

    var losses: [any ConfigurableLoss.Type] { lock.withLock { added } }

    func add(
        _ loss: any ConfigurableLoss.Type, besides builtIn: [any ConfigurableLoss.Type]
    ) throws(FaceLossesError) {
        lock.lock()
        defer { lock.unlock() }
        if added.contains(where: { $0 == loss }) { return }
        let taken = Set((builtIn + added).flatMap { $0.descriptor.names })
        if let name = loss.descriptor.names.first(where: taken.contains) { throw .nameTaken(name) }
        added.append(loss)
    }
}
