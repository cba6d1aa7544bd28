public import Torch

/// MV-Softmax (Wang, Zhang, Wang, Fu, Shi and Mei, AAAI 2020): classes that are nearer than the
/// target, with its margin, are drawn as nearer still.
///
///     t(θ) = cosθ - m,   cosθ_j -> t cosθ_j + t - 1  where cosθ_j > cosθ_y - m
///
/// The adaptive form with the margin of AM-Softmax, which the paper finds best.
///
/// - **Margin** 0.35 and scale up to 32, **t** 1.2, as in the paper.
/// - **Gradient**: exact; which classes are hard counts as a constant.
public final class MVSoftmaxLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", default: 0.35, in: 0...1, "margin taken off the target's cosine")
    static let factorKey = LossParameterKey.number(
        "t", default: 1.2, in: 1...3, "how much more a hard class counts; 1 for no more")

    /// Description.
    public static let descriptor = LossDescriptor(
        name: "mvsoftmax", title: "MV-Softmax",
        summary: "Classes that are nearer than the target, with its margin, count more.",
        paper:
            "X. Wang et al. Mis-Classified Vector Guided Softmax Loss for Face Recognition. AAAI 2020",
        equation: "AM-Softmax with t cos θ_j + t - 1 for classes with cos θ_j > cos θ_y - m",
        parameters: [
            marginKey.parameter, factorKey.parameter,
        ] + AngularSchedule.parameters)

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let factor: Double

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 32) { $0 - margin }
        factor = setup[Self.factorKey]
    }

    /// The margin of a batch.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let target = batch.targets - margin
        let bound = target.detached().unsqueezed(1)
        return AngularMargin(
            targets: target, scale: .constant(scale), gradient: .exact,
            others: { [factor] cosines in
                (cosines * factor + (factor - 1)).where(cosines .> bound, else: cosines)
            },
            state: ["margin": margin, "scale": scale])
    }
}
