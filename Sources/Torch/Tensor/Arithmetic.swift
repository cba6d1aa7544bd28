import CTorch

// MARK: - Operators

extension Tensor {
    /// Element by element, with the shorter shape repeated along missing and unit dimensions.
    public static func + (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_add(lhs.handle, rhs.handle, &$0) }
    }
    /// Element by element, with the shorter shape repeated along missing and unit dimensions.
    public static func - (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_sub(lhs.handle, rhs.handle, &$0) }
    }
    /// Element by element, with the shorter shape repeated along missing and unit dimensions.
    public static func * (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_mul(lhs.handle, rhs.handle, &$0) }
    }
    /// Element by element, with the shorter shape repeated along missing and unit dimensions.
    public static func / (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_div(lhs.handle, rhs.handle, &$0) }
    }
    /// Adds a number to every element.
    public static func + (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_add_scalar(lhs.handle, rhs, &$0) }
    }
    /// Adds a number to every element.
    public static func + (lhs: Double, rhs: Tensor) -> Tensor { rhs + lhs }
    /// Subtracts a number from every element.
    public static func - (lhs: Tensor, rhs: Double) -> Tensor { lhs + -rhs }
    /// Subtracts every element from a number.
    public static func - (lhs: Double, rhs: Tensor) -> Tensor { -rhs + lhs }
    /// Multiplies every element by a number.
    public static func * (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_mul_scalar(lhs.handle, rhs, &$0) }
    }
    /// Multiplies every element by a number.
    public static func * (lhs: Double, rhs: Tensor) -> Tensor { rhs * lhs }
    /// Divides every element by a number.
    public static func / (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_div_scalar(lhs.handle, rhs, &$0) }
    }
    /// Divides a number by every element.
    public static func / (lhs: Double, rhs: Tensor) -> Tensor { rhs.reciprocal() * lhs }
    /// Changes every element's sign.
    public static prefix func - (value: Tensor) -> Tensor {
        make { unsafe ct_neg(value.handle, &$0) }
    }
}

// MARK: - Functions of one element

extension Tensor {
    /// Absolute value, elementwise.
    public func abs() -> Tensor { .make { unsafe ct_abs(handle, &$0) } }
    /// Arc cosines, in radians; 0...pi. The gradient is infinite at -1 and 1.
    public func acos() -> Tensor { .make { unsafe ct_acos(handle, &$0) } }
    /// Values limited to a range.
    public func clamped(to range: ClosedRange<Double>) -> Tensor {
        .make { unsafe ct_clamp(handle, range.lowerBound, range.upperBound, &$0) }
    }
    /// Values limited from below.
    public func clamped(from minimum: Double) -> Tensor {
        .make { unsafe ct_clamp(handle, minimum, .infinity, &$0) }
    }
    /// Cosines of angles in radians.
    public func cos() -> Tensor { .make { unsafe ct_cos(handle, &$0) } }
    /// Exponential, elementwise.
    public func exp() -> Tensor { .make { unsafe ct_exp(handle, &$0) } }
    /// Rounds down to integers.
    public func floor() -> Tensor { .make { unsafe ct_floor(handle, &$0) } }
    /// Whether each element is neither infinite nor NaN, as a tensor of `bool`.
    public func isFinite() -> Tensor { .make { unsafe ct_isfinite(handle, &$0) } }
    /// Natural logarithm, elementwise.
    public func log() -> Tensor { .make { unsafe ct_log(handle, &$0) } }
    /// Natural logarithm of 1 + x, elementwise.
    public func log1p() -> Tensor { .make { unsafe ct_log1p(handle, &$0) } }
    /// Logarithms of the sigmoid, without overflow.
    public func logSigmoid() -> Tensor { .make { unsafe ct_log_sigmoid(handle, &$0) } }
    /// Raises each element to a power.
    public func pow(_ exponent: Double) -> Tensor {
        .make { unsafe ct_pow_scalar(handle, exponent, &$0) }
    }
    /// 1 / x, elementwise.
    public func reciprocal() -> Tensor { .make { unsafe ct_reciprocal(handle, &$0) } }
    /// The maximum of each element and 0.
    public func relu() -> Tensor { .make { unsafe ct_relu(handle, &$0) } }
    /// 1 / √x, elementwise.
    public func rsqrt() -> Tensor { .make { unsafe ct_rsqrt(handle, &$0) } }
    /// 1 / (1 + exp(-x)).
    public func sigmoid() -> Tensor { .make { unsafe ct_sigmoid(handle, &$0) } }
    /// -1, 0 or 1.
    public func sign() -> Tensor { .make { unsafe ct_sign(handle, &$0) } }
    /// Sines of angles in radians.
    public func sin() -> Tensor { .make { unsafe ct_sin(handle, &$0) } }
    /// log(1 + exp(x)), without overflow.
    public func softplus() -> Tensor { .make { unsafe ct_softplus(handle, &$0) } }
    /// Square root, elementwise.
    public func sqrt() -> Tensor { .make { unsafe ct_sqrt(handle, &$0) } }
    /// Square, elementwise.
    public func square() -> Tensor { .make { unsafe ct_square(handle, &$0) } }
    /// Hyperbolic tangent, elementwise.
    public func tanh() -> Tensor { .make { unsafe ct_tanh(handle, &$0) } }
}

