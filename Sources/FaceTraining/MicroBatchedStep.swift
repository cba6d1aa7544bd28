import FaceLosses
import FaceModels
import Processes
import Torch

/// One step whose batch passes through the network in micro-batches, in one process or several; its
/// results do not depend on the number of processes, bit for bit.
///
/// Each process passes its part of the micro-batches through the network. The embeddings of all are
/// gathered, so that the loss is that of the whole batch. If there are many classes, they are divided among
/// the processes (``SharedLoss``); everything else is computed identically by all. The network's gradients
/// are the sum over the micro-batches (``GradientSum``) in the order of a ``SummationTree``, unless the
/// fast reduction is chosen, in which case the last bits depend on the number of processes. Normalisations
/// see a micro-batch; their running statistics are updated once per step, by the mean of the micro-batches'
/// updates.
final class MicroBatchedStep {
    /// The micro-batches of this process.
    let localMicroBatches: Range<Int>
    private let model: Model
    private let optimizer: any Optimizer
    private let precision: ElementType
    private let device: Device
    private let microBatches: Int
    private let reduction: Reduction
    private let team: ProcessTeam?
    /// The loss whose classes are divided among processes; nil if every process computes it.
    private let shared: SharedLoss?
    private let parameters: [Tensor]
    private let statistics: RunningStatistics

    /// Prepares steps of a model; the optimizer must update exactly its parameters.
    ///
    /// - Parameters:
    ///   - microBatches: Number of micro-batches of a batch; at least as many as there are
    ///     processes.
    ///   - reduction: Order in which several processes add gradients.
    ///   - team: The processes; nil for a single process.
    init(
        model: Model, optimizer: any Optimizer, precision: ElementType, device: Device,
        microBatches: Int, reduction: Reduction = .exact, team: ProcessTeam?
    ) {
        self.model = model
        self.optimizer = optimizer
        self.precision = precision
        self.device = device
        self.microBatches = microBatches
        self.reduction = reduction
        self.team = team
        shared = SharedLoss(model.loss, reduction, team)
        localMicroBatches = SummationTree.range(
            of: team?.rank ?? 0, among: team?.size ?? 1, terms: microBatches)
        parameters = model.backbone.state.parameters.map(\.tensor).filter(\.requiresGradient)
        statistics = RunningStatistics(model.backbone.state)
    }

    /// The labels of the whole batch.
    ///
    /// - Parameter labels: Labels of this process's micro-batches.
    func gathered(_ labels: [Int]) throws(ProcessError) -> [Int] {
        guard team != nil else { return labels }
        return try gathered(Tensor(labels)).array(of: Int.self)
    }

    /// Performs a step. If its loss or gradient is not finite, no parameter and no momentum buffer changes.
    ///
    /// - Parameters:
    ///   - images: `[n, 3, h, w]`, those of this process's micro-batches.
    ///   - labels: Labels of the whole batch.
    ///   - gradientClip: The largest L2 norm of all gradients together; 0 for none.
    /// - Throws: `ProcessError` if another process is lost or has computed different numbers.
    func take(
        images: Tensor, labels: [Int], learningRate: Double, gradientClip: Double,
        progress: LossProgress
    ) throws(ProcessError) -> TrainingStep.Numbers {
        optimizer.clearGradients()
        let size = labels.count / microBatches
        var (parts, changes) = forward(images, size)
        let embeddings = try gathered(
            Tensor.concatenated(parts.map { $0.detached() }, dim: 0)
        ).withGradient()
        let labels = Tensor(labels, device: device)
        let output =
            try shared?.output(embeddings: embeddings, labels: labels, progress: progress)
            ?? model.loss(embeddings: embeddings, labels: labels, progress: progress)
        var launched = TrainingStep.Launched()
        launched.append(output, embeddings: embeddings, labels: labels)
        let loss = output.loss.item()
        // Checked before any process makes a decision based on it.
        try team?.requireSame([loss.isNaN ? .nan : loss], "loss")
        guard loss.isFinite else { return launched.read() }
        let squares = try shared?.differentiate()
        if shared == nil { output.loss.backward() }
        if let gradient = embeddings.gradient {
            try differentiate(&parts, &changes, gradient, size)
        }
        let norm = gradientNorm(squares)
        try team?.requireSame([norm.isNaN ? .nan : norm], "gradient")
        optimizer.step(learningRate: learningRate, norm: norm, clip: gradientClip)
        launched.norm = .read(norm)
        return launched.read()
    }

    /// The norm of all gradients.
    ///
    /// - Parameter squares: The sum of squares of a shared weight's gradient; nil if no weight is shared.
    private func gradientNorm(_ squares: Double?) -> Double {
        guard let shared, let squares else { return optimizer.gradientNorm() }
        return optimizer.gradientNorm(besides: shared.weight, squares: squares)
    }

    /// The embeddings of each micro-batch of this process, and its change of the running statistics.
    private func forward(
        _ images: Tensor, _ size: Int
    ) -> (embeddings: [Tensor], changes: [Tensor]) {
        statistics.keep()
        var (embeddings, changes): ([Tensor], [Tensor]) = ([], [])
        for (position, microBatch) in localMicroBatches.enumerated() {
            let part = images.narrowed(0, position * size..<(position + 1) * size)
            func pass() -> Tensor {
                statistics.begin(microBatch)
                return withPrecision(precision, on: device) { model.backbone(part, training: true) }
            }
            var embedding = pass()
            if statistics.startedWrong(after: microBatch) { embedding = pass() }
            embeddings.append(embedding)
            changes.append(statistics.change())
        }
        // A backward pass must see the statistics that its forward pass started with.
        statistics.begin(0)
        return (embeddings, changes)
    }

