public import Torch

/// Everything a loss is made from.
public struct LossSetup {
    /// The loss and its parameters.
    public let specification: LossSpecification
    /// Number of classes (identities).
    public let classes: Int
    /// Components of an embedding.
    public let embeddingSize: Int
    /// Where new weights come from, and where and in which type they are kept.
    public let initial: InitialWeights

    /// Collects what a loss is made from.
    ///
    /// - Throws: ``FaceLossesError/noClasses(classes:embeddingSize:)`` when a number is below 1.
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
    /// Normal with standard deviation 0.01, as arcface_torch draws them. The norm does not change the loss,
    /// but the gradient is inversely proportional to it: short weights turn quickly at first and
    /// slow down by themselves as they grow, which is a warm-up that costs nothing.
    ///
    /// - Parameter each: Weights of each class; the result has that many times `classes` rows.
    public func directionWeights(each: Int = 1) -> Tensor {
        initial.normal("weight", [classes * each, embeddingSize], standardDeviation: 0.01)
    }

    /// New class weights `[classes, embeddingSize]` and biases `[classes]` of a linear classifier.
    ///
    /// Uniform in a tenth of the range ±1/√embeddingSize of PyTorch's `Linear`. With the full range,
    /// logits of embeddings after batch normalisation differ by 0.6 from each other before anything
    /// is learnt, and the gradients they send into the backbone make the loss rise above that of
    /// guessing for whole epochs; logits near 0 let the classifier learn first.
    public func linearWeights() -> (weight: Tensor, bias: Tensor) {
        let bound = 0.1 / Double(embeddingSize).squareRoot()
        return (
            initial.uniform("weight", [classes, embeddingSize], bound: bound),
            initial.uniform("bias", [classes], bound: bound)
        )
    }
}
