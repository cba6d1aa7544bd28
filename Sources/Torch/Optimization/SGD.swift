import CTorch

/// Stochastic gradient descent with momentum and weight decay, by LibTorch's fused kernel.
///
/// As PyTorch: `v <- momentum v + (g + decay w)`, `w <- w - rate v`, and on the first step `v` is
/// the gradient itself.
public final class SGD: Optimizer {
    /// The hyperparameters that stay the same from step to step.
    public struct Options: Codable, Sendable, Hashable {
        /// Fraction of the momentum buffer that is kept; 0 ..< 1.
        public var momentum: Double
        /// Strength of the pull of weights towards 0; at least 0.
        public var weightDecay: Double
        /// Whether biases and normalisations are pulled as well.
        public var decaysBiasAndNormalization: Bool
        /// Whether the step looks ahead by one momentum step (Sutskever et al. 2013).
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
    /// Whether a step was taken, so that the momentum buffers mean something.
    public private(set) var hasStepped = false
    /// The parameters, in their order.
    public let parameters: [StateEntry]
    private let momentumBuffers: [Tensor]
    /// The factor of each parameter's learning rate.
    private let factors: [Double]

    /// Creates an optimiser of parameters, in their order.
    ///
    /// - Parameter factors: What the learning rate of each parameter is multiplied by; nil for 1.
    public init(_ parameters: [StateEntry], options: Options, factors: [Double]? = nil) {
        self.options = options
        self.factors = parameters.rateFactors(factors)
        self.parameters = parameters
        momentumBuffers = parameters.zeros()
    }

    /// The momentum buffers under their parameters' names after the prefix `velocity.`.
    public var state: [StateEntry] {
        zip(parameters, momentumBuffers).map { StateEntry($0.name, $1, .buffer) }
            .prefixed("velocity")
    }

    /// Marks the momentum buffers as loaded from a checkpoint taken after a step.
    public func resume() { hasStepped = true }

    /// Changes every parameter that has a gradient.
    ///
    /// - Parameter guarded: What gradients are divided by, and whether nothing changes after all.
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
