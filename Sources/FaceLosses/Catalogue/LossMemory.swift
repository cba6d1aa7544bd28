/// Memory that a loss needs in a training step on the CPU, in addition to the backbone's, from measurements
/// of each kind of loss.
///
/// Measured as the process's peak by `Benchmarks/head`, with 4,000 to 100,000 classes, 64 and 192 images
/// and 64 and 256 components; the tests compare the estimates with those.
public struct LossMemory: Sendable, Hashable {
    /// Memory independent of the batch, in bytes: class weights, momentum buffers, gradients and copies.
    public var fixed: Double
    /// Memory per image of a micro-batch, in bytes: logits and values computed from them.
    public var perImage: Double

    /// Memberwise initialiser, in bytes.
    public init(fixed: Double = 0, perImage: Double = 0) {
        self.fixed = fixed
        self.perImage = perImage
    }

    /// Bytes for a micro-batch of `images` images.
    public func bytes(images: Int) -> Double { fixed + perImage * Double(images) }

    /// Memory of a process that has a fraction of the classes of a head.
    ///
    /// - Parameter rate: Fraction of the classes that take part in a step.
    func divided(by fraction: Double, rate: Double) -> LossMemory {
        guard fraction < 1 else { return self }
        let weights = fixed / (2 + rate)
        // Process 0 has all weights at the end, and at the beginning if it reads them from a file.
        return LossMemory(
            fixed: max(fixed * fraction, weights * (1 + 2 * fraction)),
            perImage: perImage * fraction)
    }

    static func + (a: LossMemory, b: LossMemory) -> LossMemory {
        LossMemory(fixed: a.fixed + b.fixed, perImage: a.perImage + b.perImage)
    }
}

/// The sizes that the memory of a loss depends on.
public struct LossSize: Sendable, Hashable {
    /// The loss and its parameters.
    public let specification: LossSpecification
    /// Number of classes (identities).
    public let classes: Int
    /// Components of an embedding.
    public let embeddingSize: Int
    /// Options of the head; nil if the loss is composed of tensor operations.
    public let head: HeadOptions?

    /// Bytes of a `float32`.
    private static let element = 4.0

    /// Memory of a loss that is composed of tensors.
    ///
    /// - Parameters:
    ///   - weights: Tensors as large as the class weights, momentum buffer and gradient included.
    ///   - tables: Tensors of images x classes.
    func composed(weights: Double, tables: Double) -> LossMemory {
        LossMemory(
            fixed: weights * Self.element * Double(classes) * Double(embeddingSize),
            perImage: tables * Self.element * Double(classes))
    }

    /// Tables of a head that modifies only the target cosine: 1.2 cosine similarity matrices.
    static let tablesOfTargets = 1.2
    /// Tables of a head whose loss also modifies non-target cosines.
    static let tablesOfAllClasses = 3.0

    /// Memory of a head in which only some classes have a gradient and a column of the table.
    ///
    /// - Parameters:
    ///   - each: Number of class weights per identity.
    ///   - tables: Number of tensors of images x participating classes.
    func head(each: Int, tables: Double) -> LossMemory {
        let rate = head?.rate ?? 1
        // All weights and their momentum buffers; gradients of the participating classes.
        var memory = composed(weights: (2 + rate) * Double(each), tables: rate * tables)
        // Two bytes for each further weight of a class store whether it was the nearest.
        memory.perImage += 0.5 * Double(each - 1) * rate * Double(classes)
        return memory
    }
}

extension LossCatalogue {
    /// Memory that a loss and its terms need in a training step.
    ///
    /// - Parameters:
    ///   - head: As for ``make(_:classes:embeddingSize:initial:head:)``.
    ///   - processes: Number of processes among which the classes are divided, if the loss supports that.
    public static func memory(
        of specification: LossSpecification, classes: Int, embeddingSize: Int, head: HeadOptions?,
        processes: Int = 1
    ) -> LossMemory {
        let whole = ([specification] + specification.terms).map { part in
            let size = LossSize(
                specification: part, classes: classes, embeddingSize: embeddingSize, head: head)
            let loss = all.first { $0.descriptor == part.descriptor }
            return loss?.memory(size) ?? LossMemory()
        }.reduce(LossMemory(), +)
        let loss = all.first { $0.descriptor == specification.descriptor }
        let blocks = ClassBlocks(classes: max(1, classes)).count
        guard let head, loss is any AngularMarginLoss.Type, specification.terms.isEmpty, blocks > 1
        else { return whole }
        let most = (blocks + processes - 1) / processes
        return whole.divided(by: Double(most) / Double(blocks), rate: head.rate)
    }
}

// MARK: - Memory of each kind of loss

extension ConfigurableLoss {
    /// That of the largest built-in loss, unless the loss declares its own; none for a term that is added
    /// to a classification, which uses only the batch.
    public static func memory(_ size: LossSize) -> LossMemory {
        descriptor.joinsClassification ? LossMemory() : size.composed(weights: 9, tables: 5)
    }
}

extension AngularMarginLoss {
    /// That of a head, or of tensor operations if there is none.
    public static func memory(_ size: LossSize) -> LossMemory {
        guard size.head != nil else { return size.composed(weights: 5, tables: 8) }
        return size.head(each: 1, tables: LossSize.tablesOfTargets)
    }
}

extension CircleLoss {
    /// That of a head that modifies all cosines.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.head(each: 1, tables: LossSize.tablesOfAllClasses)
    }
}

extension CurricularFaceLoss {
    /// That of a head that modifies all cosines.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.head(each: 1, tables: LossSize.tablesOfAllClasses)
    }
}

extension MVSoftmaxLoss {
    /// That of a head that modifies all cosines.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.head(each: 1, tables: LossSize.tablesOfAllClasses)
    }
}

extension SubcenterArcFaceLoss {
    /// That of a head with several weights per class.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.head(each: size.specification[countKey], tables: LossSize.tablesOfTargets)
    }
}

extension CrossEntropyLoss {
    /// Weights, momentum buffers, gradients and a copy of them; logits and their gradients.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 4, tables: 2)
    }
}

extension L2SoftmaxLoss {
    /// The same as cross-entropy.
    public static func memory(_ size: LossSize) -> LossMemory { CrossEntropyLoss.memory(size) }
}

extension MarginalLoss {
    /// That of the softmax: a batch has few pairs.
    public static func memory(_ size: LossSize) -> LossMemory { CrossEntropyLoss.memory(size) }
}

extension SoftMarginSoftmaxLoss {
    /// That of the softmax, and logits with the margin.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 4, tables: 4)
    }
}

extension LSoftmaxLoss {
    /// Weights, momentum buffers and gradients; logits, those with the margin, and their gradients.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 3, tables: 4.2)
    }
}

extension SphereFace2Loss {
    /// Normalised weights and what is differentiated through them, and several tables.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 8, tables: 5)
    }
}

extension UniFaceLoss {
    /// Normalised weights and what is differentiated through them.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 9, tables: 2.2)
    }
}

extension COCOLoss {
    /// Normalised weights and what is differentiated through them.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 9, tables: 1)
    }
}

extension CenterLoss {
    /// Centers, and what is added to them.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 2.5, tables: 0)
    }
}

extension MinimumMarginLoss {
    /// Trained centers with momentum buffers, gradients and squares, and their distances from all.
    public static func memory(_ size: LossSize) -> LossMemory {
        size.composed(weights: 5, tables: 5)
    }
}
