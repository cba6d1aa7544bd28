import Foundation
public import Torch

/// A-Softmax, known as SphereFace: the own class's angle is multiplied.
///
/// `-log softmax(|x| ψ)_y` with `ψ_j = cos θ_j` and, on the own class,
/// `ψ_y = (λ cos θ_y + ψ(θ_y)) / (1 + λ)`, `ψ(θ) = (-1)^k cos(m θ) - 2 k` on
/// `[k π / m, (k + 1) π / m]`. Class weights are normalised, there is no bias, and the embedding
/// keeps its norm. λ falls from 1000 to `lambda`, so that training starts as plain softmax.
///
/// The authors let λ fall with the number of steps, `1000 / (1 + 0.12 t)`, which on short runs
/// never ends; `anneal=step` does the same. The default, `anneal=run`, lets it fall geometrically
/// until half of the run.
public final class ASoftmaxLoss: FaceLoss {
    /// What the loss says of itself.
    public static let descriptor = LossDescriptor(
        name: "asoftmax", title: "A-Softmax",
        summary: "A multiplicative margin on the angle (SphereFace).",
        paper: "Liu et al. 2017, arXiv 1704.08063, Equations 6 and 7",
        equation: "-log softmax(|x| psi)_y, psi_y = (lambda cos(theta) + psi(theta)) / "
            + "(1 + lambda), psi(theta) = (-1)^k cos(m theta) - 2k",
        gradient: "by default the margin is a constant; grad=exact differentiates it",
        parameters: [
            LossParameter("m", .whole(default: 4, in: 1...4), "what the angle is multiplied with"),
            LossParameter(
                "lambda", .number(default: 5, in: 0...1000), "weight of plain softmax at the end"),
            LossParameter(
                "anneal", .choice(default: "run", among: Anneal.allCases.map(\.rawValue)),
                "how lambda falls from 1000: geometrically until half of the run (run), or as "
                    + "1000 / (1 + 0.12 t) with the step t (step)"),
            .marginGradient(default: .detached),
        ])

    /// How λ falls.
    enum Anneal: String, CaseIterable {
        case run
        case step
    }

    private static let firstLambda = 1000.0

    private let classifier: MarginClassifier
    private let multiplier: Int
    private let lastLambda: Double
    private let anneal: Anneal

    /// Makes the loss with fresh class weights.
    public init(_ setup: LossSetup) {
        classifier = MarginClassifier(setup, gradient: setup.marginGradient)
        multiplier = Int(setup.number("m"))
        lastLambda = setup.number("lambda")
        anneal = Anneal(rawValue: setup.choice("anneal")) ?? .run
    }

    /// `weight` `[c, d]`.
    public var state: [StateEntry] { classifier.state }

    /// The loss of a batch.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let lambda = lambda(progress)
        return classifier.loss(
            cosines: classifier.cosines(embeddings), labels: labels,
            scale: .norms(embeddings.norm(1, keep: true)), state: ["lambda": lambda]
        ) { ($0 * lambda + psi($0)) / (1 + lambda) }
    }

    /// Weight of plain softmax at a place in the run.
    func lambda(_ progress: LossProgress) -> Double {
        switch anneal {
        case .run:
            // A weight of 0 has no logarithm: the curve then aims at a weight without effect.
            let last = max(lastLambda, 1e-3)
            let share = min(1, progress.fraction / 0.5)
            return share == 1 ? lastLambda : Self.firstLambda * pow(last / Self.firstLambda, share)
        case .step:
            return max(lastLambda, Self.firstLambda / (1 + 0.12 * Double(progress.step + 1)))
        }
    }

    /// `(-1)^k cos(m θ) - 2 k`, with `cos(m θ)` as a Chebyshev polynomial of `cos θ` and `k` counted
    /// from the cosines where `m θ` passes a multiple of π.
    private func psi(_ cosine: Tensor) -> Tensor {
        var k = cosine.detached().filled(like: 0)
        for boundary in 1..<max(2, multiplier) where multiplier > 1 {
            let passed = cosine .<= cos(Double(boundary) * .pi / Double(multiplier))
            k = k + passed.to(cosine.type)
        }
        let sign = 1 - 2 * (k - 2 * (k / 2).floor())
        return sign * chebyshev(cosine) - 2 * k
    }

    private func chebyshev(_ cosine: Tensor) -> Tensor {
        let square = cosine.square()
        switch multiplier {
        case 1: return cosine
        case 2: return 2 * square - 1
        case 3: return cosine * (4 * square - 3)
        default: return 8 * square * (square - 1) + 1
        }
    }
}
