import Foundation
import Torch

/// The cosine of a multiple of an angle, made to fall over all of 0 ... π (Liu et al. 2016,
/// equation 6):
///
///     ψ(θ) = (-1)^k cos(mθ) - 2k   for θ from kπ/m to (k + 1)π/m
struct MultipliedAngle {
    private let multiple: Int

    /// - Parameter multiple: m; at least 1.
    init(_ multiple: Int) { self.multiple = multiple }

    /// ψ(θ) of cosθ.
    func cosine(of cosine: Tensor) -> Tensor {
        let multipleCosine = multipleAngleCosine(cosine, multiple)
        guard multiple > 1 else { return multipleCosine }
        // k is the number of boundaries jπ/m that the angle has passed; where it is on one, both
        // pieces have the same value.
        let passed = (1..<multiple).map { j in
            (cosine .< cos(Double(j) * .pi / Double(multiple))).to(cosine.type)
        }
        let k = Tensor.stacked(passed, dim: 0).sum(0)
        let isOdd = k - 2 * (k / 2).floor()
        return (1 - 2 * isOdd) * multipleCosine - 2 * k
    }
}

/// cos(nθ) of cosθ: the Chebyshev polynomial T_n, by T_(j+1)(c) = 2 c T_j(c) - T_(j-1)(c).
///
/// - Parameter n: At least 1.
private func multipleAngleCosine(_ cosine: Tensor, _ n: Int) -> Tensor {
    var (former, current) = (cosine.filled(like: 1), cosine)
    for _ in 1..<n { (former, current) = (current, 2 * cosine * current - former) }
    return current
}
