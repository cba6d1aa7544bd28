public import Torch

/// The order in which the contributions of processes are summed.
public enum Reduction: String, Codable, Sendable, CaseIterable {
    /// The order of a ``SummationTree``: sums are bitwise independent of the number of processes.
    case exact
    /// The order of c10d's all-reduce, which depends on the number of processes.
    case fast
}

/// An asynchronous sum over processes, which continue computing meanwhile.
///
/// All processes must begin, advance and finish their sums in the same order.
public final class PendingSum {
    private enum Stage {
        /// The parts of this process's slice are being exchanged.
        case parts(PendingExchange)
        /// The sums of all slices are being gathered.
        case slices(PendingExchange)
        /// c10d's all-reduce is in progress.
        case sum(PendingExchange)
    }

    private let group: ProcessGroup
    private let device: Device
    /// Number of elements of the sum.
    private let count: Int
    private let tree: SummationTree
    /// The nodes of the tree that each process has computed.
    private let shares: [[Range<Int>]]
    private var stage: Stage

    /// Begins a sum in the order of a tree.
    ///
    /// - Parameters:
    ///   - parts: This process's contribution: the sums of its nodes of the tree, each `[n]`.
    ///   - zero: Zeros of that shape.
    init(
        parts: [Tensor], like zero: Tensor, _ tree: SummationTree, _ group: ProcessGroup
    ) throws(TorchError) {
        count = zero.count
        device = zero.device
        self.tree = tree
        self.group = group
        shares = tree.shares(among: group.size)
        let slots = shares.map(\.count).max() ?? 1
        let slice = (count + group.size - 1) / group.size
        let missing = group.size * slice - count
        // Usually there is one part, whose length is a multiple of the slices', and nothing is copied.
        let rest = missing > 0 ? [zero.filled(like: 0, shape: [missing])] : []
        var pieces: [Tensor] = parts.flatMap { part in [part.reshaped([zero.count])] + rest }
        if parts.count < slots {
            pieces.append(zero.filled(like: 0, shape: [(slots - parts.count) * group.size * slice]))
        }
        let sent = group.exchangeable(pieces.count == 1 ? pieces[0] : .concatenated(pieces, dim: 0))
        stage = .parts(
            try group.exchanging(sent.reshaped([slots, group.size, slice]).transposed(0, 1)))
    }

    /// Begins a sum in c10d's order.
    ///
    /// - Parameters:
    ///   - parts: This process's contributions, which are summed first; the sum takes the memory of a single one.
    ///   - zero: Zeros of their shape.
    init(
        adding parts: [Tensor], like zero: Tensor, _ group: ProcessGroup
    ) throws(TorchError) {
        count = zero.count
        device = zero.device
        tree = SummationTree(terms: 1)
        shares = []
        self.group = group
        let mine = parts.dropFirst().reduce(parts.first ?? zero.copy(), +)
        stage = .sum(try group.summing(group.exchangeable(mine)))
    }

    /// Waits for the others' parts of this process's slice, and begins to gather the sums of the slices; does
    /// nothing if that was already done, or there are no slices.
    public func advance() throws(TorchError) {
        guard case .parts(let exchange) = stage else { return }
        let parts = try exchange.wait()
        let sum = tree.sum { node in
            for (rank, nodes) in shares.enumerated() {
                guard let slot = nodes.firstIndex(of: node) else { continue }
                return parts.narrowed(0, rank..<rank + 1).narrowed(1, slot..<slot + 1)
                    .reshaped([parts.shape[2]])
            }
            return nil
        }
        stage = .slices(try group.gathering(sum))
    }

    /// Waits for the sum, `[n]`.
    public func finish() throws(TorchError) -> Tensor {
        try advance()
        switch stage {
        case .parts(let exchange), .slices(let exchange):
            let slices = try exchange.wait()
            return slices.reshaped([slices.count]).narrowed(0, 0..<count).to(device: device)
        case .sum(let exchange): return try exchange.wait().to(device: device)
        }
    }
}
