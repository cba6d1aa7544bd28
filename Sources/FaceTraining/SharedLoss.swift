package import FaceLosses
import Processes
import Torch

/// The loss of a whole batch with a head whose classes are divided into blocks, which are distributed over
/// processes.
///
/// Each process has the weights, momentum buffers and cosines of its blocks. The blocks' results are
/// combined in the order of a ``SummationTree`` over the blocks, whose number depends only on that of the
/// classes, so no bit depends on the number of processes. All processes have the batch's embeddings.
final class SharedLoss {
    private let head: any DividedHead
    private let tree: SummationTree
    private let reduction: Reduction
    private let team: ProcessTeam?
    private var pass: DividedPass?
    /// Why an exchange during the margin's computation failed.
    private var failure: ProcessError?

    /// Divides the head of a loss; nil for a loss that each process computes as a whole: one without such a
    /// head, or whose classes form a single block.
    init?(_ loss: any FaceLoss, _ reduction: Reduction, _ team: ProcessTeam?) {
        guard let head = loss as? any DividedHead, head.blocks.count > 1 else { return nil }
        self.head = head
        self.team = team
        self.reduction = reduction
        tree = SummationTree(terms: head.blocks.count)
    }

    /// The class weights of this process.
    var weight: Tensor { head.ownWeight }

    // MARK: The loss

    /// Computes the loss, whose gradients ``differentiate()`` sets.
    ///
    /// - Parameters:
    ///   - embeddings: `[n, d]` of the whole batch.
    ///   - labels: `[n]`.
    func output(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) throws(ProcessError) -> LossOutput {
        try withFullPrecision(on: embeddings.device) { () throws(ProcessError) in
            let pass = head.begin(embeddings: embeddings, labels: labels, progress: progress)
            self.pass = pass
            let targets = try targets(pass.ownTargets, labels)
            pass.applyMargin(targets: targets) { self.sumWithinMargin($0, labels.count, targets) }
            if let failure { throw failure }
            let none = targets.filled(like: 0, shape: [5, labels.count])
            return pass.output(try joined(pass.summaries(), like: none, by: DividedPass.joined))
        }
    }

    /// The cosines and angles of all samples' target classes, each from the process that has the class.
    private func targets(_ own: Tensor, _ labels: Tensor) throws(ProcessError) -> Tensor {
        guard let team else { return own }
        let all = try team.exchange { group throws(TorchError) in
            try group.gathered(group.exchangeable(own))
        }
        let owners = (0..<team.size).map {
            head.blocks.classes(of: head.blocks.range(of: $0, among: team.size))
        }
        let count = labels.count
        var places: [Int] = []
        for row in 0..<2 {
            for (index, label) in labels.array(of: Int.self).enumerated() {
                let owner = owners.firstIndex { $0.contains(label) } ?? 0
                places.append((owner * 2 + row) * count + index)
            }
        }
        return all.reshaped([all.count]).selected(0, Tensor(places, device: all.device))
            .reshaped([2, count])
            .to(device: own.device)
    }

    /// Combines logarithms of sums where no error can be thrown; NaN if an exchange fails.
    private func sumWithinMargin(_ own: [Tensor], _ count: Int, _ like: Tensor) -> Tensor {
        let none = like.filled(like: 0, shape: [count])
        do throws(ProcessError) {
            return try joined(own, like: none, by: DividedPass.sumOfExponentials)
        } catch {
            failure = failure ?? error
            return none.filled(like: .nan)
        }
    }

    private func joined(
        _ own: [Tensor], like zero: Tensor, by join: @escaping (Tensor, Tensor) -> Tensor
    ) throws(ProcessError) -> Tensor {
        var sum = PartialSum(tree, terms: head.ownBlocks, joiningBy: join)
        own.forEach { sum.add($0) }
        guard let team else { return sum.total() }
        let done = sum
        return try team.exchange { group throws(TorchError) in
            try done.gathered(like: zero, among: group)
        }
    }

    // MARK: Its gradients

    /// Sets the gradients of the embeddings and of this process's parameters of the loss.
    ///
    /// - Returns: The sum of the squares of the weights' gradient, over all processes.
    func differentiate() throws(ProcessError) -> Double {
        guard let pass else { preconditionFailure("a loss is computed first") }
        self.pass = nil
        let toScales = pass.differentiateSoftmax()
        let count = pass.ownTargets.shape[1]
        let noScale = pass.ownTargets.filled(like: 0, shape: [count])
        pass.differentiateMargin(
            toScale: pass.needsScale ? try joined(toScales, like: noScale, by: +) : nil)
        let gradients = pass.differentiateCosines()
        try pass.finish(toUnitEmbeddings: sum(gradients.toUnitEmbeddings, pass.noGradient))
        let squares = try joined(
            gradients.squares.map { Tensor([$0]) }, like: Tensor([0.0]), by: +)
        return squares.item()
    }

    private func sum(_ own: [Tensor], _ zero: Tensor) throws(ProcessError) -> Tensor {
        var sum = PartialSum(tree, terms: head.ownBlocks)
        own.forEach { sum.add($0) }
        guard let team else { return sum.total() }
        let (done, reduction) = (sum, reduction)
        return try team.exchange { group throws(TorchError) in
            try done.total(reduction, like: zero, among: group).finish()
        }
    }
}

extension ClassBlocks {
    /// The blocks of one of several processes.
    package func range(of rank: Int, among size: Int) -> Range<Int> {
        SummationTree.range(of: rank, among: size, terms: count)
    }
}
