import CTorch

/// Some classes of a softmax over cosines, and a batch's cosines with them, where the other classes are elsewhere.
///
/// The blocks of all classes together do what a ``CosineSimilarityMatrix`` does, in steps between which what they say
/// is joined: each multiplies, says what its classes come to for each sample, and is told the sum over all blocks. Nothing
/// is recorded for differentiation: derivatives are handed back, step by step.
public final class ClassBlock {
    private let handle: ct_class_block

    /// Multiplies.
    ///
    /// - Parameters:
    ///   - unitEmbeddings: `[n, d]`, rows of length 1 or 0.
    ///   - weight: `[c k, d]` of the same type, of which only the rows' directions count.
    ///   - classes: `[m]` of `int64`, ascending: those that take part; nil for all.
    ///   - labels: `[n]` of `int64`, places among the classes that take part; negative where a sample's class is in
    ///     another block.
    ///   - subcenters: k, rows side by side that are one class, of which the nearest counts.
    ///   - precision: As for a ``CosineSimilarityMatrix``.
    ///   - targets: `[2, n]` of `float64`, to whose rows the cosines and angles of the samples whose classes are here are
    ///     written.
    public init(
        unitEmbeddings: Tensor, weight: Tensor, classes: Tensor? = nil, labels: Tensor,
        subcenters: Int = 1, precision: ElementType = .float32, workspace: HeadWorkspace,
        targets: Tensor
    ) {
        var handle = ct_class_block()
        let status = unsafe ct_class_block_new(
            unitEmbeddings.handle, weight.handle, classes?.handle ?? ct_tensor(), labels.handle,
            Int64(subcenters), precision == .bfloat16, workspace.handle, targets.handle, &handle)
        expectSuccess(status, "ClassBlock(unitEmbeddings:weight:)")
        self.handle = handle
    }

    deinit { ct_class_block_free(handle) }

    /// log of the sum over the non-target classes of e^(scale cosine), `[n]` of `float64`; of no class -∞.
    public func logSumOfNonTargets(scale: Tensor) -> Tensor {
        .make { unsafe ct_class_block_log_sum(handle, scale.handle, &$0) }
    }

    /// What the non-target classes of each sample come to, `[5, n]` of `float64`.
    ///
    /// The rows are the logarithm of the sum of e^(scale cosine), the largest cosine and the first class that has it,
    /// and both without the map. Of no class they are -∞, less than -1e14, and 0.
    ///
    /// - Parameters:
    ///   - scale: `[n]`, at least 0.
    ///   - nonTargets: As of ``CosineSimilarityMatrix/crossEntropy(targetLogits:scale:nonTargets:)``.
    public func summary(scale: Tensor, nonTargets: ((Tensor) -> Tensor)?) -> Tensor {
        .make {
            unsafe ct_class_block_summarize(
                handle, scale.handle, ElementwiseMap.handle(of: nonTargets), &$0)
        }
    }

    /// Turns the cosines into the gradient of the sum of `weight` times `logTotal`, both `[n]` of `float64`; after
    /// ``summary(scale:nonTargets:)``.
    ///
    /// - Parameter logTotal: Logarithms of the sums over all classes of all blocks, the targets' included.
    /// - Returns: The gradient with respect to the scale as far as it comes from here, `[n]` of `float64`.
    public func differentiateSoftmax(logTotal: Tensor, weight: Tensor) -> Tensor {
        .make {
            unsafe ct_class_block_differentiate_softmax(
                handle, logTotal.handle, weight.handle, &$0)
        }
    }

    /// The gradient with respect to the directions as far as it comes from here, `[n, d]`, and the sum of the squares of
    /// that with respect to the rows of the classes that take part; after ``differentiateSoftmax(logTotal:weight:)``.
    ///
    /// - Parameters:
    ///   - toTargetCosines: The gradient with respect to the targets' cosines, `[n]`.
    ///   - toAngles: And to their angles.
    ///   - toRows: Is filled with the gradient with respect to the rows; nil where none is wanted.
    public func differentiateCosines(
        toTargetCosines: Tensor, toAngles: Tensor, toRows: Tensor?
    ) -> (toUnitEmbeddings: Tensor, squares: Double) {
        var squares = 0.0
        let result = Tensor.make {
            unsafe ct_class_block_differentiate_cosines(
                handle, toTargetCosines.handle, toAngles.handle, toRows?.handle ?? ct_tensor(),
                &$0, &squares)
        }
        return (result, squares)
    }
}

extension Tensor {
    /// A gradient of this matrix that has the rows of some classes only.
    ///
    /// - Parameters:
    ///   - classes: `[m]` of `int64`, ascending.
    ///   - subcenters: k, rows side by side that are one class.
    ///   - rows: `[m k, d]`.
    public func sparseGradient(classes: Tensor, subcenters: Int, rows: Tensor) -> Tensor {
        .make {
            unsafe ct_sparse_rows(handle, classes.handle, Int64(subcenters), rows.handle, &$0)
        }
    }
}
