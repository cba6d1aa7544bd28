public import Torch

/// AM-Softmax, also published as CosFace: the margin is taken off the own class's cosine.
///
/// `-log softmax(s ψ)_y` with `ψ_y = cos θ_y - m` and `ψ_j = cos θ_j` elsewhere, embeddings and
/// class weights normalised. The margin is a constant, so both gradient conventions agree.
public final class AMSoftmaxLoss: FaceLoss {
    /// What the loss says of itself.
    public static let descriptor = LossDescriptor(
        name: "amsoftmax", title: "AM-Softmax",
        summary: "An additive margin on the cosine (CosFace).",
        paper: "Wang et al. 2018, arXiv 1801.05599 (and CosFace, arXiv 1801.09414)",
        equation: "-log softmax(s psi)_y, psi_y = cos(theta_y) - m, psi_j = cos(theta_j)",
        gradient: "exact",
        parameters: [
            LossParameter("m", .number(default: 0.35, in: 0...1), "margin, in cosine"),
            .scale(paper: 30), .warmup,
        ])

    private let classifier: MarginClassifier
    private let annealing: Annealing

    /// Makes the loss with fresh class weights.
    public init(_ setup: LossSetup) {
        classifier = MarginClassifier(setup, gradient: .exact)
        annealing = Annealing(
            setup, paperScale: 30, target: 0.5.squareRoot() - setup.number("m"))
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
        ) { $0 - annealing.margin(progress) }
    }
}
