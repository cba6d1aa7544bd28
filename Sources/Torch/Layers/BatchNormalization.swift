import CTorch

/// Batch normalisation (Ioffe and Szegedy 2015) of `[n, c]` or `[n, c, h, w]`.
public final class BatchNormalization: Layer, BatchCounting {
    /// The parameters present: scale, shift, both or neither.
    public enum Affine: Sendable {
        /// Both are trained.
        case scaleAndShift
        /// The shift is trained, and the scale stays 1 but is part of the state.
        case shift
        /// Neither: the scale is 1 and the shift 0, and neither is part of the state.
        case none
    }

    /// The parameters present: scale, shift, both or neither.
    public let affine: Affine
    /// Scale of each channel, `[c]`.
    public let weight: Tensor
    /// Shift of each channel, `[c]`.
    public let bias: Tensor
    /// Running mean of each channel, `[c]`; used in evaluation.
    public let runningMean: Tensor
    /// Running unbiased variance of each channel, `[c]`; used in evaluation.
    public let runningVariance: Tensor
    /// PyTorch's count of batches, a scalar of `int64`.
    public let batchesTracked: Tensor
    /// Weight of a new batch in the running statistics, 0...1.
    public let momentum: Double
    /// Added to the variance for numerical stability.
    public let epsilon: Double

    /// Whether training uses the running statistics without updating them, as in evaluation: for
    /// fine-tuning a network with batches unlike those that it was trained on. Batches are still
    /// counted, because dropout depends on their number.
    public var isFrozen = false

    /// Creates a normalisation whose shift starts at 0.
    ///
    /// - Parameter scale: Initial scale; 0 initially suppresses the normalised branch.
    public init(
        channels: Int, scale: Double = 1, momentum: Double = 0.1, epsilon: Double = 1e-5,
        affine: Affine = .scaleAndShift, initial: InitialWeights
    ) {
        func fixed(_ value: Double) -> Tensor {
            Tensor.full(value, shape: [channels], type: initial.type, device: initial.device)
        }
        self.affine = affine
        weight =
            affine == .scaleAndShift ? initial.constant(scale, [channels]) : fixed(1)
        bias = affine == .none ? fixed(0) : initial.constant(0, [channels])
        runningMean = Tensor.zeros([channels], type: initial.type, device: initial.device)
        runningVariance = Tensor.ones([channels], type: initial.type, device: initial.device)
        batchesTracked = Tensor.zeros([], type: .int64)
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// PyTorch's five entries, or three if ``affine`` is ``Affine/none``.
    public var state: [StateEntry] {
        let scaleAndShift = [
            StateEntry("weight", weight, affine == .scaleAndShift ? .normalization : .constant),
            StateEntry("bias", bias, .normalization),
        ]
        return (affine == .none ? [] : scaleAndShift) + [
            StateEntry("running_mean", runningMean, .buffer, of: self),
            StateEntry("running_var", runningVariance, .buffer),
            StateEntry("num_batches_tracked", batchesTracked, .buffer),
        ]
    }

    /// Normalises over all dimensions except that of the channels.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        normalized(input, .none, training: training)
    }

    /// Normalises, adds an optional residual, and applies ReLU in one operation: in training this
    /// takes half as many passes over memory as three operations.
    public func rectified(
        _ input: Tensor, adding residual: Tensor? = nil, training: Bool
    ) -> Tensor {
        normalized(input, adding: residual, .relu, training: training)
    }

    /// Normalises, and multiplies negative values by the slopes of `prelu`; fused in training.
    public func rectified(_ input: Tensor, by prelu: PReLU, training: Bool) -> Tensor {
        normalized(input, .prelu(prelu), training: training)
    }

    fileprivate func normalized(
        _ input: Tensor, adding residual: Tensor? = nil, _ rectifier: Rectifier, training: Bool
    ) -> Tensor {
        if training { batchesTracked.assign(batchesTracked + 1) }
        let training = training && !isFrozen
        let parts = parts(adding: residual, rectifier)
        return .make { unsafe ct_batch_norm(input.handle, parts, training, &$0) }
    }

    fileprivate func parts(adding residual: Tensor?, _ rectifier: Rectifier) -> ct_batch_norm_parts
    {
        ct_batch_norm_parts(
            weight: weight.handle, bias: bias.handle, running_mean: runningMean.handle,
            running_var: runningVariance.handle, residual: residual?.handle ?? ct_tensor(),
            rectify: rectifier.isReLU, slopes: rectifier.slopes?.handle ?? ct_tensor(),
            momentum: momentum, epsilon: epsilon)
    }
}

/// The activation that is fused with a normalisation.
private enum Rectifier {
    case none
    case relu
    case prelu(PReLU)

    var isReLU: Bool {
        if case .relu = self { true } else { false }
    }

    var slopes: Tensor? {
        if case .prelu(let layer) = self { layer.weight } else { nil }
    }
}

extension Convolution {
    /// Convolves, normalises, adds an optional residual, and optionally applies ReLU.
    ///
    /// In evaluation without gradients, the normalisation is folded into the weights, which saves a
    /// pass over the convolution's output.
    public func callAsFunction(
        _ input: Tensor, normalizedBy normalization: BatchNormalization,
        adding residual: Tensor? = nil, rectify: Bool, training: Bool
    ) -> Tensor {
        convolved(
            input, normalizedBy: normalization, adding: residual, rectify ? .relu : .none,
            training: training)
    }

    /// Convolves, normalises, and multiplies negative values by the slopes of `prelu`.
    public func callAsFunction(
        _ input: Tensor, normalizedBy normalization: BatchNormalization,
        rectifiedBy prelu: PReLU, training: Bool
    ) -> Tensor {
        convolved(
            input, normalizedBy: normalization, adding: nil, .prelu(prelu), training: training)
    }

    private func convolved(
        _ input: Tensor, normalizedBy normalization: BatchNormalization,
        adding residual: Tensor?, _ rectifier: Rectifier, training: Bool
    ) -> Tensor {
        if !training, !ct_is_grad_enabled() {
            let parts = normalization.parts(adding: residual, rectifier)
            return .make {
                unsafe ct_normalized_conv2d(
                    input.handle, self.parts, parts, folding.handle, &$0)
            }
        }
        if training { folding.forget() }
        let output = self(input, training: training)
        return normalization.normalized(
            output, adding: residual, rectifier, training: training)
    }

    private var parts: ct_conv2d_parts {
        ct_conv2d_parts(
            weight: weight.handle, stride: Int64(stride), padding: Int64(padding),
            groups: Int64(groups))
    }
}
