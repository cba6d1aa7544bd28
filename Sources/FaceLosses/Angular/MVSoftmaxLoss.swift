public import Torch

/// MV-Softmax (Wang, Zhang, Wang, Fu, Shi and Mei, AAAI 2020): classes that are nearer than the target,
/// with its margin, are treated as even nearer.
///
///     t(θ) = cosθ - m,   cosθ_j -> t cosθ_j + t - 1  where cosθ_j > cosθ_y - m
///
/// The adaptive form with the margin of AM-Softmax (MV-AM-Softmax-a).
///
/// - **Margin** 0.35 and scale up to 32. **t** 1.2 is the paper's 0.2 and 1: its authors' code,
///   SV-X-Softmax, writes (t + 1) cosθ_j + t with t 0.2; FaceX-Zoo writes it as here, with 1.12.
/// - **Easy**: a distant target keeps its cosine: in the authors' code, `easy=obtuse`, from 90 degrees on;
///   in FaceX-Zoo's, `easy=yes`, if its cosine is at most m.
/// - **Gradient**: exact; the choice of hard classes is treated as a constant.
public final class MVSoftmaxLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.35, in: 0...1,
        "margin subtracted from the target cosine"
    ).searched(0.1...0.6)
    static let factorKey = LossParameterKey.number(
        "t", default: 1.2, in: 1...3, "weight of hard classes; 1 for the same as others"
    ).searched(1...1.5)

    /// The rule by which targets keep their cosines.
    enum Easy: String, CaseIterable, Sendable {
        case no, yes, obtuse
    }

    static let easyKey = LossParameterKey.word(
        "easy", default: Easy.no,
        "whether a target keeps its cosine: yes where that is at most m, obtuse from 90 degrees on")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "mvsoftmax", title: "MV-Softmax", aliases: ["MV-AM-Softmax"],
        summary: "Classes closer than the target with its margin get a larger weight.",
        paper:
            "X. Wang et al. Mis-Classified Vector Guided Softmax Loss for Face Recognition. AAAI 2020",
        equation: "AM-Softmax with t cos θ_j + t - 1 for classes with cos θ_j > cos θ_y - m",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "exact; which classes are hard counts as a constant",
            use: "sets with many similar identities",
            pitfalls: "early in training nearly every class is hard, so that the loss starts high"),
        parameters: [
            marginKey.parameter, factorKey.parameter, easyKey.parameter,
        ] + AngularSchedule.parameters,
        presets: [
            LossPreset(
                "mvsoftmax-paper", "the paper's constants from the first step",
                AngularSchedule.constant(scale: 32, margin: 0.35)),
            LossPreset(
                "facexzoo-mvsoftmax", "as in FaceX-Zoo: the margin only for cosines above m",
                AngularSchedule.constant(scale: 32, margin: 0.35, ["t": 1.12, "easy": "yes"])),
            LossPreset(
                "svx-mvsoftmax", aliases: ["SV-X-Softmax"],
                "MV-AM of the authors' code, SV-X-Softmax: (t + 1) cos θ_j + t with t 0.2, the "
                    + "margin only for positive cosines",
                AngularSchedule.constant(scale: 32, margin: 0.35, ["easy": "obtuse"])),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let factor: Double
    private let easy: Easy

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 32) { $0 - margin }
        factor = setup[Self.factorKey]
        easy = setup[Self.easyKey]
    }

    /// Target cosines with the margin, and the modification of hard classes.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let lowered = batch.targetCosines - margin
        let target =
            switch easy {
            case .no: lowered
            case .yes: lowered.where(lowered .> 0, else: batch.targetCosines)
            case .obtuse: lowered.where(batch.targetCosines .> 0, else: batch.targetCosines)
            }
        let bound = lowered.detached().unsqueezed(1)
        return AngularMargin(
            targetCosines: target, scale: .constant(scale), gradient: .exact,
            nonTargets: { [factor] cosines in
                (cosines * factor + (factor - 1)).where(cosines .> bound, else: cosines)
            },
            state: [.margin: margin, .scale: scale])
    }
}
