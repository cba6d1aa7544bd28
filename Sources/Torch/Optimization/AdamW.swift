import CTorch

/// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019), with LibTorch's fused
/// kernel.
///
/// As in PyTorch: `w <- w - rate decay w`, `m <- β1 m + (1 - β1) g`, `v <- β2 v + (1 - β2) g²`, and
/// `w <- w - rate (m / (1 - β1^t)) / (√(v / (1 - β2^t)) + ε)`, where t counts the parameter's steps.
/// Gradients must be dense.
public final class AdamW: Optimizer {
    /// The hyperparameters other than the learning rate.
    public struct Options: Codable, Sendable, Hashable {
        /// Decay rate of the mean of the gradients; 0 ..< 1.
        public var beta1: Double
        /// Decay rate of the mean of their squares; 0 ..< 1.
        public var beta2: Double
        /// Added to the square root of the mean of the squares; above 0.
        public var epsilon: Double
        /// Weight decay; at least 0.
        public var weightDecay: Double
        /// Whether biases and normalisations decay as well.
        public var decaysBiasAndNormalization: Bool

        /// Creates options; the defaults are PyTorch's, with the weight decay of arcface_torch's vision
        /// transformers.
        public init(
            beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
            weightDecay: Double = 0.1, decaysBiasAndNormalization: Bool = true
        ) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
            self.decaysBiasAndNormalization = decaysBiasAndNormalization
        }
    }

    /// The options.
    public let options: Options
    /// The optimised parameters.
    public let parameters: [StateEntry]
    private let factors: [Double]
    private let firstMoments: [Tensor]
    private let secondMoments: [Tensor]
    private let steps: [Tensor]

    /// Creates an optimiser of parameters.
    ///
    /// - Parameter factors: Factor of each parameter's learning rate; nil for 1.
    public init(_ parameters: [StateEntry], options: Options, factors: [Double]? = nil) {
        self.options = options
        self.parameters = parameters
        self.factors = parameters.rateFactors(factors)
        firstMoments = parameters.zeros()
        secondMoments = parameters.zeros()
        steps = parameters.map {
            Tensor.zeros([], type: .float32, device: $0.tensor.device)
        }
    }

    /// Both moments and the step counts under their parameters' names, with the prefixes `adamw.first.`,
    /// `adamw.second.` and `adamw.steps.`.
    public var state: [StateEntry] {
        [("first", firstMoments), ("second", secondMoments), ("steps", steps)].flatMap {
            name, tensors in
            zip(parameters, tensors).map { StateEntry($0.name, $1, .buffer) }
                .prefixed("adamw.\(name)")
        }
    }

    /// Does nothing: the step counts are part of the state.
    public func resume() {}

    /// Updates every parameter that has a gradient.
    ///
    /// - Parameter guarded: The divisor of the gradients, and whether to skip the step.
    public func step(learningRate: Double, guardedBy guarded: GradientGuard?) {
        forEachGroup(
            learningRate: learningRate, factors: factors, decay: options.weightDecay,
            decaysAll: options.decaysBiasAndNormalization
        ) { step($0, $1, $2, guarded) }
    }

    private func step(
        _ indices: [Int], _ learningRate: Double, _ decay: Double, _ guarded: GradientGuard?
    ) {
        let values = indices.map { parameters[$0].tensor.handle }
        let first = indices.map { firstMoments[$0].handle }
        let second = indices.map { secondMoments[$0].handle }
        let counts = indices.map { steps[$0].handle }
        unsafe expectSuccess(
            ct_adamw_step(
                values, first, second, counts, values.count, learningRate, options.beta1,
                options.beta2, decay, options.epsilon, guarded?.handle ?? ct_gradient_guard()),
            "step(learningRate:)")
    }
}
