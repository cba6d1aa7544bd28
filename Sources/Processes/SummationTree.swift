public import Torch

/// The order of a pairwise sum: each half is summed recursively, then the halves are added.
///
/// The order only depends on the number of terms, so a floating-point sum is bitwise the same whichever
/// process adds which part. Rounding errors of a pairwise sum grow with the logarithm of the number of
/// terms (Higham 1993), those of a ring, which adds sequentially, with the number.
public struct SummationTree: Sendable, Hashable {
    /// Number of terms; at least 1.
    public let terms: Int

    /// Creates the tree for a number of terms.
    public init(terms: Int) {
        precondition(terms > 0, "a sum needs a term")
        self.terms = terms
    }

    /// The terms of a process; the numbers of terms of two processes differ by at most one.
    public static func range(of rank: Int, among size: Int, terms: Int) -> Range<Int> {
        terms * rank / size..<terms * (rank + 1) / size
    }

    /// The index at which a range of terms is divided.
    static func middle(of terms: Range<Int>) -> Int {
        terms.lowerBound + (terms.count + 1) / 2
    }

    /// The nodes of the tree that each of several processes computes.
    func shares(among size: Int) -> [[Range<Int>]] {
        (0..<size).map { parts(within: Self.range(of: $0, among: size, terms: terms)) }
    }

    /// The largest nodes of the tree within a range of terms, from left to right.
    func parts(within range: Range<Int>) -> [Range<Int>] { parts(within: range, of: 0..<terms) }

    private func parts(within range: Range<Int>, of node: Range<Int>) -> [Range<Int>] {
        if range.lowerBound <= node.lowerBound, node.upperBound <= range.upperBound {
            return [node]
        }
        guard node.overlaps(range), node.count > 1 else { return [] }
        let middle = Self.middle(of: node)
        return parts(within: range, of: node.lowerBound..<middle)
            + parts(within: range, of: middle..<node.upperBound)
    }

    /// The total, from known sums of nodes.
    func sum(_ part: (Range<Int>) -> Tensor?) -> Tensor { joined(by: +, part) }

    /// The total with another operation in place of addition.
    func joined(by join: (Tensor, Tensor) -> Tensor, _ part: (Range<Int>) -> Tensor?) -> Tensor {
        joined(0..<terms, by: join, part)
    }

    private func joined(
        _ node: Range<Int>, by join: (Tensor, Tensor) -> Tensor, _ part: (Range<Int>) -> Tensor?
    ) -> Tensor {
        if let known = part(node) { return known }
        precondition(node.count > 1, "term \(node.lowerBound) of a sum is missing")
        let middle = Self.middle(of: node)
        return join(
            joined(node.lowerBound..<middle, by: join, part),
            joined(middle..<node.upperBound, by: join, part))
    }
}

/// One process's part of a sum of tensors, which keeps a number of tensors in memory that is logarithmic in
/// the number of terms.
public struct PartialSum {
    private let tree: SummationTree
    private let own: Range<Int>
    private let wanted: [Range<Int>]
    private let join: (Tensor, Tensor) -> Tensor
    private var sums: [(terms: Range<Int>, value: Tensor)] = []

    /// Starts a sum.
    ///
    /// - Parameters:
    ///   - terms: The terms of this process; may be empty.
    ///   - join: Combines two adjacent sums, that of the lower terms first.
    public init(
        _ tree: SummationTree, terms: Range<Int>,
        joiningBy join: @escaping (Tensor, Tensor) -> Tensor = { $0 + $1 }
    ) {
        self.tree = tree
        self.join = join
        own = terms
        wanted = tree.parts(within: terms)
    }

    /// Adds the next term of the process; all terms have the same shape.
    public mutating func add(_ term: Tensor) {
        let index = sums.last?.terms.upperBound ?? own.lowerBound
        precondition(index < own.upperBound, "the process has no more terms")
        sums.append((index..<index + 1, term))
        while sums.count > 1, let last = sums.last {
            let former = sums[sums.count - 2]
            let joined = former.terms.lowerBound..<last.terms.upperBound
            guard tree.parts(within: joined) == [joined] else { break }
            sums.removeLast(2)
            sums.append((joined, join(former.value, last.value)))
        }
    }

    /// The total, if this process has all terms.
    public func total() -> Tensor {
        tree.joined(by: join) { node in sums.first { $0.terms == node }?.value }
    }

    /// The total with any operation, bitwise independent of the number of processes. Each process receives all
    /// parts, so this is meant for small tensors.
    ///
    /// - Parameter zero: A tensor of the terms' shape and type.
    public func gathered(
        like zero: Tensor, among group: ProcessGroup
    ) throws(TorchError) -> Tensor {
        precondition(sums.map(\.terms) == wanted, "terms are summed when all of them are there")
        let shares = tree.shares(among: group.size)
        let slots = shares.map(\.count).max() ?? 1
        let padded = zero.filled(like: 0, shape: [slots] + zero.shape)
        for (slot, sum) in sums.enumerated() {
            padded.narrowed(0, slot..<slot + 1).assign(sum.value.unsqueezed(0))
        }
        let all = try group.gathered(group.exchangeable(padded)).to(device: zero.device)
        return tree.joined(by: join) { node in
            for (rank, nodes) in shares.enumerated() {
                guard let slot = nodes.firstIndex(of: node) else { continue }
                return all.narrowed(0, rank..<rank + 1).narrowed(1, slot..<slot + 1)
                    .reshaped(zero.shape)
            }
            return nil
        }
    }

    /// The total, bitwise independent of the number of processes.
    ///
    /// Each process owns a slice of the tensor: it receives the others' parts of the slice, adds them
    /// in the tree's order, and sends the result to all. If each process has a single node of the tree,
    /// this is the traffic of a ring.
    ///
    /// - Parameter group: The processes, each with its own terms.
    public func total(among group: ProcessGroup) throws(TorchError) -> Tensor {
        try total(.exact, among: group).finish()
    }

    /// Starts the sum over all processes, which may take the memory of the terms.
    ///
    /// - Parameters:
    ///   - reduction: The order of the additions.
    ///   - zero: Zeros of the terms' shape; required if processes may have no terms.
    public func total(
        _ reduction: Reduction, like zero: Tensor? = nil, among group: ProcessGroup
    ) throws(TorchError) -> PendingSum {
        precondition(sums.map(\.terms) == wanted, "terms are summed when all of them are there")
        guard let zero = zero ?? sums.first?.value else {
            preconditionFailure("a process without terms says what they are like")
        }
        return switch reduction {
        case .exact: try PendingSum(parts: sums.map(\.value), like: zero, tree, group)
        case .fast: try PendingSum(adding: sums.map(\.value), like: zero, group)
        }
    }
}
