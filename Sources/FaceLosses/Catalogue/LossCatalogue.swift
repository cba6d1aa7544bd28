import FaceConfiguration
import Foundation
import Spelling
public import Torch

/// All losses: those of this module, and those that a program has registered.
public enum LossCatalogue {
    /// The losses, in the order of the help.
    public static var all: [any ConfigurableLoss.Type] { builtIn + registry.losses }

    private static let registry = Registry()

    /// Adds a user-defined loss, so that its name can be used in study files and specifications, and is
    /// listed in the help.
    ///
    /// ```swift
    /// try LossCatalogue.register(MyLoss.self)
    /// let study = StudyConfiguration(..., losses: ["arcface", "myloss:m=0.3"])
    /// ```
    ///
    /// Registering the same type again has no effect.
    ///
    /// - Throws: ``FaceLossesError/nameTaken(_:)`` if a loss or preset with that name exists.
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

    /// The losses' descriptions, in the order of the help.
    public static var descriptors: [LossDescriptor] { all.map { $0.descriptor } }

    /// Makes a loss with new class weights.
    ///
    /// - Parameters:
    ///   - classes: Number of identities; at least 1.
    ///   - embeddingSize: Components of an embedding; at least 1.
    ///   - initial: Source of initial weights, with the path `head`, and the device and type of the loss.
    ///   - head: How angular-margin losses are computed for many classes; nil for tensor operations, with
    ///     logits.
    /// - Throws: ``FaceLossesError`` if there are no classes, if the loss is not in the catalogue, and if
    ///   it needs all classes but gets a sample.
    public static func make(
        _ specification: LossSpecification, classes: Int, embeddingSize: Int,
        initial: InitialWeights, head: HeadOptions? = nil
    ) throws(FaceLossesError) -> any FaceLoss {
        try make(
            specification, classes: classes, embeddingSize: embeddingSize, initial: initial,
            head: head, ownBlocks: nil)
    }

    /// Makes a loss of which this process has a part of the class weights, if it has a ``DividedHead`` with more
    /// than one block; the others are not drawn into memory.
    ///
    /// - Parameter ownBlocks: The blocks that this process has, of all; nil for a whole loss.
    package static func make(
        _ specification: LossSpecification, classes: Int, embeddingSize: Int,
        initial: InitialWeights, head: HeadOptions?,
        ownBlocks: ((ClassBlocks) -> Range<Int>)?
    ) throws(FaceLossesError) -> any FaceLoss {
        let parts = try ([specification] + specification.terms).map {
            part throws(FaceLossesError) -> any FaceLoss in
            guard let loss = all.first(where: { $0.descriptor == part.descriptor }) else {
                throw .unknownLoss(part.name, known: descriptors.map(\.name))
            }
            guard part == specification else {
                return loss.init(
                    try LossSetup(
                        part, classes: classes, embeddingSize: embeddingSize,
                        initial: initial.child(part.descriptor.name)))
            }
            var setup = try LossSetup(
                part, classes: classes, embeddingSize: embeddingSize, initial: initial)
            let blocks = ClassBlocks(classes: classes)
            var own = 0..<blocks.count
            // A joint loss is not divided.
            if specification.terms.isEmpty, head != nil, let ownBlocks, blocks.count > 1,
                loss is any AngularMarginLoss.Type,
                CosineSimilarityMatrix.supports(initial.type)
            {
                own = ownBlocks(blocks)
                setup.ownClasses = blocks.classes(of: own)
            }
            let made = loss.init(setup)
            // A registered loss may have drawn the weights of all classes in its own way.
            if let angular = made as? any AngularMarginLoss,
                angular.weight.shape[0] == classes * angular.subcenters
            {
                own = 0..<blocks.count
            }
            return try headed(made, head, setup, own)
        }
        return parts.count == 1 ? parts[0] : JointLoss(parts[0], terms: Array(parts.dropFirst()))
    }

    /// Checks that a loss can be computed with these options, before there are any classes.
    ///
    /// - Throws: ``FaceLossesError/noClassSampling(loss:)`` for a sample of the classes of a loss that
    ///   needs all of them.
    public static func requireHead(
        _ options: HeadOptions, of specification: LossSpecification
    ) throws(FaceLossesError) {
        let loss = all.first { $0.descriptor == specification.descriptor }
        guard options.rate == 1 || loss is any AngularMarginLoss.Type else {
            throw .noClassSampling(loss: specification.descriptor.name)
        }
    }

    /// - Parameter ownBlocks: The blocks of classes whose weights the loss has.
    private static func headed(
        _ loss: any ConfigurableLoss, _ options: HeadOptions?, _ setup: LossSetup,
        _ ownBlocks: Range<Int>
    ) throws(FaceLossesError) -> any FaceLoss {
        guard let options else { return loss }
        let result =
            (loss as? any AngularMarginLoss)?.head(options, setup, ownBlocks: ownBlocks) ?? loss
        guard options.rate == 1 || !(result is any ConfigurableLoss) else {
            throw .noClassSampling(loss: type(of: loss).descriptor.name)
        }
        return result
    }

    /// The loss or preset that a name denotes.
    struct Match {
        var descriptor: LossDescriptor
        /// The preset, if the name denotes one.
        var preset: LossPreset?
        /// The title for tables.
        var title: String
    }

    /// The loss or preset that a name denotes, in any case, with or without hyphens or `loss` at its
    /// end, and by any alias.
    static func find(_ name: String) throws(FaceLossesError) -> Match {
        let folded = Names.folded(name)
        if let match = match(folded) { return match }
        if let advice = AmbiguousLossNames.advice(for: folded) {
            throw .ambiguousName(name, advice: advice)
        }
        if folded.hasSuffix("loss"), let match = match(String(folded.dropLast(4))) { return match }
        // The name may be a preset's; a list of all would be long.
        let all = descriptors.flatMap(\.allNames)
        let isNear = !Spelling.hint(for: name, among: all).isEmpty
        throw .unknownLoss(name, known: isNear ? all : descriptors.map(\.nameAndAliases))
    }

    private static func match(_ folded: String) -> Match? {
        for descriptor in descriptors {
            if let title = title(folded, descriptor.name, descriptor.title, descriptor.aliases) {
                return Match(descriptor: descriptor, preset: nil, title: title)
            }
            for preset in descriptor.presets {
                if let title = title(folded, preset.name, preset.title, preset.aliases) {
                    return Match(descriptor: descriptor, preset: preset, title: title)
                }
            }
        }
        return nil
    }

    /// The title for a requested name; nil if it is none of these names.
    private static func title(
        _ folded: String, _ name: String, _ title: String, _ aliases: [String]
    ) -> String? {
        if [name, title].contains(where: { Names.folded($0) == folded }) { return title }
        return aliases.first { Names.folded($0) == folded }
    }
}

extension LossDescriptor {
    /// The loss's names and those of its presets, aliases included.
    fileprivate var allNames: [String] {
        [name] + aliases + presets.flatMap { [$0.name] + $0.aliases }
    }

    /// The name followed by the aliases: `softmax (cross-entropy, CE)`.
    fileprivate var nameAndAliases: String {
        aliases.isEmpty ? name : "\(name) (\(aliases.joined(separator: ", ")))"
    }
}

/// Losses that programs add, protected by a lock.
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
        let taken = Set((builtIn + added).flatMap { $0.descriptor.allNames }.map(Names.folded))
        let name = loss.descriptor.allNames.first { taken.contains(Names.folded($0)) }
        if let name { throw .nameTaken(name) }
        added.append(loss)
    }
}
