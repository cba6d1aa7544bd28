import Processes
import Torch

/// The sum of a network's gradients and of the changes of its running statistics over the micro-batches of all
/// processes.
///
/// The parameters are divided into buckets, the last ones first, in the order of the backward pass. While the pass of
/// a process's last micro-batch continues, its completed buckets are exchanged, always in the same order.
final class GradientSum {
    private struct Bucket {
        /// Indices of its parameters; nil for the running statistics.
        let parameters: Range<Int>?
        /// Number of gradients of the last micro-batch that are still missing.
        var missing: Int
        var sum: PartialSum
        var pending: PendingSum?
    }

    /// Size of a bucket in bytes, unless a parameter is larger.
    private static let bucketBytes = 4 << 20

    private let team: ProcessTeam?
    private let reduction: Reduction
    private let shapes: [[Int]]
    private var buckets: [Bucket] = []
    /// Number of buckets whose exchange has started.
    private var begun = 0
    /// Gradients of the last micro-batch.
    private var last: [Tensor?]
    private var failure: ProcessError?

    /// Starts a sum.
    ///
    /// - Parameters:
    ///   - statistics: Number of elements of the running statistics.
    ///   - terms: The micro-batches of this process.
    ///   - team: The processes; nil for a single process.
    init(
        _ parameters: [Tensor], statistics: Int, _ tree: SummationTree, terms: Range<Int>,
        _ reduction: Reduction, _ team: ProcessTeam?
    ) {
        self.team = team
        self.reduction = reduction
        shapes = parameters.map(\.shape)
        last = Array(repeating: nil, count: parameters.count)
        let sum = PartialSum(tree, terms: terms)
        // The running statistics are known before the backward pass begins.
        if statistics > 0 { buckets.append(Bucket(parameters: nil, missing: 0, sum: sum)) }
        for range in Self.ranges(parameters.map { $0.count * $0.type.size }) {
            buckets.append(Bucket(parameters: range, missing: range.count, sum: sum))
        }
    }

    /// Indices of the parameters of each bucket, from the last.
    ///
    /// - Parameter sizes: Sizes of the parameters, in bytes.
    static func ranges(_ sizes: [Int]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var (end, bytes) = (sizes.count, 0)
        for index in sizes.indices.reversed() {
            bytes += sizes[index]
            guard bytes >= bucketBytes || index == 0 else { continue }
            ranges.append(index..<end)
            (end, bytes) = (index, 0)
        }
        return ranges
    }

    /// Adds a micro-batch.
    ///
    /// - Parameters:
    ///   - derivatives: Gradients of the parameters, in their order.
    ///   - change: Change of the running statistics, `[n]`.
    func add(_ derivatives: [Tensor], _ change: Tensor) {
        for index in buckets.indices {
            buckets[index].sum.add(
                buckets[index].parameters.map { .flattened(derivatives[$0].map { $0.detached() }) }
                    ?? change)
        }
    }

    /// Adds the last micro-batch of this process, whose gradients arrive one by one; for several processes.
    ///
    /// - Parameter backward: Runs the backward pass and passes each gradient on with its parameter's index.
    func addLast(_ change: Tensor, _ backward: ((Int, Tensor) -> Void) -> [Tensor]) -> [Tensor] {
        beginExchanges(change)
        return backward { index, derivative in
            last[index] = derivative.detached()
            guard let bucket = buckets.firstIndex(where: { $0.parameters?.contains(index) == true })
            else { return }
            buckets[bucket].missing -= 1
            beginExchanges(change)
        }
    }

    /// Starts to exchange completed buckets, in their order.
    private func beginExchanges(_ change: Tensor) {
        while failure == nil, begun < buckets.count, buckets[begun].missing == 0 {
            if let parameters = buckets[begun].parameters {
                buckets[begun].sum.add(.flattened(last[parameters].compactMap { $0 }))
                for index in parameters { last[index] = nil }
            } else {
                buckets[begun].sum.add(change)
            }
            do throws(ProcessError) { try beginExchange() } catch { failure = error }
        }
    }

    private func beginExchange() throws(ProcessError) {
        guard let team else { return }
        let former = begun > 0 ? buckets[begun - 1].pending : nil
        let sum = buckets[begun].sum
        let reduction = reduction
        buckets[begun].pending = try team.exchange { group throws(TorchError) in
            // The previous exchange overlapped with the computation of a bucket's gradients.
            try former?.advance()
            return try sum.total(reduction, among: group)
        }
        begun += 1
    }

    /// The sums, in the parameters' shapes, and that of the changes, `[n]`; empty if nothing changes.
    func finish() throws(ProcessError) -> (gradients: [Tensor], change: Tensor) {
        if let failure { throw failure }
        var gradients: [Tensor] = []
        var change = Tensor.zeros([0])
        if team != nil { while begun < buckets.count { try beginExchange() } }
        for bucket in buckets {
            let total = try total(of: bucket)
            guard let parameters = bucket.parameters else {
                change = total
                continue
            }
            var start = 0
            let parts = parameters.map { index in
                let count = shapes[index].reduce(1, *)
                defer { start += count }
                return total.narrowed(0, start..<start + count).reshaped(shapes[index])
            }
            gradients = parts + gradients
        }
        return (gradients, change)
    }

    private func total(of bucket: Bucket) throws(ProcessError) -> Tensor {
        guard let team else { return bucket.sum.total() }
        guard let pending = bucket.pending else { preconditionFailure("a bucket is exchanged") }
        return try team.exchange { _ throws(TorchError) in try pending.finish() }
    }
}

extension Tensor {
    /// The elements of tensors, row by row and one tensor after another: `[n]`.
    static func flattened(_ tensors: [Tensor]) -> Tensor {
        guard !tensors.isEmpty else { return .zeros([0]) }
        return .concatenated(tensors.map { $0.reshaped([$0.count]) }, dim: 0)
    }
}
