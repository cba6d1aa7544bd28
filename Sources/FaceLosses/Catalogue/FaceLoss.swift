public import Torch
import SafeNumbers

/// A loss of face embeddings: the objective that training minimises.
///
/// A loss owns its trainable tensors (class weights, biases, centres). It converts embeddings to the type
/// of these tensors, `float32` in a run, and computes in it, even inside `withPrecision`: angles near 0
/// would be lost in the eight bits of `bfloat16`.
///
/// ```swift
/// let loss = try LossCatalogue.make(
///     LossSpecification(parsing: "arcface:m=0.4"), classes: 500, embeddingSize: 512,
///     initial: InitialWeights(seed: 1, path: "head"))
/// let output = loss(
///     embeddings: embeddings, labels: labels, progress: LossProgress(fraction: 0, step: 0))
/// output.loss.backward()
/// ```
public protocol FaceLoss: AnyObject {
    /// The loss's description and parameters.
    static var descriptor: LossDescriptor { get }

    /// Trainable tensors and buffers, under the loss's own names.
    var state: [StateEntry] { get }

    /// Number of identities it distinguishes, which labels must be below; nil if unknown.
    var classCount: Int? { get }

    /// The loss of a sample whose logits are equal before any margin, i.e. of uniform guessing; nil if that
    /// is not a fixed number, e.g. because a scale times a margin grows or terms are added.
    var guessingLoss: Double? { get }

    /// Known failures of its training and their remedies; by default derived from the descriptor's
    /// parameters.
    var diagnosis: LossDiagnosis { get }

    /// Computes the loss of a batch; callers call the loss itself.
    ///
    /// - Parameters:
    ///   - embeddings: `[n, d]`, not normalised, n at least 1.
    ///   - labels: `[n]` of `int64`, each at least 0 and less than the number of classes.
    ///   - progress: Progress of the run, for scheduled margins and scales.
    func evaluate(embeddings: Tensor, labels: Tensor, progress: LossProgress) -> LossOutput
}

extension FaceLoss {
    /// Computes the loss of a batch, always in full precision.
    ///
    /// - Parameters:
    ///   - embeddings: `[n, d]`, not normalised, n at least 1.
    ///   - labels: `[n]` of `int64`, each at least 0 and less than the number of classes.
    ///   - progress: Progress of the run, for scheduled margins and scales.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        withFullPrecision(on: embeddings.device) {
            evaluate(embeddings: embeddings, labels: labels, progress: progress)
        }
    }
}

/// A loss that can be created from its parameters, as required for ``LossCatalogue``.
public protocol ConfigurableLoss: FaceLoss {
    /// Creates the loss with new class weights.
    init(_ setup: LossSetup)

    /// Memory that the loss needs in a training step; by default that of the largest built-in loss.
    static func memory(_ size: LossSize) -> LossMemory
}

/// Progress of a run.
public struct LossProgress: Hashable, Sendable {
    /// Completed fraction of the run, or of the epochs that its schedule refers to; 0 ... 1.
    public var fraction: Double
    /// Steps that were taken before this one.
    public var step: Int
    /// Index of the micro-batch within the step if gradients are accumulated, from 0: random values
    /// that are drawn per sample must differ between them.
    public var microBatch: Int

    /// Creates a position in a run.
    public init(fraction: Double, step: Int, microBatch: Int = 0) {
        self.fraction = fraction
        self.step = step
        self.microBatch = microBatch
    }
}

/// Result of a loss for one batch.
public struct LossOutput {
    /// The scalar that is minimised.
    public var loss: Tensor
    /// Logits `[n, c]` without margin, which classify a sample. Nil if the loss has no classes, or provides
    /// ``isCorrect`` instead.
    public var logits: Tensor?
    /// Logits `[n, c]` with margin, from which the cross-entropy was computed. Nil when there is no margin.
    public var marginLogits: Tensor?
    /// Booleans `[n]`: whether the target class is top-1, without margin; for a loss that keeps no logits.
    public var isCorrect: Tensor?
    /// The same with margin.
    public var isCorrectWithMargin: Tensor?
    /// Scheduled and measured quantities of the loss at this step.
    public var state: LossState

    /// Creates the output of one batch.
    public init(
        loss: Tensor, logits: Tensor? = nil, marginLogits: Tensor? = nil,
        state: LossState = [:]
    ) {
        self.loss = loss
        self.logits = logits
        self.marginLogits = marginLogits
        self.state = state
    }

    /// Number of correctly classified samples; 0 when the loss has no classes.
    ///
    /// - Parameter withMargin: Whether logits include the margin.
    public func correctCount(labels: Tensor, withMargin: Bool) -> Int {
        correctSum(labels: labels, withMargin: withMargin).map { Int(saturating: $0.item()) } ?? 0
    }

    /// ``correctCount(labels:withMargin:)`` as a scalar of `int64` on the labels' device, so that it does
    /// not wait for a GPU; nil if the loss has no classes.
    public func correctSum(labels: Tensor, withMargin: Bool) -> Tensor? {
        let known = withMargin ? isCorrectWithMargin : isCorrect
        let logits = withMargin ? marginLogits ?? logits : logits
        return withoutGradients {
            let isCorrect = known ?? logits.map { $0.argmax(1) .== labels }
            return isCorrect.map { $0.sum() }
        }
    }
}
