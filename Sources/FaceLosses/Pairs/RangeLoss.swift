public import Torch

/// Range loss (Zhang, Fang, Wen, Li and Qiao, ICCV 2017), added to a classification.
///
///     L = λ (α sum over identities of k / sum over r = 1...k of 1 / D_r
///            + β [M - min over identities of |μ_i - μ_j|²]₊)
///
/// with the harmonic mean of the k largest squared distances D within an identity of the batch, and the
/// means μ of identities in the batch. An identity with fewer than k pairs uses all of them.
///
/// - **Norm**: distances are between unnormalised embeddings. After a batch normalisation of 512 they are
///   about 1,024, so the paper's M of 2e4 can never be reached: `range-paper` has its constants,
///   and the defaults are M twice the embedding's size, the squared distance of two independent
///   embeddings of that norm, α 1e-5 and β 1e-4.
/// - **Gradient**: exact, through the selected pairs. Needs P x K batches.
/// - **State**: `active`, 1 if the hinge is active; an epoch's record has its mean.
public final class RangeLoss: ConfigurableLoss {
    static let weightKey = LossParameterKey.number(
        "weight", symbol: "λ", default: 1, in: 0...1e6,
        "weight relative to the classification loss")
    static let countKey = LossParameterKey.whole(
        "k", default: 2, in: 1...100, "number of an identity's largest distances used")
    static let withinKey = LossParameterKey.number(
        "alpha", symbol: "α", default: 1e-5, in: 0...1000, "weight of distances within identities"
    ).searched(1e-6...1e-4, .logarithmic)
    static let betweenKey = LossParameterKey.number(
        "beta", symbol: "β", default: 1e-4, in: 0...1000, "weight of the distance between them"
    ).searched(1e-5...1e-3, .logarithmic)
    static let marginKey = LossParameterKey.numberOrAuto(
        "M", in: 0...1e8,
        "squared distance that identities should have; auto: twice the embedding's size")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "range", title: "Range",
        summary:
            "The largest distances within identities must be small, the smallest one between them large.",
        paper:
            "X. Zhang, Z. Fang, Y. Wen, Z. Li, Y. Qiao. Range Loss for Deep Face Recognition with Long-Tailed Training Data. ICCV 2017",
        equation: "α Σ_j k / Σ_{r=1..k} 1/D_r + β [M - min |μ_i - μ_j|²]₊",
        guide: LossGuide(
            normalization: "nothing: distances are between unnormalised embeddings",
            gradient: "exact, through the pairs that were chosen",
            use: "long-tailed sets: each identity counts equally, however many images it has",
            pitfalls:
                "M must fit the embedding's norm: the paper's 2e4 is always active after batch "
                + "normalisation; watch active"),
        parameters: [
            weightKey.parameter, countKey.parameter, withinKey.parameter, betweenKey.parameter,
            marginKey.parameter,
        ],
        presets: [
            LossPreset(
                "range-paper", "the paper's constants", ["alpha": 5e-5, "beta": 1e-4, "M": 2e4])
        ],
        prefersIdentityBatches: true, joinsClassification: true,
        factors: [["weight", "alpha"], ["weight", "beta"]])

    private let weight: Double
    private let count: Int
    private let within: Double
    private let between: Double
    private let margin: Double

    /// Creates the loss with the parameters of `setup`.
    public init(_ setup: LossSetup) {
        weight = setup[Self.weightKey]
        count = setup[Self.countKey]
        within = setup[Self.withinKey]
        between = setup[Self.betweenKey]
        margin = setup[Self.marginKey] ?? 2 * Double(setup.embeddingSize)
    }

    /// Empty: the loss has no tensors of its own.
    public var state: [StateEntry] { [] }

    /// The weighted loss of a batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let identities = BatchIdentities(labels)
        let hinge = hinge(identities.means(of: embeddings))
        let loss = ranges(embeddings, identities) * within + hinge * between
        return LossOutput(
            loss: loss * weight, state: [.activeFraction: hinge.item() > 0 ? 1 : 0])
    }

    /// The sum over identities of the harmonic mean of their largest squared distances.
    private func ranges(_ embeddings: Tensor, _ identities: BatchIdentities) -> Tensor {
        var total = embeddings.sum() * 0
        for members in identities.members where members.count > 1 {
            let rows = embeddings.selected(
                0, Tensor(members, device: embeddings.device))
            var (first, second): ([Int], [Int]) = ([], [])
            for i in members.indices {
                for j in members.indices where j > i {
                    first.append(i)
                    second.append(j)
                }
            }
            let squares =
                (rows.selected(0, Tensor(first, device: rows.device))
                - rows.selected(0, Tensor(second, device: rows.device))).square().sum(1)
            let largest = squares.top(min(count, first.count), dim: 0).values.clamped(from: 1e-12)
            total = total + harmonicMean(largest)
        }
        return total
    }

    /// The harmonic mean of numbers above 0, without squares that could overflow.
    private func harmonicMean(_ values: Tensor) -> Tensor {
        let smallest = values.detached().min()
        return Double(values.count) / (smallest / values).sum() * smallest
    }

    /// The hinge of the two nearest means.
    private func hinge(_ means: Tensor) -> Tensor {
        let count = means.shape[0]
        guard count > 1 else { return means.sum() * 0 }
        let pairs = PairwiseDistances(means, Tensor.range(count, device: means.device))
        let nearest = pairs.squares.where(
            pairs.isNegative, else: pairs.squares.filled(like: .infinity))
        return (margin - nearest.min()).relu()
    }
}
