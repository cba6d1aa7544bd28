import Foundation
import Torch

/// The cosine of an angle with a margin added to it, cos(θ + m) of cosθ, without an arc cosine.
struct AddedAngle {
    /// What the target's logit is when angle and margin together pass π.
    enum Beyond: String, CaseIterable, Sendable {
        case monotonic, clamp, none
    }

    static let beyondKey = LossParameterKey.word(
        "beyond", default: Beyond.monotonic,
        "target beyond θ + m > π: cosθ - m sin m, -1, or cos(θ + m) as before")

    /// The largest cosine, whose angle still has a finite derivative in `float32`.
    static let largestCosine = 1 - 1e-7

    private let beyond: Beyond

    init(_ beyond: Beyond) { self.beyond = beyond }

    init(_ setup: LossSetup) { self.init(setup[Self.beyondKey]) }

    /// cos(θ + m) of cosθ, and what `beyond` says past π.
    func cosine(of cosine: Tensor, plus margin: Double) -> Tensor {
        let limited = cosine.clamped(to: -Self.largestCosine...Self.largestCosine)
        let sine = (1 - limited.square()).sqrt()
        let moved = limited * cos(margin) - sine * sin(margin)
        // θ + m < π, without an arc cosine.
        let isWithin = limited .> -cos(margin)
        return switch beyond {
        case .monotonic: moved.where(isWithin, else: cosine - margin * sin(margin))
        case .clamp: moved.where(isWithin, else: moved.filled(like: -1))
        case .none: moved
        }
    }

    /// cos(θ + m) of cosθ with a margin `[n]` for each sample, as with one margin for all.
    func cosine(of cosine: Tensor, plus margin: Tensor) -> Tensor {
        let limited = cosine.clamped(to: -Self.largestCosine...Self.largestCosine)
        let sine = (1 - limited.square()).sqrt()
        let moved = limited * margin.cos() - sine * margin.sin()
        let isWithin = (limited + margin.cos()) .> 0
        return switch beyond {
        case .monotonic: moved.where(isWithin, else: cosine - margin * margin.sin())
        case .clamp: moved.where(isWithin, else: moved.filled(like: -1))
        case .none: moved
        }
    }
}
