/// Random numbers of a network in training, new for each batch.
///
/// They are a function of the seed, a name and how many batches a normalisation of the network has
/// seen, which its state counts: a run that is resumed draws what it would have drawn.
public struct BatchNoise {
    private let seed: UInt64
    /// Batches that the network has seen.
    private let batches: Tensor

    /// Creates a source of numbers.
    ///
    /// - Parameters:
    ///   - name: Name within the part that `initial` stands for.
    ///   - counter: What counts every batch once, before numbers are requested.
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

/// A layer that counts the batches that a network has seen in training.
public protocol BatchCounting {
    /// Batches seen, an integer.
    var batchesTracked: Tensor { get }
}

/// Counts the batches of training for a network without batch normalisations, which do it otherwise.
public final class BatchCounter: BatchCounting {
    /// Number of batches seen, a scalar of `int64`.
    public let batchesTracked = Tensor.zeros([], type: .int64)

    /// Creates a counter at 0.
    public init() {}

    /// The count, under the name that normalisations give it.
    public var state: [StateEntry] { [StateEntry("num_batches_tracked", batchesTracked, .buffer)] }

    /// Adds one batch.
    public func count() { batchesTracked.assign(batchesTracked + 1) }
}

/// Dropout (Srivastava et al. 2014): in training, elements become 0 at random and the others are
/// divided by the fraction that stays.
public struct Dropout {
    /// The elements that are dropped together.
    public enum Unit: Sendable {
        /// Each element by itself.
        case element
        /// All of a sample, as stochastic depth does it (Huang et al. 2016).
        case sample
    }

    /// Fraction of the units that become 0.
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

    /// Any shape, the samples first.
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
