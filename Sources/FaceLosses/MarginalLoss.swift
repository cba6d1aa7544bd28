public import Torch

/// Marginal Loss: softmax, and a hinge on the distance of every two embeddings of the batch.
///
/// `L = L_softmax + λ L_m` with
/// `L_m = 1 / (n² - n) Σ_{i≠j} [ξ - y_ij (θ - |x̂_i - x̂_j|²)]₊`, embeddings normalised inside
/// `L_m`, `y_ij` = 1 for two images of one identity and -1 otherwise. A random batch of many
/// identities has hardly a pair of one identity, so batches of P identities with K images are
/// preferred. The gradient is exact.
public final class MarginalLoss: FaceLoss {
    /// What the loss says of itself.
    public static let descriptor = LossDescriptor(
        name: "marginal", title: "Marginal Loss",
        summary: "Softmax with a hinge on the distances of all pairs of the batch.",
        paper: "Deng, Zhou and Zafeiriou, CVPR Workshops 2017, Equation 4",
        equation: "L_softmax + lambda / (n^2 - n) sum_{i!=j} [xi - y_ij (theta - "
            + "|x_i/|x_i| - x_j/|x_j||^2)]_+",
        gradient: "exact",
        parameters: [
            LossParameter(
                "theta", .number(default: 1.2, in: 0...4),
                "squared distance that parts same from different"),
            LossParameter("xi", .number(default: 0.3, in: 0...4), "margin on either side of theta"),
            LossParameter("lambda", .number(default: 1, in: 0...1000), "weight of the pairs' term"),
        ], prefersIdentityBatches: true)

    private let softmax: SoftmaxLoss
    private let theta: Double
    private let xi: Double
    private let lambda: Double

    /// Makes the loss with fresh class weights.
    public init(_ setup: LossSetup) {
        softmax = SoftmaxLoss(setup)
        theta = setup.number("theta")
        xi = setup.number("xi")
        lambda = setup.number("lambda")
    }

    /// `weight` `[c, d]` and `bias` `[c]` of the softmax.
    public var state: [StateEntry] { softmax.state }

    /// The loss of a batch.
    public func callAsFunction(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        var output = softmax(embeddings: embeddings, labels: labels, progress: progress)
        let pairs = pairTerm(embeddings, labels)
        output.state["pairs"] = pairs.detached().item()
        output.loss = output.loss + lambda * pairs
        return output
    }

    /// `L_m`; 0 for a batch of one, which has no pair.
    private func pairTerm(_ embeddings: Tensor, _ labels: Tensor) -> Tensor {
        let count = labels.count
        let unit = embeddings.l2Normalized()
        let distances = 2 - 2 * unit.matmul(unit.transposed(0, 1))
        let same = (labels.unsqueezed(1) .== labels.unsqueezed(0)).to(embeddings.type) * 2 - 1
        let places = Tensor.range(count, device: labels.device)
        let others = places.unsqueezed(1) .!= places.unsqueezed(0)
        let hinges = (xi - same * (theta - distances)).relu() * others.to(embeddings.type)
        return hinges.sum() / Double(max(1, count * count - count))
    }
}
