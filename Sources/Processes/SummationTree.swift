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

    /// The sums of the tree, from the left, that are within a range and within no larger such sum.
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
    func sum(_ part: (Range<Int>) -> Tensor?) -> Tensor { sum(of: 0..<terms, part) }

    private func sum(of node: Range<Int>, _ part: (Range<Int>) -> Tensor?) -> Tensor {
        if let known = part(node) { return known }
        precondition(node.count > 1, "term \(node.lowerBound) of a sum is missing")
        let middle = Self.middle(of: node)
        return sum(of: node.lowerBound..<middle, part) + sum(of: middle..<node.upperBound, part)
    }
}

/// The part of a sum of tensors that one process computes, with no more of them in memory than a logarithm of
/// their number.
public struct PartialSum {
    private let tree: SummationTree
    private let own: Range<Int>
    private let wanted: [Range<Int>]
    private var sums: [(terms: Range<Int>, value: Tensor)] = []

    /// Begins a sum.
    ///
    /// - Parameter terms: Those of this process.
    public init(_ tree: SummationTree, terms: Range<Int>) {
        self.tree = tree
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
            sums.append((joined, former.value + last.value))
        }
    }

    /// The whole sum, where all terms are of this process.
    public func total() -> Tensor {
        tree.sum { node in sums.first { $0.terms == node }?.value }
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
    /// - Parameter reduction: In which order it is added.
    public func total(
        _ reduction: Reduction, among group: ProcessGroup
    ) throws(TorchError) -> PendingSum {
        precondition(sums.map(\.terms) == wanted, "terms are summed when all of them are there")
        return switch reduction {
        case .exact: try PendingSum(parts: sums.map(\.value), tree, group)
        case .fast: try PendingSum(adding: sums.map(\.value), group)
        }
    }
}