    /// Sets the network's gradients and updates its running statistics.
    ///
    /// - Parameter gradient: Gradient with respect to the embeddings of the whole batch.
    private func differentiate(
        _ parts: inout [Tensor], _ changes: inout [Tensor], _ gradient: Tensor, _ size: Int
    ) throws(ProcessError) {
        let sum = GradientSum(
            parameters, statistics: changes.first?.count ?? 0, SummationTree(terms: microBatches),
            terms: localMicroBatches, reduction, team)
        var last: [Tensor] = []
        for microBatch in localMicroBatches {
            // A micro-batch's activations are freed when the next one is differentiated.
            let (part, change) = (parts.removeFirst(), changes.removeFirst())
            guard part.requiresGradient else {
                sum.add([], change)
                continue
            }
            let rows = gradient.narrowed(0, microBatch * size..<(microBatch + 1) * size)
                .to(part.type)
            // On a GPU, gradients arrive on another thread.
            if team != nil, device == .cpu, microBatch == localMicroBatches.upperBound - 1 {
                last = sum.addLast(change) { ready in
                    part.derivatives(of: parameters, gradOutput: rows, ready: ready)
                }
            } else {
                last = part.derivatives(of: parameters, gradOutput: rows)
                sum.add(last, change)
            }
        }
        let (gradients, change) = try sum.finish()
        for ((parameter, derivative), total) in zip(zip(parameters, last), gradients) {
            // In the memory order that the optimiser expects.
            if derivative.isContiguous() {
                parameter.gradient = total
            } else {
                derivative.assign(total)
                parameter.gradient = derivative
            }
        }
        statistics.finish(mean: change / Double(microBatches), microBatches)
    }

    /// The rows of all processes, concatenated.
    private func gathered(_ rows: Tensor) throws(ProcessError) -> Tensor {
        guard let team else { return rows }
        let counts = (0..<team.size).map {
            SummationTree.range(of: $0, among: team.size, terms: microBatches).count
        }
        let (size, most) = (rows.shape[0] / localMicroBatches.count, counts.max() ?? 1)
        let padded = rows.filled(like: 0, shape: [most * size] + rows.shape.dropFirst())
        padded.narrowed(0, 0..<rows.shape[0]).assign(rows)
        let all = try team.exchange { group throws(TorchError) in
            try group.gathered(group.exchangeable(padded))
        }
        return Tensor.concatenated(
            counts.enumerated().map { rank, count in
                all.narrowed(0, rank..<rank + 1).reshaped(padded.shape)
                    .narrowed(0, 0..<count * size)
            }, dim: 0
        ).to(device: device)
    }
}

/// A network's running statistics, for several forward passes that all start from the same values.
private final class RunningStatistics {
    private let averages: [Tensor]
    /// Batch counters, on which random numbers of the network depend.
    private let counters: [Tensor]
    private var formerAverages: [Tensor] = []
    private var formerCounts: [Int] = []
    /// Which counters a pass advances: not those of frozen normalisations. Nil before the
    /// first pass.
    private var areCounting: [Bool]?

    init(_ state: [StateEntry]) {
        let buffers = state.filter { $0.role == .buffer }.map(\.tensor)
        averages = buffers.filter { $0.type != .int64 }
        counters = buffers.filter { $0.type == .int64 }
        precondition(counters.allSatisfy { $0.count == 1 }, "a counter is one number")
    }

    /// Stores the values at the start of a step.
    func keep() {
        formerAverages = averages.map { $0.copy() }
        formerCounts = counters.map { $0.array(of: Int.self)[0] }
    }

    /// Restores the values at the start of the step, with the given number of micro-batches counted.
    func begin(_ microBatch: Int) {
        for (tensor, former) in zip(averages, formerAverages) { tensor.assignUnnoticed(former) }
        for (index, tensor) in counters.enumerated() {
            let passed = areCounting?[index] ?? true ? microBatch : 0
            tensor.assignUnnoticed(Tensor([formerCounts[index] + passed], shape: tensor.shape))
        }
    }

    /// Determines from the first pass which counters advance, and whether it started with wrong ones.
    func startedWrong(after microBatch: Int) -> Bool {
        guard areCounting == nil else { return false }
        let areCounting = zip(counters, formerCounts).map { tensor, former in
            tensor.array(of: Int.self)[0] != former + microBatch
        }
        self.areCounting = areCounting
        return microBatch > 0 && areCounting.contains(false)
    }

    /// Difference of the averages from the start of the step.
    func change() -> Tensor {
        .flattened(zip(averages, formerAverages).map { ($0 - $1).detached() })
    }

    /// Updates the averages by the mean change.
    func finish(mean: Tensor, _ microBatches: Int) {
        begin(microBatches)
        var start = 0
        for (tensor, former) in zip(averages, formerAverages) {
            let end = start + tensor.count
            tensor.assignUnnoticed(former + mean.narrowed(0, start..<end).reshaped(tensor.shape))
            start = end
        }
    }
}
