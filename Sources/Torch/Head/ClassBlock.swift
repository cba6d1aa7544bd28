import CTorch

/// A block of the classes of a softmax over cosines, with a batch's cosines to them; the other classes are in
/// other blocks.
///
/// Together, the blocks compute the same as a ``CosineSimilarityMatrix``, in steps between which their results
/// are combined: each block multiplies, summarises its classes for each sample, and receives the sum over all
/// blocks. Nothing is recorded for differentiation: derivatives are returned step by step.
public final class ClassBlock {
    private let handle: ct_class_block

    /// Multiplies.
    ///
    /// - Parameters:
    ///   - unitEmbeddings: `[n, d]`, rows of length 1 or 0.
    ///   - weight: `[c k, d]` of the same type; only the directions of its rows matter.
    ///   - classes: `[m]` of `int64`, ascending: the classes that take part; nil for all.
    ///   - labels: `[n]` of `int64`, indices among the classes that take part; negative if a sample's class is
    ///     in another block.
    ///   - subcenters: k, the number of consecutive rows per class, of which the nearest is used.
    ///   - precision: As for a ``CosineSimilarityMatrix``.
    ///   - targets: `[2, n]` of `float64`; receives the target cosines and angles of the samples whose classes
    ///     are in this block.
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

    /// Logarithm of the sum over the non-target classes of e^(scale cosine), `[n]` of `float64`; -∞ if
    /// there are none.
    public func logSumOfNonTargets(scale: Tensor) -> Tensor {
        .make { unsafe ct_class_block_log_sum(handle, scale.handle, &$0) }
    }

    /// A summary of the non-target classes of each sample, `[5, n]` of `float64`.
    ///
    /// The rows are the logarithm of the sum of e^(scale cosine), the largest cosine and the first class that
    /// has it, and the latter two without the map. If there are no such classes, they are -∞, less than -1e14,
    /// and 0.
    ///
    /// - Parameters:
    ///   - scale: `[n]`, at least 0.
    ///   - nonTargets: As for
    ///     ``CosineSimilarityMatrix/crossEntropy(targetLogits:scale:nonTargets:)``.
    public func summary(scale: Tensor, nonTargets: ((Tensor) -> Tensor)?) -> Tensor {
        .make {
            unsafe ct_class_block_summarize(
                handle, scale.handle, ElementwiseMap.handle(of: nonTargets), &$0)
        }
    }

    /// Replaces the cosines by the gradient of the sum of `weight` times `logTotal`, both `[n]` of `float64`;
    /// to be called after ``summary(scale:nonTargets:)``.
    ///
    /// - Parameter logTotal: Logarithms of the sums over the classes of all blocks, including the targets.
    /// - Returns: This block's contribution to the gradient with respect to the scale, `[n]` of `float64`.
    public func differentiateSoftmax(logTotal: Tensor, weight: Tensor) -> Tensor {
        .make {
            unsafe ct_class_block_differentiate_softmax(
                handle, logTotal.handle, weight.handle, &$0)
        }
    }

    /// This block's contribution to the gradient with respect to the directions, `[n, d]`, and the sum of
    /// squares of the gradient with respect to the rows of the classes that take part; to be called after
    /// ``differentiateSoftmax(logTotal:weight:)``.
    ///
    /// - Parameters:
    ///   - toTargetCosines: The gradient with respect to the targets' cosines, `[n]`.
    ///   - toAngles: The gradient with respect to the targets' angles, `[n]`.
    ///   - toRows: Receives the gradient with respect to the rows; nil if not needed.
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
    /// A sparse gradient of this matrix with the rows of some classes.
    ///
    /// - Parameters:
    ///   - classes: `[m]` of `int64`, ascending.
    ///   - subcenters: k, the number of consecutive rows per class.
    ///   - rows: `[m k, d]`.
    public func sparseGradient(classes: Tensor, subcenters: Int, rows: Tensor) -> Tensor {
        .make {
            unsafe ct_sparse_rows(handle, classes.handle, Int64(subcenters), rows.handle, &$0)
        }
    }
}
