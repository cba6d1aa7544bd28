/// A source of random numbers for a network in training, different for each batch.
///
/// They are a function of the seed, a name and the number of batches seen, which is part of the
/// network's state, so that a resumed run draws the same numbers.
public struct BatchNoise {
    private let seed: UInt64
    /// Number of batches that the network has seen.
    private let batches: Tensor

    /// Creates a source of numbers.
    ///
    /// - Parameters:
    ///   - name: Name within the part of the model that `initial` belongs to.
    ///   - counter: The layer that counts each batch once, before numbers are requested.
    public init(_ name: String, countedBy counter: any BatchCounting, initial: InitialWeights) {
        seed = initial.seed(of: name)
        batches = counter.batchesTracked
    }

    /// Uniform variates in `0..<1` for this batch, `float32`.
    public func uniform(_ shape: [Int], device: Device) -> Tensor {
        let batch = batches.array(of: Int.self).first ?? 0
        let noise = Tensor.zeros(shape, device: device)
        noise.fillUniform(0..<1, seed: InitialWeights(seed: seed).seed(of: "batch \(batch)"))
        return noise
    }
}

/// A layer that counts the batches seen in training.
public protocol BatchCounting {
    /// Number of batches seen, a scalar of `int64`.
    var batchesTracked: Tensor { get }
}

/// Counts training batches for networks without batch normalisation, which otherwise counts them.
public final class BatchCounter: BatchCounting {
    /// Number of batches seen, a scalar of `int64`.
    public let batchesTracked = Tensor.zeros([], type: .int64)

    /// Creates a counter at 0.
    public init() {}

    /// The count, under the name that batch normalisations use.
    public var state: [StateEntry] { [StateEntry("num_batches_tracked", batchesTracked, .buffer)] }

    /// Adds one batch.
    public func count() { batchesTracked.assign(batchesTracked + 1) }
}

/// Dropout (Srivastava et al. 2014): in training, elements are set to 0 at random and the others
/// divided by the fraction that is kept.
public struct Dropout {
    /// The unit that is dropped as a whole.
    public enum Unit: Sendable {
        /// Each element separately.
        case element
        /// All elements of a sample, as in stochastic depth (Huang et al. 2016).
        case sample
    }

    /// Probability that a unit is dropped; 0 ..< 1.
    public let rate: Double
    private let unit: Unit
    private let noise: BatchNoise

    /// Creates a layer.
    ///
    /// - Parameter rate: From 0 to below 1.
    public init(rate: Double, unit: Unit = .element, noise: BatchNoise) {
        self.rate = rate
        self.unit = unit
        self.noise = noise
    }

    /// Applies dropout to a tensor of any shape whose first dimension is the samples.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        guard training, rate > 0 else { return input }
        var shape = input.shape
        if unit == .sample {
            for index in shape.indices.dropFirst() { shape[index] = 1 }
        }
        let kept = noise.uniform(shape, device: input.device) .>= rate
        return input * (kept.to(input.type) * (1 / (1 - rate)))
    }
}
