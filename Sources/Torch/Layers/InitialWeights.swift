/// The source of a new model's weights, which are a function of a seed and each parameter's name.
///
/// Two models therefore start with the same weights in common parts, whatever else they contain, on
/// every machine with the same LibTorch.
public struct InitialWeights: Sendable {
    /// Seed of the random numbers.
    public let seed: UInt64
    /// Names of the enclosing parts, e.g. `layer1.0`.
    public let path: String
    /// The parameters' device.
    public let device: Device
    /// Type of the parameters: `float32`, or `float64` for checking computations.
    public let type: ElementType

    /// Whether random numbers are drawn.
    private var isRandom = true

    /// Starts at the root of a model.
    public init(
        seed: UInt64, path: String = "", device: Device = .cpu, type: ElementType = .float32
    ) {
        self.seed = seed
        self.path = path
        self.device = device
        self.type = type
    }

    /// Zeros instead of random numbers, for a model whose weights are then loaded from a file:
    /// drawing those of a large network takes a second.
    public static func zeros(
        device: Device = .cpu, type: ElementType = .float32
    ) -> InitialWeights {
        var initial = InitialWeights(seed: 0, device: device, type: type)
        initial.isRandom = false
        return initial
    }

    /// The source for a part of this one.
    public func child(_ name: String) -> InitialWeights {
        var initial = InitialWeights(
            seed: seed, path: path.isEmpty ? name : "\(path).\(name)", device: device, type: type)
        initial.isRandom = isRandom
        return initial
    }

    /// A trainable tensor filled with a value.
    public func constant(_ value: Double, _ shape: [Int]) -> Tensor {
        Tensor.full(value, shape: shape, type: type, device: device).withGradient()
    }

    /// A trainable tensor of normally distributed numbers with mean 0.
    public func normal(_ name: String, _ shape: [Int], standardDeviation: Double) -> Tensor {
        let tensor = Tensor.zeros(shape, type: type, device: device)
        if isRandom {
            tensor.fillNormal(standardDeviation: standardDeviation, seed: seed(of: name))
        }
        return tensor.withGradient()
    }

    /// Some rows of ``normal(_:_:standardDeviation:)``, without memory for the others.
    ///
    /// - Parameters:
    ///   - shape: The shape of all rows together; at least one dimension.
    ///   - rows: The rows of the result.
    package func normal(
        _ name: String, _ shape: [Int], rows: Range<Int>, standardDeviation: Double
    ) -> Tensor {
        let tensor = Tensor.zeros([rows.count] + shape.dropFirst(), type: type, device: device)
        if isRandom {
            let row = shape.dropFirst().reduce(1, *)
            tensor.fillNormal(
                standardDeviation: standardDeviation, seed: seed(of: name),
                asPart: rows.lowerBound * row..<rows.upperBound * row, of: shape[0] * row)
        }
        return tensor.withGradient()
    }

    /// A trainable tensor of uniformly distributed numbers in `-bound..<bound`.
    public func uniform(_ name: String, _ shape: [Int], bound: Double) -> Tensor {
        let tensor = Tensor.zeros(shape, type: type, device: device)
        if isRandom { tensor.fillUniform(-bound..<bound, seed: seed(of: name)) }
        return tensor.withGradient()
    }

    /// The seed for a name: FNV-1a of the full name, mixed with the seed by the finaliser of
    /// SplitMix64.
    public func seed(of name: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in child(name).path.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        var mixed = hash &+ seed &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
