import Torch

/// The cosine of a multiple of an angle, monotonically decreasing over 0 ... π (Liu et al. 2016,
/// equation 6):
///
///     ψ(θ) = (-1)^k cos(mθ) - 2k   for θ from kπ/m to (k + 1)π/m
struct MultipliedAngle {
    private let multiple: Double

    /// - Parameter multiple: m; at least 1, not necessarily a whole number.
    init(_ multiple: Double) { self.multiple = multiple }

    /// ψ(θ) of angles θ from ``AngularBatch/angles``.
    func cosine(of angles: Tensor) -> Tensor {
        let multiplied = angles * multiple
        // At a boundary, both pieces have the same value.
        let k = (multiplied.detached() / Double.pi).floor()
        let isOdd = k - 2 * (k / 2).floor()
        return (1 - 2 * isOdd) * multiplied.cos() - 2 * k
    }
}
