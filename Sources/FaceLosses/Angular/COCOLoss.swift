import Foundation
public import Torch

/// Congenerous Cosine (COCO; Liu, Li and Wang 2017, arXiv 1710.00870): the softmax of scaled cosines with a
/// scale derived from the number of classes.
///
///     L = -log( e^(s cosθ_y) / sum over j of e^(s cosθ_j) ),   s = 1/2 ln((C - 1) / (e^ε - 1))
///
/// s is the smallest scale at which the loss of a perfect sample (cosθ_y = 1, all others -1) is ε: ln(1 +
/// (C - 1) e^(-2 s)) = ε.
///
/// - **ε** 1e-4; `s` sets the scale itself.
/// - **Centroids** are trained weights, or with `centroids=batch` the directions of the batch's mean
///   embeddings by identity, as in the earlier paper (arXiv 1702.06890; the preset `coco-batch` also has
///   its scale, 1), in which case only the identities of the batch are compared and P x K batches are
///   needed. Class weights are then trained separately, only for classification.
/// - **Gradient**: exact.
public final class COCOLoss: ConfigurableLoss {
    /// How an identity's centroid is determined.
    enum Centroids: String, CaseIterable, Sendable {
        case learnt, batch
    }

    static let epsilonKey = LossParameterKey.number(
        "eps", symbol: "ε", default: 1e-4, in: 1e-12...1, "loss of a perfect sample")
    static let scaleKey = LossParameterKey.numberOrAuto(
        "s", aliases: ["scale"], in: 1...1000, "scale; auto: ½ ln((classes - 1) / (e^ε - 1))"
    ).searched(4...64, .logarithmic)
    static let centroidsKey = LossParameterKey.word(
        "centroids", default: Centroids.learnt, "trained weights, or means of the batch")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "coco", title: "COCO", aliases: ["congenerous cosine"],
        summary: "Softmax of cosines, with a scale that suffices for the number of classes.",
        paper: "Y. Liu, H. Li, X. Wang. Rethinking Feature Discrimination and Polymerization for "
            + "Large-scale Recognition. arXiv 1710.00870, 2017",
        equation: "-log( e^(s cos θ_y) / Σ_j e^(s cos θ_j) ), s = ½ ln((C - 1) / (e^ε - 1))",
        guide: LossGuide(
            normalization: "embeddings and centroids; no bias",
            gradient: "exact, through the means of the batch too",
            use: "a softmax of cosines whose scale follows from the number of classes",
            pitfalls: "the scale suffices only if other classes reach a cosine of -1, which many "
                + "classes cannot: expect a loss well above ε; centroids=batch sees no identity "
                + "outside the batch"),
        parameters: [epsilonKey.parameter, scaleKey.parameter, centroidsKey.parameter],
        presets: [
            LossPreset(
                "coco-batch", "arXiv 1702.06890: means of the batch, no scale",
                ["centroids": "batch", "s": 1])
        ],
        identityBatchValues: ["centroids": "batch"])

    private let weight: Tensor
    private let scale: Double
    private let centroids: Centroids

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        weight = setup.directionWeights()
        centroids = setup[Self.centroidsKey]
        let nonTargetCount = Double(max(2, setup.classes) - 1)
        scale =
            setup[Self.scaleKey]
            ?? max(1, 0.5 * log(nonTargetCount / expm1(setup[Self.epsilonKey])))
    }

    /// Number of classes (identities).
    public var classCount: Int? { weight.shape[0] }

    /// State for checkpoints: `weight`.
    public var state: [StateEntry] { [StateEntry("weight", weight, .weight)] }

    /// The mean cross-entropy of the scaled cosines.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let rows = embeddings.to(weight.type)
        let unitEmbeddings = rows.l2Normalized()
        let logits = unitEmbeddings.linear(weight: weight.l2Normalized()) * scale
        switch centroids {
        case .learnt:
            return LossOutput(
                loss: logits.crossEntropy(labels: labels), logits: logits, state: [.scale: scale])
        case .batch:
            let loss = ofBatch(rows, unitEmbeddings, labels)
            // The weights are trained separately, only for classification.
            let side = (unitEmbeddings.detached().linear(weight: weight.l2Normalized()) * scale)
                .crossEntropy(labels: labels)
            return LossOutput(
                loss: loss + (side - side.detached()), logits: logits, state: [.scale: scale])
        }
    }

    /// The cross-entropy over the identities of the batch.
    private func ofBatch(_ rows: Tensor, _ unitEmbeddings: Tensor, _ labels: Tensor) -> Tensor {
        let identities = BatchIdentities(labels)
        let means = identities.means(of: rows).l2Normalized()
        return (unitEmbeddings.linear(weight: means) * scale)
            .crossEntropy(labels: identities.positions)
    }
}
