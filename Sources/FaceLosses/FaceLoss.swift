public import Torch

/// Turns embeddings and labels into the scalar that training makes small.
public protocol FaceLoss: AnyObject {
    /// What the loss says of itself.
    static var descriptor: LossDescriptor { get }

    /// Makes the loss with fresh class weights.
    init(_ setup: LossSetup)

    /// Class weights, biases and centres.
    var state: [StateEntry] { get }

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - embeddings: `[n, d]`, `float32` or `float64`, not normalised.
    ///   - labels: `[n]`, `int64`, each at least 0 and below the number of classes.
    ///   - progress: How far the run has come, for losses that anneal.
    func callAsFunction(embeddings: Tensor, labels: Tensor, progress: LossProgress) -> LossOutput
}

/// What a loss is made of.
public struct LossSetup {
    /// Identities of the training set.
    public let classes: Int
    /// Length of an embedding.
    public let embeddingSize: Int
    /// Where its first weights come from.
    public let initial: InitialWeights
    private let values: [String: String]

    init(
        _ specification: LossSpecification, _ descriptor: LossDescriptor, classes: Int,
        embeddingSize: Int, initial: InitialWeights
    ) {
        self.classes = classes
        self.embeddingSize = embeddingSize
        self.initial = initial
        let defaults = descriptor.parameters.map { ($0.name, $0.defaultText) }
        values = Dictionary(uniqueKeysWithValues: defaults).merging(specification.changes) { $1 }
    }

    /// A parameter's value as a number; 0 when it is none.
    public func number(_ name: String) -> Double { optionalNumber(name) ?? 0 }

    /// A parameter's value as a number; nil when it is `auto`.
    public func optionalNumber(_ name: String) -> Double? { values[name].flatMap(Double.init) }

    /// A parameter's value as a word.
    public func choice(_ name: String) -> String { values[name] ?? "" }
}

/// How far a run has come.
public struct LossProgress: Sendable, Hashable {
    /// Share of the run's steps that were taken; 0 ..< 1.
    public var fraction: Double
    /// Steps that were taken.
    public var step: Int

    /// Names a place in a run.
    public init(fraction: Double, step: Int) {
        self.fraction = fraction
        self.step = step
    }
}

/// What a loss gives for a batch.
public struct LossOutput {
    /// The scalar that training makes small.
    public var loss: Tensor
    /// `[n, c]`: what an image is classified by, without the margin; nil for losses without classes.
    public var logits: Tensor?
    /// `[n, c]`: the same with the margin on the own class; nil where there is no margin.
    public var marginLogits: Tensor?
    /// What changes as the run goes on, e.g. `lambda`, `margin`, `scale`.
    public var state: [String: Double]

    /// Gives a batch's result.
    public init(
        loss: Tensor, logits: Tensor?, marginLogits: Tensor? = nil, state: [String: Double] = [:]
    ) {
        self.loss = loss
        self.logits = logits
        self.marginLogits = marginLogits
        self.state = state
    }
}
