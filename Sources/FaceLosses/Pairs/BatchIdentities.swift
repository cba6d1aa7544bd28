import Torch

/// The identities of a batch.
struct BatchIdentities {
    /// Number of classes (identities).
    let count: Int
    /// Index `[n]` of each sample's identity among those of the batch, in the order of labels.
    let positions: Tensor
    /// Number of samples of each identity, in the same order.
    let sizes: [Int]
    /// Rows of the samples of each identity.
    let members: [[Int]]

    init(_ labels: Tensor) {
        let values = labels.array(of: Int.self)
        let order = Set(values).sorted()
        let indices = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        var members = order.map { _ in [Int]() }
        for (row, value) in values.enumerated() {
            if let index = indices[value] { members[index].append(row) }
        }
        self.members = members
        count = order.count
        sizes = members.map(\.count)
        positions = Tensor(values.compactMap { indices[$0] }, device: labels.device)
    }

    /// Means `[count, d]` of rows `[n, d]` by identity.
    func means(of rows: Tensor) -> Tensor {
        let sums = rows.filled(like: 0, shape: [count, rows.shape[1]])
            .addingSlices(0, positions, rows)
        let sizes = Tensor(sizes.map(Float.init), device: rows.device).to(rows.type)
        return sums / sizes.unsqueezed(1)
    }
}
