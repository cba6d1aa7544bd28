public import Torch

/// Triplet loss (Schroff, Kalenichenko and Philbin, CVPR 2015), beside a classification.
///
///     L = λ mean over triplets of [|x̂_a - x̂_p|² - |x̂_a - x̂_n|² + α]₊
///
/// with normalised embeddings, over these triplets of the batch:
///
/// - `semihard` (the paper's): for each pair of an anchor and a positive, the nearest negative that
///   is farther than the positive; where there is none, the farthest negative.
/// - `hard` (Hermans et al. 2017, batch hard): for each anchor, the farthest positive and the
///   nearest negative.
/// - `all`: all triplets that are not satisfied.
///
/// Which triplets are taken depends on distances alone, so the loss is deterministic; the choice is
/// held constant in the gradient. **Defaults**: α 0.2, semi-hard. It wants P x K batches; without a
/// triplet it is 0.
public final class TripletLoss: ConfigurableLoss {
    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 1, in: 0...1e6,
        "weight beside the classification")
    /// Which triplets count.
    enum Mining: String, CaseIterable, Sendable {
        case semihard, hard, all
    }

    static let marginKey = LossParameterKey.number(
        "alpha", symbol: "α", default: 0.2, in: 0...4, "margin between squared distances")
    static let miningKey = LossParameterKey.word(
        "mining", default: Mining.semihard, "which triplets of the batch count")

    /// Description.
    public static let descriptor = LossDescriptor(
        name: "triplet", title: "Triplet",
        summary:
            "Each embedding must be nearer to one of its identity than to one of another, by a margin.",
        paper:
            "F. Schroff, D. Kalenichenko, J. Philbin. FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015",
        equation: "mean [|x̂_a - x̂_p|² - |x̂_a - x̂_n|² + α]₊",
        parameters: [weightKey.parameter, marginKey.parameter, miningKey.parameter],
        prefersIdentityBatches: true, joinsClassification: true)

    private let weight: Double
    private let margin: Double
    private let mining: Mining

    /// Creates the loss.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        margin = setup[Self.marginKey]
        mining = setup[Self.miningKey]
    }

    /// Nothing: the loss has no tensors of its own.
    public var state: [StateEntry] { [] }

    /// The loss of the batch, with its weight.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let pairs = PairwiseDistances(embeddings.l2Normalized(), labels)
        let (hinges, counts) =
            switch mining {
            case .semihard: semihard(pairs)
            case .hard: hard(pairs)
            case .all: all(pairs)
            }
        let active = withoutGradients { (hinges.detached() .> 0).to(.float32) }
        let total = withoutGradients {
            mining == .all ? active.sum() : counts.to(.float32).sum()
        }
        return LossOutput(
            loss: hinges.sum() / Swift.max(1, total.item()) * weight,
            state: [
                "active": (active.sum() / Swift.max(1, counts.to(.float32).sum().item())).item()
            ])
    }

    private typealias Hinges = (values: Tensor, isTriplet: Tensor)

    /// `[n, n]`: anchor by positive.
    private func semihard(_ pairs: PairwiseDistances) -> Hinges {
        let own = pairs.squares.unsqueezed(2)
        let others = pairs.squares.unsqueezed(1)
        let isFarther = pairs.isNegative.unsqueezed(1) .& (others .> own)
        let nearest = others.expanded(Self.cube(pairs))
            .replacing(with: .infinity, where: Self.not(isFarther)).min(2)
        let farthest = pairs.squares.replacing(with: -1, where: Self.not(pairs.isNegative))
            .max(1, keep: true).expanded(pairs.squares.shape)
        let negative = nearest.where(nearest .< .infinity, else: farthest)
        let hasNegative = farthest .>= 0
        return select(pairs.squares - negative + margin, where: pairs.isPositive .& hasNegative)
    }

    /// `[n]`: anchors.
    private func hard(_ pairs: PairwiseDistances) -> Hinges {
        let positive = pairs.squares.replacing(with: -1, where: Self.not(pairs.isPositive)).max(1)
        let negative = pairs.squares.replacing(with: 9, where: Self.not(pairs.isNegative)).min(1)
        return select(
            positive - negative + margin, where: (positive .>= 0) .& (negative .< 9))
    }

    /// `[n, n, n]`: anchor by positive by negative.
    private func all(_ pairs: PairwiseDistances) -> Hinges {
        select(
            pairs.squares.unsqueezed(2) - pairs.squares.unsqueezed(1) + margin,
            where: pairs.isPositive.unsqueezed(2) .& pairs.isNegative.unsqueezed(1))
    }

    private func select(_ values: Tensor, where isTriplet: Tensor) -> Hinges {
        (values.relu().replacing(with: 0, where: Self.not(isTriplet)), isTriplet)
    }

    private static func cube(_ pairs: PairwiseDistances) -> [Int] {
        Array(repeating: pairs.squares.shape[0], count: 3)
    }

    private static func not(_ mask: Tensor) -> Tensor { mask.to(.float32) .== 0 }
}
