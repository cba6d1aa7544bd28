import Foundation
public import Torch

/// A-Softmax (SphereFace; Liu, Wen, Yu, Li, Raj and Song, CVPR 2017): the target's angle multiplied.
///
///     t(θ) = (λ cosθ + ψ(θ)) / (1 + λ)
///     ψ(θ) = (-1)^k cos(mθ) - 2k   for θ from kπ/m to (k + 1)π/m
///
/// - **Margin** m, a whole number, 4 as in the paper. ψ falls over all of 0 ... π. cos(mθ) is a
///   polynomial of cosθ, so that no arc cosine with its infinite slope is needed.
/// - **Scale**: the embedding's norm |x|, which stays as it is.
/// - **Normalisation**: class weights, no bias.
/// - **Annealing**: λ falls from 1000 to 5, the weight of ψ in the target rises from 0.001 to 1/6.
///   `geometric` does so by the share of the run that is done and is through at half of it. `step`
///   is the authors' λ = max(λ_min, λ_0 (1 + γ step)^-power), which takes 1,658 steps however long
///   the run is.
/// - **Gradient**: ``MarginGradient``. With the exact one, a target that the margin made negative
///   pushes |x| to 0, where the loss is stuck at ln(classes).
public final class ASoftmaxLoss: AngularMarginLoss {
    /// How λ falls.
    enum Fall: String, CaseIterable, Sendable {
        case geometric, step
    }

    static let marginKey = LossParameterKey.whole(
        "m", default: 4, in: 1...4, "factor of the target's angle")
    static let annealingKey = LossParameterKey.word(
        "anneal", default: Fall.geometric,
        "how λ falls: by the share of the run that is done, or by the authors' rule for steps")
    static let firstKey = LossParameterKey.number(
        "base", symbol: "λ₀", default: 1000, in: 0...1e6, "λ at the start")
    static let lastKey = LossParameterKey.number(
        "min", symbol: "λ_min", default: 5, in: 0...1e6, "λ at the end")
    static let untilKey = LossParameterKey.number(
        "until", default: 0.5, in: 0...1, "geometric: share of the run in which λ falls")
    static let gammaKey = LossParameterKey.number(
        "gamma", symbol: "γ", default: 0.12, in: 0...1000, "step: how fast λ falls")
    static let powerKey = LossParameterKey.number(
        "power", default: 1, in: 0...10, "step: exponent of the fall")

    /// Description.
    public static let descriptor = LossDescriptor(
        name: "asoftmax", title: "A-Softmax",
        summary: "Each embedding must be nearer to its class than to others by a factor of angle.",
        paper: "W. Liu, Y. Wen, Z. Yu, M. Li, B. Raj, L. Song. SphereFace: Deep Hypersphere "
            + "Embedding for Face Recognition. CVPR 2017",
        equation: "-log( e^(|x| t) / (e^(|x| t) + Σ_{j≠y} e^(|x| cos θ_j)) ), "
            + "t = (λ cos θ_y + (-1)^k cos(m θ_y) - 2k) / (1 + λ)",
        parameters: [
            marginKey.parameter, annealingKey.parameter, firstKey.parameter, lastKey.parameter,
            untilKey.parameter, gammaKey.parameter, powerKey.parameter,
            MarginGradient.key.parameter,
        ],
        presets: [
            LossPreset(
                "sphereface", "the authors' annealing by step, exact gradient",
                [
                    "m": 4, "anneal": "step", "base": 1000, "min": 5, "gamma": 0.12, "power": 1,
                    "grad": "exact",
                ])
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    private let multiple: Int
    private let gradient: MarginGradient
    private let setup: LossSetup

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        weight = setup.directionWeights()
        multiple = setup[Self.marginKey]
        gradient = setup[MarginGradient.key]
        self.setup = setup
    }

    /// Multiplies the targets' angles, as far as λ lets it.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let lambda = lambda(at: progress)
        let cosine = batch.targets
        return AngularMargin(
            targets: (cosine * lambda + multiplied(cosine)) / (1 + lambda),
            scale: .embeddingNorm, gradient: gradient, state: ["lambda": lambda])
    }

    /// ψ(θ) of cosθ.
    private func multiplied(_ cosine: Tensor) -> Tensor {
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

    /// λ at a point of the run.
    private func lambda(at progress: LossProgress) -> Double {
        let first = setup[Self.firstKey]
        let last = setup[Self.lastKey]
        switch setup[Self.annealingKey] {
        case .geometric:
            // 1 + λ falls geometrically, so that λ_min may be 0.
            return Annealing(over: setup[Self.untilKey], at: progress)
                .geometric(from: 1 + first, to: 1 + last) - 1
        case .step:
            // Caffe counts a step before it computes with it.
            let steps = Double(progress.step + 1)
            return max(last, first * pow(1 + setup[Self.gammaKey] * steps, -setup[Self.powerKey]))
        }
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
