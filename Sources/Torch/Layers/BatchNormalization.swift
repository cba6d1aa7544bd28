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
    public init(
        channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, initial: InitialWeights
    ) {
        weight = initial.constant(1, [channels])
        bias = initial.constant(0, [channels])
        runningMean = Tensor.zeros([channels], type: initial.type, device: initial.device)
        runningVariance = Tensor.ones([channels], type: initial.type, device: initial.device)
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
        if training { batchesTracked.assign(batchesTracked + 1) }
        return .make {
            unsafe ct_batch_norm(
                input.handle, weight.handle, bias.handle, runningMean.handle,
                runningVariance.handle, training, momentum, epsilon, &$0)
        }
    }

    /// Normalises, adds a residual where there is one, and rectifies: the three passes over memory
    /// that follow a convolution, in one place.
    public func rectified(
        _ input: Tensor, adding residual: Tensor? = nil, training: Bool
    ) -> Tensor {
        let normalized = self(input, training: training)
        return (residual.map { normalized + $0 } ?? normalized).relu()
    }
}
