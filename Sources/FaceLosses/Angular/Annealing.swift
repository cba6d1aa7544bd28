import Foundation

/// Interpolates a quantity from one value to another over the first fraction of a run.
///
/// After that fraction, and from the start when it is 0, it equals the last value exactly.
public struct Annealing: Hashable, Sendable {
    /// Interpolation parameter; 0...1.
    public let part: Double

    /// The position of a run in an interpolation over its first `fraction`.
    public init(over fraction: Double, at progress: LossProgress) {
        part = fraction > 0 ? min(1, max(0, progress.fraction / fraction)) : 1
    }

    /// Linear interpolation between both values.
    public func linear(from first: Double, to last: Double) -> Double {
        part < 1 ? first + (last - first) * part : last
    }

    /// Geometric interpolation; both values must be above 0.
    public func geometric(from first: Double, to last: Double) -> Double {
        part < 1 ? first * pow(last / first, part) : last
    }
}