// MARK: - Functions of two

extension Tensor {
    /// The elementwise maximum.
    public func maximum(_ other: Tensor) -> Tensor {
        .make { unsafe ct_maximum(handle, other.handle, &$0) }
    }
    /// The elementwise minimum.
    public func minimum(_ other: Tensor) -> Tensor {
        .make { unsafe ct_minimum(handle, other.handle, &$0) }
    }
    /// Angles `[n]` in radians between vectors `[n, d]` of length 1 and the corresponding vectors
    /// of another tensor, in `float64`.
    ///
    /// They are not computed from cosines, so they are precise near 0 and π, and the gradient has
    /// length 1 everywhere except at 0 and π, where it is undefined and set to 0. A vector of zeros
    /// has an angle of π/2 and gets no gradient.
    public func angles(to other: Tensor) -> Tensor {
        .make { unsafe ct_angles(handle, other.handle, &$0) }
    }
    /// Matrix product: `[n, k]` times `[k, m]` is `[n, m]`.
    public func matmul(_ other: Tensor) -> Tensor {
        .make { unsafe ct_matmul(handle, other.handle, &$0) }
    }
    /// `x W^T + b`: `[n, in]`, weight `[out, in]`, bias `[out]` -> `[n, out]`.
    public func linear(weight: Tensor, bias: Tensor? = nil) -> Tensor {
        .make { unsafe ct_linear(handle, weight.handle, bias?.handle ?? ct_tensor(), &$0) }
    }
}

// MARK: - Comparisons and logic; results are of type `bool`

extension Tensor {
    /// Whether elements are equal.
    public static func .== (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_eq(lhs.handle, rhs.handle, &$0) }
    }
    /// Whether elements differ.
    public static func .!= (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_ne(lhs.handle, rhs.handle, &$0) }
    }
    /// Whether elements of the first are smaller.
    public static func .< (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_lt(lhs.handle, rhs.handle, &$0) }
    }
    /// Whether elements of the first are larger.
    public static func .> (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_gt(lhs.handle, rhs.handle, &$0) }
    }
    /// Whether elements of the first are not smaller.
    public static func .>= (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_ge(lhs.handle, rhs.handle, &$0) }
    }
    /// Whether elements equal a number.
    public static func .== (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_eq_scalar(lhs.handle, rhs, &$0) }
    }
    /// Whether elements are smaller than a number.
    public static func .< (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_lt_scalar(lhs.handle, rhs, &$0) }
    }
    /// Whether elements are larger than a number.
    public static func .> (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_gt_scalar(lhs.handle, rhs, &$0) }
    }
    /// Whether elements are not larger than a number.
    public static func .<= (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_le_scalar(lhs.handle, rhs, &$0) }
    }
    /// Whether elements are not smaller than a number.
    public static func .>= (lhs: Tensor, rhs: Double) -> Tensor {
        make { unsafe ct_ge_scalar(lhs.handle, rhs, &$0) }
    }
    /// Whether both are true.
    public static func .& (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_logical_and(lhs.handle, rhs.handle, &$0) }
    }
    /// Whether either is true.
    public static func .| (lhs: Tensor, rhs: Tensor) -> Tensor {
        make { unsafe ct_logical_or(lhs.handle, rhs.handle, &$0) }
    }
    /// Whether each element is not true.
    public static prefix func .! (value: Tensor) -> Tensor {
        make { unsafe ct_logical_not(value.handle, &$0) }
    }

    /// This tensor's elements where the condition is true, the other's elsewhere.
    public func `where`(_ condition: Tensor, else other: Tensor) -> Tensor {
        .make { unsafe ct_where(condition.handle, handle, other.handle, &$0) }
    }
    /// A number where the mask is true, this tensor's elements elsewhere.
    public func replacing(with value: Double, where mask: Tensor) -> Tensor {
        .make { unsafe ct_masked_fill(handle, mask.handle, value, &$0) }
    }
}
