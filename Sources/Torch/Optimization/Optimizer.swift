import CTorch

/// Updates parameters step by step from their gradients.
public protocol Optimizer: AnyObject {
    /// The optimised parameters.
    var parameters: [StateEntry] { get }

    /// Its state between steps, to be stored in checkpoints under its own names.
    var state: [StateEntry] { get }

    /// Marks its state as loaded from a checkpoint taken after a step.
    func resume()

    /// Updates every parameter that has a gradient.
    ///
    /// - Parameter guarded: The divisor of the gradients, and whether to skip the step.
    func step(learningRate: Double, guardedBy guarded: GradientGuard?)
}

extension Optimizer {
    /// Updates every parameter that has a gradient.
    public func step(learningRate: Double) { step(learningRate: learningRate, guardedBy: nil) }

    /// Indices of the parameters that have a gradient.
    var active: [Int] {
        parameters.indices.filter { parameters[$0].tensor.gradient != nil }
    }

    /// Passes the parameters that have a gradient to a closure, in groups with the same learning rate
    /// and weight decay.
    ///
    /// - Parameters:
    ///   - factors: Factor of each parameter's learning rate.
    ///   - decay: Weight decay of the weights.
    ///   - decaysAll: Whether biases and normalisations decay as well.
    func forEachGroup(
        learningRate: Double, factors: [Double], decay: Double, decaysAll: Bool,
        _ body: (_ indices: [Int], _ learningRate: Double, _ decay: Double) -> Void
    ) {
        func decays(_ index: Int) -> Bool { decaysAll || parameters[index].role == .weight }
        let active = active
        for factor in Set(factors).sorted() {
            let part = active.filter { factors[$0] == factor }
            for (indices, decay) in [
                (part.filter(decays), decay), (part.filter { !decays($0) }, 0),
            ] where !indices.isEmpty {
                body(indices, learningRate * factor, decay)
            }
        }
    }

    /// Sets the gradients of all parameters to nil.
    public func clearGradients() {
        for parameter in parameters { parameter.tensor.gradient = nil }
    }

    /// L2 norm of all gradients together; not finite if any of them is not.
    public func gradientNorm() -> Double { gradientNorm { _ in true } }

    /// L2 norm of all gradients together if a parameter is distributed over processes.
    ///
    /// - Parameters:
    ///   - shared: The parameter of which each process has a part.
    ///   - squares: The sum of squares of its gradient over all processes.
    public func gradientNorm(besides shared: Tensor, squares: Double) -> Double {
        let others = gradientNorm { $0 !== shared }
        return (others * others + squares).squareRoot()
    }

    private func gradientNorm(of isCounted: (Tensor) -> Bool) -> Double {
        let handles = active.map { parameters[$0].tensor }.filter(isCounted).map(\.handle)
        var result = 0.0
        unsafe expectSuccess(
            ct_gradient_norm(handles, handles.count, &result), "gradientNorm()")
        return result
    }

    /// Multiplies all gradients by a number.
    public func scaleGradients(by factor: Double) {
        let handles = active.map { parameters[$0].tensor.handle }
        unsafe expectSuccess(
            ct_scale_gradients(handles, handles.count, factor), "scaleGradients(by:)")
    }

    /// Computes statistics of all gradients on their device, without waiting for a GPU.
    ///
    /// - Parameters:
    ///   - loss: The scalar that was differentiated.
    ///   - limit: The limit for the norm of all gradients together; 0 for none.
    ///   - isOneBatch: Whether the gradients are those of a single batch, so that no row of a sparse
    ///     one occurs twice.
    public func gradientGuard(
        loss: Tensor, limit: Double, isOneBatch: Bool = false
    ) -> GradientGuard {
        let handles = active.map { parameters[$0].tensor.handle }
        if isOneBatch {
            unsafe expectSuccess(
                ct_set_rows_distinct(handles, handles.count),
                "gradientGuard(loss:limit:isOneBatch:)")
        }
        var guarded = ct_gradient_guard()
        unsafe expectSuccess(
            ct_guard_gradients(handles, handles.count, loss.handle, limit, &guarded),
            "gradientGuard(loss:limit:isOneBatch:)")
        return GradientGuard(
            norm: Tensor(owning: guarded.norm),
            divisor: unsafe guarded.divisor.impl == nil ? nil : Tensor(owning: guarded.divisor),
            skips: Tensor(owning: guarded.skips))
    }
}

extension [StateEntry] {
    /// A tensor of zeros for each parameter, with the same memory layout.
    func zeros() -> [Tensor] {
        map { parameter in
            let zero = parameter.tensor.detached().copy()
            zero.fill(0)
            return zero
        }
    }

    /// The factor of each parameter's learning rate; nil for 1.
    func rateFactors(_ factors: [Double]?) -> [Double] {
        let factors = factors ?? map { _ in 1 }
        precondition(factors.count == count, "every parameter has one factor of its rate")
        return factors
    }
}

/// Gradient statistics that a GPU computes before a step without synchronising with the host.
public struct GradientGuard {
    /// L2 norm of all gradients together before clipping, a scalar on their device.
    public let norm: Tensor
    /// The divisor of every gradient; nil for 1.
    let divisor: Tensor?
    /// 1 if the loss or the norm is not finite, so that the step is skipped, otherwise 0.
    let skips: Tensor

    var handle: ct_gradient_guard {
        let divisor = divisor?.handle ?? ct_tensor()
        return ct_gradient_guard(norm: norm.handle, divisor: divisor, skips: skips.handle)
    }
}
