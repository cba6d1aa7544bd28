import Foundation
public import Torch

/// The cosine of an angle with a margin added to it, cos(θ + m), for θ from ``AngularBatch/angles``.
public struct AddedAngle: Sendable {
    /// The target logit when angle plus margin exceed π.
    public enum Fallback: String, CaseIterable, Sendable {
        /// cosθ - m sin m, which continues to decrease.
        case monotonic
        /// -1.
        case clamp
        /// cos(θ + m), which increases again.
        case none
        /// cosθ, as without a margin.
        case plain
        /// cosθ from 90 degrees on: the easy margin of older implementations.
        case easy
    }

    /// The parameter `fallback`.
    public static let fallbackKey = LossParameterKey.word(
        "fallback", default: Fallback.monotonic,
        "target beyond θ + m > π: cosθ - m sin m, -1, cos(θ + m) as before, or cosθ; "
            + "easy: cosθ from 90 degrees on")

    private let fallback: Fallback

    /// Creates the function with a given fallback beyond π.
    public init(_ fallback: Fallback) { self.fallback = fallback }

    /// Creates the function with the fallback of a loss's parameter `fallback`.
    public init(_ setup: LossSetup) { self.init(setup[Self.fallbackKey]) }

    /// cos(θ + m) of angles θ `[n]`, and the fallback beyond π.
    public func cosine(of angles: Tensor, plus margin: Double) -> Tensor {
        cosine(of: angles, plus: angles.filled(like: margin, shape: []))
    }

    /// cos(θ + m) of angles θ `[n]` with a margin `[n]` for each sample, as with one margin for all.
    public func cosine(of angles: Tensor, plus margin: Tensor) -> Tensor {
        let sum = angles + margin
        let moved = sum.cos()
        return switch fallback {
        case .monotonic: moved.where(sum .< .pi, else: angles.cos() - margin * margin.sin())
        case .clamp: moved.where(sum .< .pi, else: moved.filled(like: -1))
        case .none: moved
        case .plain: moved.where(sum .< .pi, else: angles.cos())
        case .easy: moved.where(angles .< .pi / 2, else: angles.cos())
        }
    }
}
