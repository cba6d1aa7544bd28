public import Torch

/// In which order the terms of a sum are added: each half by itself, then the halves.
///
/// The order depends on the number of terms alone, and so do the bits of a sum of floating-point numbers,
/// regardless of which process adds which part. Rounding errors of such a pairwise sum grow with the
/// logarithm of the number of terms (Higham 1993), and those of a ring, which adds one after another,
/// with the number.
public struct SummationTree: Sendable, Hashable {
    /// Terms of the sum; at least 1.
    public let terms: Int

    /// Creates the tree of a number of terms.
    public init(terms: Int) {
        precondition(terms > 0, "a sum needs a term")
        self.terms = terms
    }

    /// The terms of a process: as many as the others', or one more or fewer.
    public static func range(of rank: Int, among size: Int, terms: Int) -> Range<Int> {
        terms * rank / size..<terms * (rank + 1) / size
    }

    /// The position at which a sum of several terms is divided.
    static func middle(of terms: Range<Int>) -> Int {
        terms.lowerBound + (terms.count + 1) / 2
    }

    /// The sums of the tree that each of several processes has.
    func shares(among size: Int) -> [[Range<Int>]] {
        (0..<size).map { parts(within: Self.range(of: $0, among: size, terms: terms)) }
    }

    /// The sums of the tree, from the left, that lie within a range and within no larger such sum.
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

    /// The whole sum of those of its parts.
    func sum(_ part: (Range<Int>) -> Tensor?) -> Tensor { joined(by: +, part) }

    /// What its parts come to by an operation in place of addition.
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

/// The part of a sum of tensors that one process computes, with no more of them in memory than a logarithm of
/// their number.
public struct PartialSum {
    private let tree: SummationTree
    private let own: Range<Int>
    private let wanted: [Range<Int>]
    private let join: (Tensor, Tensor) -> Tensor
    private var sums: [(terms: Range<Int>, value: Tensor)] = []

    /// Begins a sum.
    ///
    /// - Parameters:
    ///   - terms: Those of this process; there may be none.
    ///   - join: What is done with two neighbouring sums, those of lower terms first.
    public init(
        _ tree: SummationTree, terms: Range<Int>,
        joiningBy join: @escaping (Tensor, Tensor) -> Tensor = { $0 + $1 }
    ) {
        self.tree = tree
        self.join = join
        own = terms
        wanted = tree.parts(within: terms)
    }

    /// Adds the next term of the process; all are of the same shape `[n]`.
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

    /// The whole sum, where all terms are of this process.
    public func total() -> Tensor {
        tree.joined(by: join) { node in sums.first { $0.terms == node }?.value }
    }

    /// The whole sum, of the same bits however many processes have computed it, for tensors so small that each process
    /// is given all parts; with any operation.
    ///
    /// - Parameter zero: Of the terms' shape and type.
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
        let all = try group.gathered(padded.to(device: .cpu)).to(device: zero.device)
        return tree.joined(by: join) { node in
            for (rank, nodes) in shares.enumerated() {
                guard let slot = nodes.firstIndex(of: node) else { continue }
                return all.narrowed(0, rank..<rank + 1).narrowed(1, slot..<slot + 1)
                    .reshaped(zero.shape)
            }
            return nil
        }
    }

    /// The whole sum, bit for bit the same however many processes have computed it.
    ///
    /// Each process becomes the owner of a slice of the tensor: it is given what the others have of the
    /// slice, adds it in the tree's order, and gives the result to all, which is the traffic of a ring
    /// where each process has a whole sum of the tree.
    ///
    /// - Parameter group: The processes, each with terms of its own.
    public func total(among group: ProcessGroup) throws(TorchError) -> Tensor {
        try total(.exact, among: group).finish()
    }

    /// Begins the sum over all processes.
    ///
    /// - Parameters:
    ///   - reduction: In which order it is added.
    ///   - zero: Zeros of the terms' shape, where processes may have no terms.
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
