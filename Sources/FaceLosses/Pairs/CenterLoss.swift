public import Torch

/// Center loss (Wen, Zhang, Li and Qiao, ECCV 2016), added to a classification.
///
///     L = λ/2 mean |x_i - c_{y_i}|²
///     c_j <- c_j - α sum over y_i = j of (c_j - x_i) / (1 + n_j)   (equation 4)
///
/// - **Defaults** λ 0.003 and α 0.5, as in the paper.
/// - **State**: `centers` `[c, d]`, a buffer that starts at 0 and is updated by its own rule with every
///   training batch, after it has been used.
/// - **Gradient**: exact, with respect to embeddings only. The loss depends on the embedding's norm.
public final class CenterLoss: ConfigurableLoss {
    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 0.003, in: 0...1e6,
        "weight relative to the classification loss"
    ).searched(3e-4...0.03, .logarithmic)
    static let rateKey = LossParameterKey.number(
        "alpha", symbol: "α", default: 0.5, in: 0...1, "rate at which centres follow")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "center", title: "Center",
        summary: "Each embedding must be close to the centre of its identity.",
        paper:
            "Y. Wen, K. Zhang, Z. Li, Y. Qiao. A Discriminative Feature Learning Approach for Deep Face Recognition. ECCV 2016",
        equation: "λ/2 mean |x - c_y|², c_j -= α Σ_{y=j} (c_j - x) / (1 + n_j)",
        guide: LossGuide(
            normalization: "nothing: distances are between unnormalised embeddings",
            gradient: "of embeddings only; centres follow their own rule, after their use",
            use: "beside a softmax, to draw the images of an identity together",
            pitfalls:
                "alone it pulls everything to 0; λ depends on the embedding's norm, and centres "
                + "of rare identities lag"),
        parameters: [weightKey.parameter, rateKey.parameter],
        prefersIdentityBatches: false, joinsClassification: true,
        factors: [["weight"]])

    private let weight: Double
    private let rate: Double
    private let centers: Tensor

    /// Creates the loss with the parameters of `setup`.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        rate = setup[Self.rateKey]
        centers = Tensor.zeros(
            [setup.classes, setup.embeddingSize], type: setup.initial.type,
            device: setup.initial.device)
    }

    /// State for checkpoints: `centers`.
    public var state: [StateEntry] { [StateEntry("centers", centers, .buffer)] }

    /// The weighted loss of a batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let rows = embeddings.to(centers.type)
        let offsets = rows - centers.selected(0, labels)
        let squares = offsets.square().sum(1)
        if embeddings.requiresGradient { withoutGradients { move(offsets, labels) } }
        return LossOutput(
            loss: squares.mean() * (weight / 2), state: [.distance: squares.mean().item()])
    }

    /// Moves the centres of the batch's identities towards their samples.
    private func move(_ offsets: Tensor, _ labels: Tensor) {
        let none = centers.filled(like: 0)
        let counts = centers.filled(like: 0, shape: [centers.shape[0], 1]).addingSlices(
            0, labels, offsets.filled(like: 1, shape: [labels.count, 1]))
        centers.assign(
            centers + none.addingSlices(0, labels, offsets) * rate / (counts + 1))
    }
}
