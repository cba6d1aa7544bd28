public import Torch

/// Everything needed to create a loss.
public struct LossSetup {
    /// The loss and its parameters.
    public let specification: LossSpecification
    /// Number of classes (identities).
    public let classes: Int
    /// Components of an embedding.
    public let embeddingSize: Int
    /// Source of initial weights, with their device and type.
    public let initial: InitialWeights
    /// The classes whose weights this process has; nil for all.
    var ownClasses: Range<Int>?

    /// Memberwise initialiser.
    ///
    /// - Throws: ``FaceLossesError/noClasses(classes:embeddingSize:)`` if a number is below 1.
    public init(
        _ specification: LossSpecification, classes: Int, embeddingSize: Int,
        initial: InitialWeights
    ) throws(FaceLossesError) {
        guard classes > 0, embeddingSize > 0 else {
            throw .noClasses(classes: classes, embeddingSize: embeddingSize)
        }
        self.specification = specification
        self.classes = classes
        self.embeddingSize = embeddingSize
        self.initial = initial
    }

    /// The value of one of the loss's parameters, or its default.
    public subscript<Value>(_ key: LossParameterKey<Value>) -> Value { specification[key] }
}

// MARK: - Class weights

extension LossSetup {
    /// New class weights `[classes, embeddingSize]` of which only the direction matters.
    ///
    /// Normal with standard deviation 0.01, as arcface_torch draws them. The norm does not affect the loss,
    /// but the gradient is inversely proportional to it: small weights rotate quickly at first and slow
    /// down as they grow, which acts as a warm-up at no cost.
    ///
    /// - Parameter each: Number of weights per class; the result has that many times `classes` rows, or
    ///   those of the classes that this process has.
    public func directionWeights(each: Int = 1) -> Tensor {
        let own = ownClasses ?? 0..<classes
        return initial.normal(
            "weight", [classes * each, embeddingSize],
            rows: own.lowerBound * each..<own.upperBound * each, standardDeviation: 0.01)
    }

    /// New class weights `[classes, embeddingSize]` and biases `[classes]` of a linear classifier.
    ///
    /// Uniform in a tenth of the range ±1/√embeddingSize of PyTorch's `Linear`. With the full range, logits
    /// of batch-normalised embeddings initially differ by 0.6, and their gradients make the backbone's loss
    /// rise above that of guessing for whole epochs; with logits near 0 the classifier learns first.
    public func linearWeights() -> (weight: Tensor, bias: Tensor) {
        let bound = 0.1 / Double(embeddingSize).squareRoot()
        return (
            initial.uniform("weight", [classes, embeddingSize], bound: bound),
            initial.uniform("bias", [classes], bound: bound)
        )
    }
}
