public import Torch

/// Minimum Margin loss (Wei, Wang, Scotney and Wan, arXiv 1805.06741), added to a classification.
///
///     L = λ (α/2 mean |x_i - c_{y_i}|² + β sum over pairs of centres of [M - |c_i - c_j|²]₊)
///
/// with the centres of center loss, which are trained by gradient descent here, so that both terms move
/// them.
///
/// - **Defaults**: α 0.003, β 1e-6 and M twice the embedding's size, which is the squared distance
///   of two independent embeddings after batch normalisation; `minimum-margin-paper` has α 5e-5,
///   β 5e-8 and M 280.
/// - **Pairs**: each identity of the batch with any other.
/// - **State**: `active`, the fraction of pairs that violate the margin. **Gradient**: exact.
public final class MinimumMarginLoss: ConfigurableLoss {
    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 1, in: 0...1e6,
        "weight relative to the classification loss")
    static let pullKey = LossParameterKey.number(
        "alpha", symbol: "α", default: 0.003, in: 0...1000, "weight of distances to centres"
    ).searched(3e-4...0.03, .logarithmic)
    static let pushKey = LossParameterKey.number(
        "beta", symbol: "β", default: 1e-6, in: 0...1000, "weight of pairs of centres"
    ).searched(1e-7...1e-5, .logarithmic)
    static let marginKey = LossParameterKey.numberOrAuto(
        "M", in: 0...1e8,
        "squared distance that centres should have; auto: twice the embedding's size")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "minimum-margin", title: "Minimum Margin", aliases: ["min-margin", "MML"],
        summary:
            "Embeddings must be close to their centres, and all centres at least a margin apart.",
        paper:
            "X. Wei, H. Wang, B. Scotney, H. Wan. Minimum Margin Loss for Deep Face Recognition. Pattern Recognition 2020 (arXiv 1805.06741)",
        equation:
            "α/2 mean |x - c_y|² + β Σ [M - |c_i - c_j|²]₊ over pairs with an identity of the batch",
        guide: LossGuide(
            normalization: "nothing: distances are between unnormalised embeddings",
            gradient: "exact; centres are trained by it like weights",
            use: "to keep the centres of similar identities apart",
            pitfalls:
                "M must fit the embedding's norm: the paper's 280 is hardly ever active after "
                + "batch normalisation; watch active"),
        parameters: [
            weightKey.parameter, pullKey.parameter, pushKey.parameter, marginKey.parameter,
        ],
        presets: [
            LossPreset(
                "minimum-margin-paper", "the paper's constants",
                ["alpha": 5e-5, "beta": 5e-8, "M": 280])
        ],
        prefersIdentityBatches: false, joinsClassification: true,
        factors: [["weight", "alpha"], ["weight", "beta"]])

    private let weight: Double
    private let pull: Double
    private let push: Double
    private let margin: Double
    private let centers: Tensor

    /// Creates the loss with the parameters of `setup`.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        pull = setup[Self.pullKey]
        push = setup[Self.pushKey]
        margin = setup[Self.marginKey] ?? 2 * Double(setup.embeddingSize)
        centers = setup.initial.normal(
            "centers", [setup.classes, setup.embeddingSize], standardDeviation: 1)
    }

    /// `centers`, which are trained.
    public var state: [StateEntry] { [StateEntry("centers", centers, .weight)] }

    /// The weighted loss of a batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let rows = embeddings.to(centers.type)
        let targetCenters = centers.selected(0, labels)
        let present = Tensor(
            Set(labels.array(of: Int.self)).sorted(), device: labels.device)
        let hinges = hinges(present)
        let loss = (rows - targetCenters).square().sum(1).mean() * (pull / 2) + hinges.sum() * push
        // A centre is not paired with itself.
        let pairs = Double(max(1, present.count * (centers.shape[0] - 1)))
        let active = withoutGradients { (hinges .> 0).sum().item() } / pairs
        return LossOutput(loss: loss * weight, state: [.activeFraction: active])
    }

    /// `[p, c]`: hinges between the centres of the batch's identities and all others; pairs within the
    /// batch count half in each direction.
    private func hinges(_ present: Tensor) -> Tensor {
        let targetCenters = centers.selected(0, present)
        let squares =
            targetCenters.square().sum(1, keep: true) + centers.square().sum(1).unsqueezed(0)
            - 2 * targetCenters.matmul(centers.transposed(0, 1))
        let all = Tensor.range(centers.shape[0], device: centers.device)
        let isSelf = present.unsqueezed(1) .== all.unsqueezed(0)
        let isPresent = Tensor.zeros([centers.shape[0]], type: centers.type, device: centers.device)
            .addingSlices(
                0, present, Tensor.ones([present.count], type: centers.type, device: centers.device)
            )
        return (margin - squares).relu().replacing(with: 0, where: isSelf)
            * (1 - 0.5 * isPresent).unsqueezed(0)
    }
}
