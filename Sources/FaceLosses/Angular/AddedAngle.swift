import Foundation
public import Torch

/// The cosine of an angle with a margin added to it, cos(θ + m) of cosθ, without an arc cosine.
public struct AddedAngle: Sendable {
    /// What the target's logit is when angle and margin together pass π.
    public enum Beyond: String, CaseIterable, Sendable {
        /// cosθ - m sin m, which goes on falling.
        case monotonic
        /// -1.
        case clamp
        /// cos(θ + m), which grows again.
        case none
        /// cosθ, as without a margin.
        case plain
        /// cosθ already from 90 degrees on: the easy margin of the older implementations.
        case easy
    }

    /// `beyond`.
    public static let beyondKey = LossParameterKey.word(
        "beyond", default: Beyond.monotonic,
        "target beyond θ + m > π: cosθ - m sin m, -1, cos(θ + m) as before, or cosθ; "
            + "easy: cosθ from 90 degrees on")

    /// The largest cosine, whose angle still has a finite derivative in `float32`.
    public static let largestCosine = 1 - 1e-7

    private let beyond: Beyond

    /// With a fall-back.
    public init(_ beyond: Beyond) { self.beyond = beyond }

    /// With the fall-back of a loss's parameter `beyond`.
    public init(_ setup: LossSetup) { self.init(setup[Self.beyondKey]) }

    /// cos(θ + m) of cosθ, and what `beyond` says past π.
    public func cosine(of cosine: Tensor, plus margin: Double) -> Tensor {
        let limited = cosine.clamped(to: -Self.largestCosine...Self.largestCosine)
        let sine = (1 - limited.square()).sqrt()
        let moved = limited * cos(margin) - sine * sin(margin)
        // θ + m < π, without an arc cosine.
        let isWithin = limited .> -cos(margin)
        return switch beyond {
        case .monotonic: moved.where(isWithin, else: cosine - margin * sin(margin))
        case .clamp: moved.where(isWithin, else: moved.filled(like: -1))
        case .none: moved
        case .plain: moved.where(isWithin, else: cosine)
        case .easy: moved.where(limited .> 0, else: cosine)
        }
    }

    /// cos(θ + m) of cosθ with a margin `[n]` for each sample, as with one margin for all.
    public func cosine(of cosine: Tensor, plus margin: Tensor) -> Tensor {
        let limited = cosine.clamped(to: -Self.largestCosine...Self.largestCosine)
        let sine = (1 - limited.square()).sqrt()
        let moved = limited * margin.cos() - sine * margin.sin()
        let isWithin = (limited + margin.cos()) .> 0
        return switch beyond {
        case .monotonic: moved.where(isWithin, else: cosine - margin * margin.sin())
        case .clamp: moved.where(isWithin, else: moved.filled(like: -1))
        case .none: moved
        case .plain: moved.where(isWithin, else: cosine)
        case .easy: moved.where(limited .> 0, else: cosine)
        }
    }
}
