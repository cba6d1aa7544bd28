public import Torch

/// Marginal Loss (Deng, Zhou and Zafeiriou, CVPR Workshops 2017): softmax, plus a threshold with a margin
/// that separates distances within and between identities.
///
///     L = L_softmax + λ L_m
///     L_m = 1 / (N² - N) sum over i != j of [ξ - y_ij (θ - |x̂_i - x̂_j|²)]₊
///
/// with normalised embeddings x̂, and y_ij = 1 for one identity and -1 for two. Squared distances
/// are 0 to 4, so those of one identity should be less than θ - ξ, those of two more than θ + ξ.
///
/// - **Defaults** θ 1.2, ξ 0.3 and λ 1 are those of the only published code, in insightface's history,
///   which has only L_m.
/// - **Normalisation**: embeddings in L_m only; the softmax has free weights and a bias.
/// - **Batches**: random batches of many identities hardly contain a matching pair, so the loss needs P x K
///   batches. In a batch of one sample, L_m is 0.
/// - **Gradient**: exact; a zero embedding gets none from L_m.
public final class MarginalLoss: ConfigurableLoss {
    static let thetaKey = LossParameterKey.number(
        "theta", symbol: "θ", default: 1.2, in: 0...4,
        "squared distance that separates pairs of one identity from pairs of two"
    ).searched(0.8...1.6)
    static let xiKey = LossParameterKey.number(
        "xi", symbol: "ξ", default: 0.3, in: 0...4, "margin on both sides of theta"
    ).searched(0.1...0.6)
    static let lambdaKey = LossParameterKey.number(
        "lambda", symbol: "λ", default: 1, in: 0...1000, "weight of the pairs beside the softmax"
    ).searched(0.1...10, .logarithmic)

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "marginal", title: "Marginal Loss",
        summary:
            "Pairs of one identity must be closer than a threshold, pairs of two farther apart, "
            + "beside the softmax.",
        paper: "J. Deng, Y. Zhou, S. Zafeiriou. Marginal Loss for Deep Face Recognition. CVPR "
            + "Workshops 2017",
        equation: "L_softmax + λ / (N² - N) Σ_{i≠j} [ξ - y_ij (θ - |x̂_i - x̂_j|²)]₊",
        guide: LossGuide(
            normalization:
                "embeddings for the pairs; the softmax has free class weights and a bias",
            gradient: "exact; a zero embedding gets none from the pairs",
            use: "beside a softmax, when batches have several images of an identity",
            pitfalls:
                "random batches of many identities contain few matching pairs; use P x K batches"),
        parameters: [thetaKey.parameter, xiKey.parameter, lambdaKey.parameter],
        prefersIdentityBatches: true, factors: [["lambda"]])

    private let classifier: LinearClassifier
    private let pairs: MarginalPairs
    private let lambda: Double

    /// Creates the loss with small random weights.
    public init(_ setup: LossSetup) {
        classifier = LinearClassifier(setup)
        pairs = MarginalPairs(setup)
        lambda = setup[Self.lambdaKey]
    }

    /// Number of classes (identities).
    public var classCount: Int? { classifier.classes }

    /// `weight` and `bias` of the softmax.
    public var state: [StateEntry] { classifier.state }

    /// The softmax's mean cross-entropy and the weighted mean over pairs.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let logits = classifier(embeddings)
        let (marginal, active) = pairs(embeddings.to(logits.type), labels)
        return LossOutput(
            loss: logits.crossEntropy(labels: labels) + lambda * marginal, logits: logits,
            state: [.activeFraction: active, .term("marginal"): marginal.item()])
    }
}

/// L_m, the pairwise term of Marginal Loss.
struct MarginalPairs {
    private let theta: Double
    private let xi: Double

    init(_ setup: LossSetup) {
        theta = setup[MarginalLoss.thetaKey]
        xi = setup[MarginalLoss.xiKey]
    }

    /// The mean over ordered pairs, and the fraction of them that violate the margin.
    func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> (loss: Tensor, active: Double) {
        let hinges = hinges(embeddings, labels)
        let pairs = Double(max(1, labels.count * (labels.count - 1)))
        let active = withoutGradients { (hinges .> 0).sum().item() } / pairs
        return (hinges.sum() / pairs, active)
    }

    /// The hinge of each ordered pair `[n, n]`; 0 on the diagonal.
    private func hinges(_ embeddings: Tensor, _ labels: Tensor) -> Tensor {
        let unitEmbeddings = embeddings.l2Normalized()
        // Not 2 - 2 cos: a zero embedding has no direction, and distance 1 from all others.
        let squares = unitEmbeddings.square().sum(1)
        let distances =
            squares.unsqueezed(1) + squares.unsqueezed(0)
            - 2 * unitEmbeddings.matmul(unitEmbeddings.transposed(0, 1))
        let isSame = labels.unsqueezed(1) .== labels.unsqueezed(0)
        let signs = isSame.to(embeddings.type) * 2 - 1
        let indices = Tensor.range(labels.count, device: labels.device)
        return (xi - signs * (theta - distances)).relu()
            .replacing(with: 0, where: indices.unsqueezed(1) .== indices.unsqueezed(0))
    }
}
