public import Torch

/// Contrastive loss (Hadsell, Chopra and LeCun, CVPR 2006), added to a classification, as in
/// DeepID2.
///
///     L = λ/2 (mean over pairs of one identity of d² + mean over pairs of two of [m - d]₊²)
///
/// with d = |x̂_i - x̂_j| of normalised embeddings, 0 ... 2. Each kind of pair has its own mean, because a
/// batch has far more pairs of two identities.
///
/// - **Defaults**: m 1, λ 0.05 of DeepID2 (Sun et al., NIPS 2014). With 1 the attraction of positive pairs
///   outweighs the classification at the beginning, and little is learnt. Needs P x K batches.
/// - **Form**: `linear` uses d and [m - d]₊ without squares.
/// - **Mean**: `active` divides by the number of nonzero terms, so that the loss does not vanish as fewer
///   and fewer pairs violate the margin.
/// - **State**: `active`, the fraction of pairs of two identities that violate the margin.
public final class ContrastiveLoss: ConfigurableLoss {
    /// Whether terms are squared.
    enum Form: String, CaseIterable, Sendable {
        case squared, linear
    }

    /// The terms over which the mean is taken.
    enum Mean: String, CaseIterable, Sendable {
        case pairs, active
    }

    static let formKey = LossParameterKey.word(
        "form", default: Form.squared, "whether distances and what they lack are squared")
    static let meanKey = LossParameterKey.word(
        "mean", default: Mean.pairs, "over all pairs, or over those that are not 0")
    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 0.05, in: 0...1e6,
        "weight relative to the classification loss"
    ).searched(0.005...0.5, .logarithmic)
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 1, in: 0...2,
        "distance that pairs of two identities should have"
    ).searched(0.5...1.5)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "contrastive", title: "Contrastive",
        summary: "Pairs of one identity must be close, pairs of two farther apart than a margin.",
        paper:
            "R. Hadsell, S. Chopra, Y. LeCun. Dimensionality Reduction by Learning an Invariant Mapping. CVPR 2006",
        equation: "½ mean over positive pairs of d² + ½ mean over negative pairs of [m - d]₊²",
        guide: LossGuide(
            normalization: "embeddings",
            gradient: "exact, but for distances below 1e-6, which get none",
            use: "few identities, or pairs without identities in mind",
            pitfalls:
                "nearly all negative pairs are soon far enough apart (watch active); a weight near 1 keeps "
                + "the classification from starting"),
        parameters: [
            weightKey.parameter, marginKey.parameter, formKey.parameter, meanKey.parameter,
        ],
        presets: [
            LossPreset(
                "pml-contrastive", "as in pytorch-metric-learning",
                ["weight": 2, "form": "linear", "mean": "active"])
        ],
        prefersIdentityBatches: true, joinsClassification: true,
        factors: [["weight"]])

    private let weight: Double
    private let margin: Double
    private let form: Form
    private let mean: Mean

    /// Creates the loss with the parameters of `setup`.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        margin = setup[Self.marginKey]
        form = setup[Self.formKey]
        mean = setup[Self.meanKey]
    }

    /// Empty: the loss has no tensors of its own.
    public var state: [StateEntry] { [] }

    /// The weighted loss of a batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let pairs = PairwiseDistances(embeddings.l2Normalized(), labels)
        // The square root has no finite derivative at 0; two equal embeddings of two identities get none.
        let distances = pairs.squares.clamped(from: 1e-12).sqrt()
        let hinges = (margin - distances).relu()
        let loss: Tensor =
            switch form {
            case .squared:
                mean(pairs.squares, pairs.isPositive) + mean(hinges.square(), pairs.isNegative)
            case .linear: mean(distances, pairs.isPositive) + mean(hinges, pairs.isNegative)
            }
        let active = withoutGradients {
            ((hinges .> 0) .& pairs.isNegative).sum().item()
                / max(1, pairs.isNegative.sum().item())
        }
        return LossOutput(loss: loss * (weight / 2), state: [.activeFraction: active])
    }

    /// The mean over the pairs of a mask; 0 over none.
    private func mean(_ values: Tensor, _ mask: Tensor) -> Tensor {
        let counted = (mean == .active ? mask .& (values.detached() .> 0) : mask).to(values.type)
        return (values * counted).sum() / counted.sum().clamped(from: 1)
    }
}
