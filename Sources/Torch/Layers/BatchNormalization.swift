import CTorch

/// Batch normalisation (Ioffe and Szegedy 2015) of `[n, c]` or `[n, c, h, w]`.
public final class BatchNormalization: Layer {
    /// Scale of each channel.
    public let weight: Tensor
    /// Shift of each channel.
    public let bias: Tensor
    /// Running mean of each channel, used outside of training.
    public let runningMean: Tensor
    /// Running unbiased variance of each channel, used outside of training.
    public let runningVariance: Tensor
    /// Batches seen, as PyTorch counts them.
    public let batchesTracked: Tensor
    /// Share of a batch in the running statistics.
    public let momentum: Double
    /// Added to the variance.
    public let epsilon: Double

    /// Creates a normalisation that starts as the identity.
    public init(channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
        weight = Tensor.ones([channels]).withGradient()
        bias = Tensor.zeros([channels]).withGradient()
        runningMean = Tensor.zeros([channels])
        runningVariance = Tensor.ones([channels])
        batchesTracked = Tensor.zeros([], type: .int64)
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// PyTorch's five entries.
    public var state: [StateEntry] {
        [
            StateEntry("weight", weight, .normalization),
            StateEntry("bias", bias, .normalization),
            StateEntry("running_mean", runningMean, .buffer),
            StateEntry("running_var", runningVariance, .buffer),
            StateEntry("num_batches_tracked", batchesTracked, .buffer),
        ]
    }

    /// Normalises over all dimensions but the channels'.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        countBatch(training)
        return .make {
            unsafe ct_batch_norm(
                input.handle, weight.handle, bias.handle, runningMean.handle,
                runningVariance.handle, training, momentum, epsilon, &$0)
        }
    }

    func countBatch(_ training: Bool) {
        if training { batchesTracked.assign(batchesTracked + 1) }
    }
}
