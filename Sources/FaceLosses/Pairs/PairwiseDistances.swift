import Torch

/// The pairs of a batch: squared distances, and masks of matching and non-matching pairs.
struct PairwiseDistances {
    /// Squared distances `[n, n]`, at least 0.
    let squares: Tensor
    /// True `[n, n]` if two different samples have the same identity.
    let isPositive: Tensor
    /// True `[n, n]` if two samples have different identities.
    let isNegative: Tensor

    init(_ rows: Tensor, _ labels: Tensor) {
        let norms = rows.square().sum(1)
        squares =
            (norms.unsqueezed(1) + norms.unsqueezed(0)
            - 2 * rows.matmul(rows.transposed(0, 1))).relu()
        let isSame = labels.unsqueezed(1) .== labels.unsqueezed(0)
        let indices = Tensor.range(labels.count, device: labels.device)
        isPositive = isSame .& (indices.unsqueezed(1) .!= indices.unsqueezed(0))
        isNegative = labels.unsqueezed(1) .!= labels.unsqueezed(0)
    }
}
