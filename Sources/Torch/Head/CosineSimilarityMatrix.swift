import CTorch

/// Memory that is reused for tables of cosines and their gradients.
///
/// Fresh memory costs a page fault for every 4 KiB, which takes as long as the arithmetic for a
/// table of 100,000 classes. Memory that is still referenced, such as a gradient, is not reused.
public final class HeadWorkspace {
    let handle: ct_workspace

    /// Creates a workspace without any memory.
    public init() {
        var handle = ct_workspace()
        unsafe expectSuccess(ct_workspace_new(&handle), "HeadWorkspace()")
        self.handle = handle
    }

    deinit { ct_workspace_free(handle) }
}

/// The cosines between a batch of directions and all classes: a softmax over up to millions of
/// classes in two differentiable steps, between which the cosines can be modified by a margin.
///
/// The first step, ``init(unitEmbeddings:weight:classes:labels:subcenters:precision:workspace:)``,
/// multiplies, and the second, ``crossEntropy(targetLogits:scale:nonTargets:)``, computes the softmax.
/// The only table of batch x classes numbers is overwritten by its own gradient when the result is
/// differentiated; normalised weights, logits and probabilities are never stored. Types are `float32`
/// and `float64`. On a GPU, and if only LibTorch's kernels may be used, it is composed of LibTorch's
/// operations, which do store logits; on a CPU, these do not round to `bfloat16`.
public final class CosineSimilarityMatrix {
    /// Cosines `[n]` between the directions and their target classes; may exceed ±1 by rounding.
    public let targetCosines: Tensor
    /// The angles `[n]` between the same, as by ``Tensor/angles(to:)``.
    public let angles: Tensor
    private let table: Tensor
    private let labels: Tensor

    /// Multiplies.
    ///
    /// - Parameters:
    ///   - unitEmbeddings: `[n, d]`, rows of length 1 or 0.
    ///   - weight: `[c k, d]` of the same type; only the directions of its rows matter. A row of
    ///     zeros has no direction: its cosines are 0 and it gets no gradient.
    ///   - classes: `[m]` of `int64`, ascending: the classes that take part; nil for all. If given,
    ///     the weight's gradient is sparse and has only the rows of these classes.
    ///   - labels: `[n]` of `int64`, indices among the classes that take part.
    ///   - subcenters: k, the number of consecutive rows per class, of which the nearest is used;
    ///     the first of equally near ones gets the gradient.
    ///   - precision: `bfloat16` rounds the operands of products if the processor has instructions
    ///     for it, and to TF32 on a GPU; sums and cosines stay `float32`.
    public init(
        unitEmbeddings: Tensor, weight: Tensor, classes: Tensor? = nil, labels: Tensor,
        subcenters: Int = 1, precision: ElementType = .float32, workspace: HeadWorkspace
    ) {
        var table = ct_tensor()
        var targetCosines = ct_tensor()
        var angles = ct_tensor()
        let classes = classes ?? Tensor([] as [Int], device: weight.device)
        let status = unsafe ct_cosine_similarity_matrix(
            unitEmbeddings.handle, weight.handle, classes.handle, labels.handle, Int64(subcenters),
            precision == .bfloat16, workspace.handle, &table, &targetCosines, &angles)
        expectSuccess(status, "CosineSimilarityMatrix(directions:weight:)")
        self.table = Tensor(owning: table)
        self.targetCosines = Tensor(owning: targetCosines)
        self.angles = Tensor(owning: angles)
        self.labels = labels
    }

    /// Whether a type of weight matrices is supported: `float32` and `float64` are.
    public static func supports(_ type: ElementType) -> Bool {
        type == .float32 || type == .float64
    }

    /// Sum over all non-target classes of e^(scale cosine), `[n]`; not differentiable.
    public func nonTargetExponentials(scale: Tensor) -> Tensor {
        .make { unsafe ct_other_exponentials(table.handle, labels.handle, scale.handle, &$0) }
    }

    /// Result of ``crossEntropy(targetLogits:scale:nonTargets:)``.
    public struct Outcome {
        /// Mean cross-entropy, a scalar.
        public var loss: Tensor
        /// `[n]` of `bool`: whether the target class has the largest cosine.
        public var isTop1Correct: Tensor
        /// `[n]` of `bool`: whether the target class has the largest logit, including the margin.
        public var isTop1CorrectWithMargin: Tensor
    }

    /// Computes the softmax and its mean cross-entropy; differentiating it consumes the table.
    ///
    /// - Parameters:
    ///   - targetLogits: `[n]`, the target classes' logits, in the table's type or in `float64`.
    ///   - scale: `[n]`, at least 0: the factor of the non-target classes' cosines.
    ///   - nonTargets: Maps the cosines `[n, k]` of any k non-target classes, element by element,
    ///     and is only differentiated with respect to them. Nil leaves them unchanged.
    public func crossEntropy(
        targetLogits: Tensor, scale: Tensor, nonTargets: ((Tensor) -> Tensor)? = nil
    ) -> Outcome {
        var loss = ct_tensor()
        var isTop1Correct = ct_tensor()
        var isTop1CorrectWithMargin = ct_tensor()
        let status = unsafe ct_margin_cross_entropy(
            table.handle, targetLogits.handle, scale.handle, targetCosines.handle, labels.handle,
            ElementwiseMap.handle(of: nonTargets), &loss, &isTop1Correct, &isTop1CorrectWithMargin)
        expectSuccess(status, "crossEntropy(targetLogits:scale:others:)")
        return Outcome(
            loss: Tensor(owning: loss), isTop1Correct: Tensor(owning: isTop1Correct),
            isTop1CorrectWithMargin: Tensor(owning: isTop1CorrectWithMargin))
    }
}

/// A function of tensors that C++ can store and call.
final class ElementwiseMap {
    private let function: (Tensor) -> Tensor

    private init(_ function: @escaping (Tensor) -> Tensor) { self.function = function }

    static func handle(of function: ((Tensor) -> Tensor)?) -> ct_map {
        guard let function else { return unsafe ct_map() }
        let context = unsafe Unmanaged.passRetained(ElementwiseMap(function)).toOpaque()
        return unsafe ct_map(
            context: context,
            apply: { context, cosines, out in
                guard let context = unsafe context, let out = unsafe out else { return }
                let map = unsafe Unmanaged<ElementwiseMap>.fromOpaque(context)
                    .takeUnretainedValue()
                // The argument is borrowed, so it must not be freed by the tensor.
                let argument = Tensor.make { unsafe ct_alias(cosines, &$0) }
                let result = map.function(argument)
                unsafe expectSuccess(ct_alias(result.handle, &out.pointee), "others")
            },
            release: { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<ElementwiseMap>.fromOpaque(context).release()
            })
    }
}

extension Tensor {
    /// A sparse gradient as an ordinary tensor, with zeros in missing rows; ordinary tensors stay
    /// unchanged.
    public func dense() -> Tensor { .make { unsafe ct_to_dense(handle, &$0) } }
}
