public import Torch

/// An angular-margin loss computed in passes over blocks of classes, for as many classes as fit
/// in memory.
///
/// The result equals that of the loss itself except for the order of additions: the loss and the gradients
/// are within 1e-12 in `float64`, and in `float32` within 1e-6, or with a scale s above 32 within s 3e-8,
/// the rounding of a logit. It keeps one tensor of batch x classes numbers (and for sub-centers as many
/// bytes), where the loss itself creates five to ten, and reports whether samples are classified correctly,
/// with and without the margin, instead of their logits.
///
/// Every ``AngularMarginLoss`` is computed this way; on a GPU with LibTorch's operations, which keep two
/// tables. Losses of another form than one softmax of cosines (SphereFace2, UniFace, COCO), or without
/// normalised weights, are composed of tensor operations.
public final class MarginHead<Loss: AngularMarginLoss>: FaceLoss {
    /// Descriptor of the wrapped loss.
    public static var descriptor: LossDescriptor { Loss.descriptor }

    /// The loss that defines the margin and owns the class weights.
    public let loss: Loss
    /// Options of the head.
    public let options: HeadOptions
    /// The blocks whose weights this process has; all, unless ``keep(_:)`` has divided them.
    package internal(set) var ownBlocks: Range<Int>
    /// Number of all classes, in all processes.
    let classes: Int
    var blockSize = ClassBlocks.standardSize
    private let initial: InitialWeights
    private let workspace = HeadWorkspace()
    private var blockWorkspaces: [HeadWorkspace] = []

    /// Wraps a loss.
    ///
    /// - Parameters:
    ///   - loss: A loss with weights of a type that `CosineSimilarityMatrix.supports(_:)`.
    ///   - initial: Its seed and the step determine which classes take part.
    public convenience init(_ loss: Loss, options: HeadOptions, initial: InitialWeights) {
        let classes = loss.weight.shape[0] / loss.subcenters
        self.init(
            loss, options: options, initial: initial, classes: classes,
            ownBlocks: 0..<ClassBlocks(classes: classes).count)
    }

    /// - Parameters:
    ///   - loss: A loss with the weights of some blocks.
    ///   - classes: Number of all classes.
    ///   - ownBlocks: These blocks.
    init(
        _ loss: Loss, options: HeadOptions, initial: InitialWeights, classes: Int,
        ownBlocks: Range<Int>
    ) {
        self.loss = loss
        self.options = options
        self.initial = initial
        self.classes = classes
        self.ownBlocks = ownBlocks
    }

    /// State of the wrapped loss.
    public var state: [StateEntry] { loss.state }

    /// Whether this process has the weights of all classes.
    var isWhole: Bool { ownBlocks == 0..<blocks.count }

    /// Workspaces for blocks.
    func workspaces(_ count: Int) -> [HeadWorkspace] {
        while blockWorkspaces.count < count { blockWorkspaces.append(HeadWorkspace()) }
        return blockWorkspaces
    }

    /// Computes the loss; with a rate below 1, of the classes of this step.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        precondition(isWhole, "a part of the classes has no loss of its own")
        let embeddings = embeddings.to(loss.weight.type)
        let sample = sample(labels, progress)
        let table = CosineSimilarityMatrix(
            unitEmbeddings: embeddings.l2Normalized(), weight: loss.weight,
            classes: sample.map { Tensor($0.classes, device: labels.device) },
            labels: sample.map { Tensor($0.positions, device: labels.device) } ?? labels,
            subcenters: loss.subcenters,
            precision: options.precision, workspace: workspace)
        let batch = AngularBatch(
            embeddings: embeddings, labels: labels, targetCosines: table.targetCosines,
            angles: table.angles,
            classes: sample?.classes.count ?? classes
        ) { table.nonTargetExponentials(scale: table.targetCosines.filled(like: $0)) }
        return output(table, batch, loss.margin(batch, at: progress))
    }

    private func output(
        _ table: CosineSimilarityMatrix, _ batch: AngularBatch, _ margin: AngularMargin
    ) -> LossOutput {
        let count = batch.labels.count
        let outcome = table.crossEntropy(
            targetLogits: margin.targetLogits(of: batch).reshaped([count]),
            scale: margin.scale.tensor(for: batch).reshaped([-1]).expanded([count]),
            nonTargets: margin.nonTargets)
        var output = LossOutput(
            loss: margin.penalty.map { outcome.loss + $0 } ?? outcome.loss, state: margin.state)
        output.isCorrect = outcome.isTop1Correct
        output.isCorrectWithMargin = outcome.isTop1CorrectWithMargin
        return output
    }

    func sample(_ labels: Tensor, _ progress: LossProgress) -> ClassSample? {
        guard options.rate < 1 else { return nil }
        return ClassSample(
            labels: labels.array(), of: classes, rate: options.rate,
            seed: initial.seed(of: "classes.\(progress.step)"))
    }
}

extension AngularMarginLoss {
    /// The loss wrapped in a head, or itself if a head does not support the type of its weights.
    func head(_ options: HeadOptions, _ setup: LossSetup, ownBlocks: Range<Int>) -> any FaceLoss {
        CosineSimilarityMatrix.supports(weight.type)
            ? MarginHead(
                self, options: options, initial: setup.initial, classes: setup.classes,
                ownBlocks: ownBlocks) : self
    }
}
