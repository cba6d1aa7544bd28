public import Torch

/// Triplet loss (Schroff, Kalenichenko and Philbin, CVPR 2015), added to a classification.
///
///     L = λ mean over triplets of [d(a, p) - d(a, n) + α]₊,   d = |x̂ - x̂'|²
///
/// with normalised embeddings, over these triplets of the batch:
///
/// - `semihard` (the paper's): for each pair of an anchor and a positive, the nearest negative that is
///   farther than the positive. The paper does not specify what to do without one; as in TensorFlow's
///   `triplet_semihard_loss`, the farthest negative is then used.
/// - `hard` (Hermans et al. 2017, batch hard): for each anchor, the farthest positive and the
///   nearest negative.
/// - `all`: all triplets that are not satisfied.
///
/// With `distance=euclidean` d is not squared. The choice of triplets depends only on distances, so that
/// the loss is deterministic; the gradient treats the choice as a constant. **Defaults**: α 0.2, semi-hard,
/// squared. It needs P x K batches; without a triplet it is 0. **State**: `active`, the fraction of
/// triplets that are not satisfied.
public final class TripletLoss: ConfigurableLoss {
    enum Mining: String, CaseIterable, Sendable {
        case semihard, hard, all
    }

    enum Distance: String, CaseIterable, Sendable {
        case squared, euclidean
    }

    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 1, in: 0...1e6,
        "weight relative to the classification loss"
    ).searched(0.1...10, .logarithmic)
    static let marginKey = LossParameterKey.number(
        "alpha", symbol: "α", aliases: ["margin"], default: 0.2, in: 0...4,
        "margin between distances"
    ).searched(0.1...0.5)
    static let miningKey = LossParameterKey.word(
        "mining", default: Mining.semihard, "which triplets of the batch are used")
    static let distanceKey = LossParameterKey.word(
        "distance", default: Distance.squared, "whether distances are squared")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "triplet", title: "Triplet", aliases: ["triplet margin", "triplet semi-hard"],
        summary:
            "Each embedding must be closer to one of its identity than to one of another, by a margin.",
        paper:
            "F. Schroff, D. Kalenichenko, J. Philbin. FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015",
        equation: "mean [|x̂_a - x̂_p|² - |x̂_a - x̂_n|² + α]₊",
        guide: LossGuide(
            normalization: "embeddings",
            gradient: "exact, through the triplets that were chosen",
            use: "when there are too many identities for class weights, or beside a classification",
            pitfalls:
                "with mining=hard and no classification, all embeddings may collapse to a single point, "
                + "where the loss stays at α; random batches have no positives"),
        parameters: [
            weightKey.parameter, marginKey.parameter, miningKey.parameter, distanceKey.parameter,
        ],
        presets: [
            LossPreset(
                "batch-hard", aliases: ["triplet hard", "batch-hard triplet"],
                "Hermans et al. 2017: the hardest triplet of each anchor",
                ["mining": "hard", "distance": "euclidean"]),
            LossPreset(
                "pml-triplet", "as in pytorch-metric-learning",
                ["alpha": 0.05, "mining": "all", "distance": "euclidean"]),
        ],
        prefersIdentityBatches: true, joinsClassification: true,
        factors: [["weight"]])

    private let weight: Double
    private let margin: Double
    private let mining: Mining
    private let distance: Distance

    /// Creates the loss with the parameters of `setup`.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        margin = setup[Self.marginKey]
        mining = setup[Self.miningKey]
        distance = setup[Self.distanceKey]
    }

    /// Empty: the loss has no tensors of its own.
    public var state: [StateEntry] { [] }

    /// The weighted loss of a batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let triplets = BatchTriplets(embeddings.l2Normalized(), labels)
        guard triplets.isAny else {
            return LossOutput(loss: embeddings.sum() * 0, state: [.activeFraction: 0])
        }
        let (positiveDistances, negativeDistances, counts) =
            switch mining {
            case .semihard: triplets.semihard()
            case .hard: triplets.hard()
            case .all: triplets.all()
            }
        let hinges = (measured(positiveDistances) - measured(negativeDistances) + margin).relu()
            .replacing(with: 0, where: counts .== 0)
        let active = withoutGradients { (hinges.detached() .> 0).sum().item() }
        let total = counts.sum().item()
        return LossOutput(
            loss: hinges.sum() / max(1, mining == .all ? active : total) * weight,
            state: [.activeFraction: active / max(1, total)])
    }

    private func measured(_ squares: Tensor) -> Tensor {
        // The square root has no finite derivative at 0: equal embeddings get no gradient.
        distance == .squared ? squares : squares.clamped(from: 1e-12).sqrt()
    }
}

/// The triplets of a batch, based on its pairs of an anchor and a positive.
private struct BatchTriplets {
    /// Squared distances of an anchor and a positive, of an anchor and a negative, and 1 if there
    /// is such a triplet, in shapes that broadcast.
    typealias Distances = (positiveDistances: Tensor, negativeDistances: Tensor, counts: Tensor)

    /// Squared distances `[n, n]`.
    private let squares: Tensor
    private let isPositive: Tensor
    private let isNegative: Tensor
    /// Anchors and positives `[p]` of all pairs of one identity.
    private let anchors: Tensor
    private let positives: Tensor

    /// Whether there is a triplet.
    let isAny: Bool

    init(_ unitEmbeddings: Tensor, _ labels: Tensor) {
        let pairs = PairwiseDistances(unitEmbeddings, labels)
        (squares, isPositive, isNegative) = (pairs.squares, pairs.isPositive, pairs.isNegative)
        let members = BatchIdentities(labels).members
        var (first, second): ([Int], [Int]) = ([], [])
        for rows in members {
            for anchor in rows {
                for positive in rows where positive != anchor {
                    first.append(anchor)
                    second.append(positive)
                }
            }
        }
        anchors = Tensor(first, device: labels.device)
        positives = Tensor(second, device: labels.device)
        isAny = !first.isEmpty && members.count > 1
    }

    /// `[p, 1]`: distances of the pairs.
    private var positiveDistances: Tensor {
        squares.selected(0, anchors).gathered(1, positives.unsqueezed(1))
    }

    /// `[p, n]`: each pair's anchor with all samples, and whether that is a negative.
    private var negativeDistances: (squares: Tensor, isNegative: Tensor) {
        (squares.selected(0, anchors), isNegative.selected(0, anchors))
    }

    /// Semi-hard triplets: `[p, 1]` each.
    func semihard() -> Distances {
        let (squares, isNegative) = negativeDistances
        let isFarther = isNegative .& (squares .> positiveDistances)
        let nearest = squares.where(isFarther, else: squares.filled(like: .infinity))
            .min(1, keep: true)
        let farthest = squares.where(isNegative, else: squares.filled(like: -1))
            .max(1, keep: true)
        return (
            positiveDistances, nearest.where(nearest .< .infinity, else: farthest),
            positiveDistances.filled(like: 1)
        )
    }

    /// Hardest triplet of each anchor: `[n]` each.
    func hard() -> Distances {
        let farthest = squares.where(isPositive, else: squares.filled(like: -1)).max(1)
        let nearest = squares.where(isNegative, else: squares.filled(like: 9)).min(1)
        let isTriplet = (farthest .>= 0) .& (nearest .< 9)
        return (farthest, nearest, isTriplet.to(squares.type))
    }

    /// `[p, 1]` and `[p, n]`.
    func all() -> Distances {
        let (squares, isNegative) = negativeDistances
        return (positiveDistances, squares, isNegative.to(squares.type))
    }
}
