import CTorch

extension Tensor {
    /// Whether operations on this tensor are recorded for differentiation.
    public var requiresGradient: Bool {
        get {
            var result = false
            unsafe expectSuccess(ct_requires_grad(handle, &result), "requiresGradient")
            return result
        }
        set { expectSuccess(ct_set_requires_grad(handle, newValue), "requiresGradient") }
    }

    /// The gradient that ``backward()`` has accumulated, if any.
    public var gradient: Tensor? {
        get {
            var out = ct_tensor()
            unsafe expectSuccess(ct_grad(handle, &out), "gradient")
            return unsafe out.impl == nil ? nil : Tensor(owning: out)
        }
        set {
            if let newValue {
                expectSuccess(ct_set_grad(handle, newValue.handle), "gradient")
            } else {
                expectSuccess(ct_clear_grad(handle), "gradient")
            }
        }
    }

    /// Adds the derivatives of this scalar to the gradients of the tensors from which it was
    /// computed.
    public func backward() {
        expectSuccess(ct_backward(handle), "backward()")
    }

    /// The derivatives with respect to tensors from which this one was computed, which are returned
    /// instead of added to their gradients; this tensor must depend on each of them.
    ///
    /// - Parameter gradOutput: The derivatives of a scalar with respect to this tensor, of its
    ///   shape.
    public func derivatives(of inputs: [Tensor], gradOutput: Tensor) -> [Tensor] {
        var out = [ct_tensor](repeating: ct_tensor(), count: inputs.count)
        unsafe expectSuccess(
            ct_derivatives(
                handle, gradOutput.handle, inputs.map(\.handle), inputs.count, &out),
            "derivatives(of:gradOutput:)")
        return out.map(Tensor.init(owning:))
    }

    /// The same values, detached from differentiation.
    public func detached() -> Tensor { .make { unsafe ct_detach(handle, &$0) } }

    /// Marks a new tensor as a parameter.
    public func withGradient() -> Tensor {
        requiresGradient = true
        return self
    }
}

// MARK: - Assignment, which is not recorded for differentiation

extension Tensor {
    /// Copies the values of a tensor of the same shape, converting type and device.
    public func assign(_ source: Tensor) {
        forgetOrigin()
        expectSuccess(ct_assign(handle, source.handle), "assign(_:)")
    }
    /// Replaces the data in place by values of any shape, without a gradient: all references to this tensor see
    /// the new data.
    package func replaceData(with source: Tensor) {
        forgetOrigin()
        expectSuccess(ct_replace_data(handle, source.handle), "replaceData(with:)")
    }
    /// Sets every element to a value.
    public func fill(_ value: Double) {
        forgetOrigin()
        expectSuccess(ct_fill(handle, value), "fill(_:)")
    }
    /// Draws every element from a normal distribution with a generator seeded by `seed`.
    public func fillNormal(mean: Double = 0, standardDeviation: Double, seed: UInt64) {
        fillNormal(
            mean: mean, standardDeviation: standardDeviation, seed: seed, asPart: 0..<count,
            of: count)
    }
    /// Draws the numbers that some elements of a larger contiguous tensor would get.
    ///
    /// - Parameters:
    ///   - range: The range of those elements, as many as this tensor has.
    ///   - total: Number of elements of the larger tensor.
    package func fillNormal(
        mean: Double = 0, standardDeviation: Double, seed: UInt64, asPart range: Range<Int>,
        of total: Int
    ) {
        forgetOrigin()
        precondition(range.count == count, "a part has as many elements as the tensor")
        expectSuccess(
            ct_fill_normal(
                handle, mean, standardDeviation, seed, Int64(range.lowerBound), Int64(total)),
            "fillNormal")
    }
    /// Draws every element uniformly from a range with a generator seeded by `seed`.
    public func fillUniform(_ range: Range<Double>, seed: UInt64) {
        forgetOrigin()
        expectSuccess(
            ct_fill_uniform(handle, range.lowerBound, range.upperBound, seed), "fillUniform")
    }
}

/// Runs a closure whose operations are not recorded for differentiation.
public func withoutGradients<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    var former = false
    unsafe expectSuccess(ct_set_grad_enabled(false, &former), "withoutGradients(_:)")
    defer {
        var ignored = false
        unsafe expectSuccess(ct_set_grad_enabled(former, &ignored), "withoutGradients(_:)")
    }
    return try body()
}

/// Runs a closure in which convolutions and matrix products compute in a given precision.
///
/// With `bfloat16`, this is LibTorch's autocast: parameters stay `float32` and are cast once per
/// closure.
public func withPrecision<Result, Failure: Error>(
    _ precision: ElementType, on device: Device, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    guard precision == .bfloat16 else { return try body() }
    return try withAutocast(true, on: device, body)
}

/// Runs a closure within ``withPrecision(_:on:_:)`` that computes in its operands' own precision.
public func withFullPrecision<Result, Failure: Error>(
    on device: Device, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    try withAutocast(false, on: device, body)
}

private func withAutocast<Result, Failure: Error>(
    _ enabled: Bool, on device: Device, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let onCUDA = device != .cpu
    var former = false
    unsafe expectSuccess(ct_set_autocast(onCUDA, enabled, &former), "withPrecision(_:on:_:)")
    defer {
        var ignored = false
        unsafe expectSuccess(ct_set_autocast(onCUDA, former, &ignored), "withPrecision(_:on:_:)")
        if enabled, !former { expectSuccess(ct_clear_autocast_cache(), "withPrecision(_:on:_:)") }
    }
    return try body()
}
