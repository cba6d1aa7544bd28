import Foundation
public import Torch

/// ArcFace: the margin is added to the own class's angle.
///
/// `-log softmax(s ψ)_y` with `ψ_y = cos(θ_y + m)` and `ψ_j = cos θ_j` elsewhere, embeddings and
/// class weights normalised. Where `θ_y + m` passes π the cosine would rise again; by default
/// `cos θ_y - m sin m` takes its place, which falls throughout, as the authors' first code does.
public final class ArcFaceLoss: FaceLoss {
    /// What the loss says of itself.
    public static let descriptor = LossDescriptor(
        name: "arcface", title: "ArcFace",
        summary: "An additive margin on the angle.",
        paper: "Deng et al. 2019, arXiv 1801.07698, Equation 3",
        equation: "-log softmax(s psi)_y, psi_y = cos(theta_y + m), psi_j = cos(theta_j)",
        gradient: "by default the margin is a constant, as in insightface's PyTorch code; "
            + "grad=exact differentiates it",
        parameters: [
            LossParameter("m", .number(default: 0.5, in: 0...1.5), "margin, in radians"),
            .scale(paper: 64), .warmup, .marginGradient(default: .detached),
            LossParameter(
                "beyond", .choice(default: "monotonic", among: Beyond.allCases.map(\.rawValue)),
                "past theta + m = pi: cos(theta) - m sin(m) (monotonic), -1 (clamp), or "
                    + "cos(theta + m) all the same (none)"),
        ])

    /// What stands in for `cos(θ + m)` where the angle passes π.
    enum Beyond: String, CaseIterable {
        case clamp
        case monotonic
        case none
    }

    private let classifier: MarginClassifier
    private let annealing: Annealing
    private let beyond: Beyond

    /// Makes the loss with fresh class weights.
    public init(_ setup: LossSetup) {
        classifier = MarginClassifier(setup, gradient: setup.marginGradient)
        annealing = Annealing(setup, paperScale: 64, target: cos(.pi / 4 + setup.number("m")))
        beyond = Beyond(rawValue: setup.choice("beyond")) ?? .monotonic
    }

    /// `weight` `[c, d]`.
    public var state: [StateEntry] { classifier.state }

    /// The loss of a batch.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        classifier.loss(
            cosines: classifier.cosines(embeddings), labels: labels,
            scale: .number(annealing.scale(progress)), state: annealing.state(progress)
        ) { target($0, margin: annealing.margin(progress)) }
    }

    /// `cos(θ + m)` by the addition theorem, which needs no arc cosine.
    private func target(_ cosine: Tensor, margin: Double) -> Tensor {
        let sine = (1 - cosine.square()).clamped(from: 0).sqrt()
        let shifted = cosine * cos(margin) - sine * sin(margin)
        let within = cosine .> -cos(margin)
        switch beyond {
        case .clamp: return shifted.where(within, else: cosine.filled(like: -1))
        case .monotonic: return shifted.where(within, else: cosine - margin * sin(margin))
        case .none: return shifted
        }
    }
}
