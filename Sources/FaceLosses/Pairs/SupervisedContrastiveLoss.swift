public import Torch

/// Supervised contrastive loss (Khosla et al., NeurIPS 2020, equation 2, L_out), added to a classification.
///
///     L = λ mean over anchors a of -1/|P(a)| sum over p in P(a) of
///         log( e^(cos_ap / τ) / sum over j != a of e^(cos_aj / τ) )
///
/// over anchors with at least one other sample P(a) of their identity. **Defaults**: τ 0.1, λ 1. Needs P x
/// K batches.
public final class SupervisedContrastiveLoss: ConfigurableLoss {
    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 1, in: 0...1e6,
        "weight relative to the classification loss"
    ).searched(0.1...10, .logarithmic)
    static let temperatureKey = LossParameterKey.number(
        "tau", symbol: "τ", aliases: ["temperature"], default: 0.1, in: 0.001...10,
        "temperature of the similarities"
    ).searched(0.03...0.5, .logarithmic)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "supcon", title: "Supervised contrastive",
        summary:
            "Among all other samples of the batch, those of the identity must be the most similar.",
        paper: "P. Khosla et al. Supervised Contrastive Learning. NeurIPS 2020, equation 2",
        equation:
            "mean over anchors of -1/|P| Σ_{p∈P} log( e^(cos_ap / τ) / Σ_{j≠a} e^(cos_aj / τ) )",
        guide: LossGuide(
            normalization: "embeddings",
            gradient: "exact",
            use: "large P x K batches",
            pitfalls:
                "small batches have few negatives; a low temperature looks at the hardest only"),
        parameters: [weightKey.parameter, temperatureKey.parameter],
        presets: [LossPreset("pml-supcon", "pytorch-metric-learning's is the same")],
        prefersIdentityBatches: true, joinsClassification: true,
        factors: [["weight"]])

    private let weight: Double
    private let temperature: Double

    /// Creates the loss with the parameters of `setup`.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        temperature = setup[Self.temperatureKey]
    }

    /// Empty: the loss has no tensors of its own.
    public var state: [StateEntry] { [] }

    /// The weighted loss of a batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        guard labels.count > 1 else {
            return LossOutput(loss: embeddings.sum() * 0)
        }
        let unitEmbeddings = embeddings.l2Normalized()
        let logits = unitEmbeddings.matmul(unitEmbeddings.transposed(0, 1)) / temperature
        let indices = Tensor.range(labels.count, device: labels.device)
        let isSelf = indices.unsqueezed(1) .== indices.unsqueezed(0)
        let logProbabilities =
            logits - logits.replacing(with: -1e9, where: isSelf).logSumExp(1, keep: true)
        let positives = PairwiseDistances(unitEmbeddings, labels).isPositive.to(logits.type)
        let counts = positives.sum(1)
        let anchors = (counts .> 0).to(logits.type)
        let losses = (logProbabilities * positives).sum(1) / counts.clamped(from: 1)
        return LossOutput(loss: losses.sum() / anchors.sum().clamped(from: 1) * -weight)
    }
}
