import CTorch

/// Stochastic gradient descent with momentum and weight decay, with LibTorch's fused kernel.
///
/// As in PyTorch: `v <- momentum v + (g + decay w)`, `w <- w - rate v`, and on the first step `v`
/// is the gradient itself.
public final class SGD: Optimizer {
    /// The hyperparameters other than the learning rate.
    public struct Options: Codable, Sendable, Hashable {
        /// Decay rate of the momentum buffer; 0 ..< 1.
        public var momentum: Double
        /// Weight decay; at least 0.
        public var weightDecay: Double
        /// Whether biases and normalisations decay as well.
        public var decaysBiasAndNormalization: Bool
        /// Whether to use Nesterov momentum (Sutskever et al. 2013).
        public var nesterov: Bool

        /// Creates options; the defaults are those of most face recognition systems.
        public init(
            momentum: Double = 0.9, weightDecay: Double = 5e-4,
            decaysBiasAndNormalization: Bool = true, nesterov: Bool = false
        ) {
            self.momentum = momentum
            self.weightDecay = weightDecay
            self.decaysBiasAndNormalization = decaysBiasAndNormalization
            self.nesterov = nesterov
        }
    }

    /// The options.
    public let options: Options
    /// Whether a step was taken, so that the momentum buffers are valid.
    public private(set) var hasStepped = false
    /// The optimised parameters.
    public let parameters: [StateEntry]
    private let momentumBuffers: [Tensor]
    /// The factor of each parameter's learning rate.
    private let factors: [Double]

    /// Creates an optimiser of parameters.
    ///
    /// - Parameter factors: Factor of each parameter's learning rate; nil for 1.
    public init(_ parameters: [StateEntry], options: Options, factors: [Double]? = nil) {
        self.options = options
        self.factors = parameters.rateFactors(factors)
        self.parameters = parameters
        momentumBuffers = parameters.zeros()
    }

    /// The momentum buffers under their parameters' names, with the prefix `velocity.`.
    public var state: [StateEntry] {
        zip(parameters, momentumBuffers).map { StateEntry($0.name, $1, .buffer) }
            .prefixed("velocity")
    }

    /// Marks the momentum buffers as loaded from a checkpoint taken after a step.
    public func resume() { hasStepped = true }

    /// Updates every parameter that has a gradient.
    ///
    /// - Parameter guarded: The divisor of the gradients, and whether to skip the step.
    public func step(learningRate: Double, guardedBy guarded: GradientGuard? = nil) {
        forEachGroup(
            learningRate: learningRate, factors: factors, decay: options.weightDecay,
            decaysAll: options.decaysBiasAndNormalization
        ) { step($0, $1, $2, guarded) }
        hasStepped = true
    }

    private func step(
        _ indices: [Int], _ learningRate: Double, _ decay: Double, _ guarded: GradientGuard?
    ) {
        let values = indices.map { parameters[$0].tensor.handle }
        let speeds = indices.map { momentumBuffers[$0].handle }
        unsafe expectSuccess(
            ct_sgd_step(
                values, speeds, values.count, learningRate, options.momentum, decay,
                options.nesterov, !hasStepped, guarded?.handle ?? ct_gradient_guard()),
            "step(learningRate:)")
    }
}
