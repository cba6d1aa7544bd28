public import Torch

/// The pairwise term of Marginal Loss (Deng, Zhou and Zafeiriou, CVPR Workshops 2017), added to any
/// classification.
///
///     L = λ / (N² - N) sum over i != j of [ξ - y_ij (θ - |x̂_i - x̂_j|²)]₊
///
/// With the softmax it is ``MarginalLoss``; the only published code, in insightface's history, uses it
/// alone, like `probe+marginal-pairs`. Defaults and conventions are the same as there.
public final class MarginalPairsLoss: ConfigurableLoss {
    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 1, in: 0...1e6, "weight relative to the classification loss"
    ).searched(0.1...10, .logarithmic)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "marginal-pairs", title: "Marginal pairs",
        summary:
            "Pairs of one identity must be closer than a threshold, pairs of two farther apart.",
        paper: "J. Deng, Y. Zhou, S. Zafeiriou. Marginal Loss for Deep Face Recognition. CVPR "
            + "Workshops 2017",
        equation: "λ / (N² - N) Σ_{i≠j} [ξ - y_ij (θ - |x̂_i - x̂_j|²)]₊",
        guide: LossGuide(
            normalization: "embeddings; no tensors of its own",
            gradient: "exact; a zero embedding gets none",
            use: "to add the pairs of Marginal Loss to a margin loss, or with `probe` to train by "
                + "pairs alone",
            pitfalls: "random batches of many identities contain few matching pairs; use P x K "
                + "batches"),
        parameters: [
            weightKey.parameter, MarginalLoss.thetaKey.parameter, MarginalLoss.xiKey.parameter,
        ],
        prefersIdentityBatches: true, joinsClassification: true,
        factors: [["weight"]])

    private let weight: Double
    private let pairs: MarginalPairs

    /// Creates the loss with the parameters of `setup`.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        pairs = MarginalPairs(setup)
    }

    /// Empty: the loss has no tensors of its own.
    public var state: [StateEntry] { [] }

    /// The weighted loss of a batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let (loss, active) = pairs(embeddings, labels)
        return LossOutput(loss: loss * weight, state: [.activeFraction: active])
    }
}
