import FaceData
import FaceLosses
public import FaceModels
public import Foundation
public import Processes
public import Torch
import SafeNumbers

/// Trains one backbone with one loss.
///
/// The trainer knows neither test sets nor files other than its checkpoint: it emits events, on which its
/// observers evaluate, draw and write.
///
/// ```swift
/// let trainer = try Trainer(
///     model: Model(backbone: backbone, loss: loss), source: source, configuration: configuration,
///     compute: compute, checkpoint: folder, fingerprint: "softmax on faces, seed 1")
/// try trainer.run { event in
///     if case .epoch(let summary) = event { print(summary.loss) }
/// }
/// ```
public final class Trainer {
    /// The backbone and the loss, whose parameters change.
    public let model: Model
    /// How the network is trained.
    public let configuration: TrainingConfiguration
    /// Steps of one epoch.
    public let stepsPerEpoch: Int
    /// Current position of the run.
    public internal(set) var position = TrainingPosition()

    /// Details of the first step whose loss or gradient became NaN or infinite; nil before there is
    /// one.
    public private(set) var failure: StepFailure?

    /// The moving average of the backbone's weights; nil if none is kept.
    public let average: WeightAverage?

    let source: any TrainingSource
    private let compute: ComputeConfiguration
    private let device: Device
    private let step: TrainingStep
    /// The step for divided batches; nil if batches are not divided.
    private let divided: MicroBatchedStep?
    let optimizer: any Optimizer
    let checkpoint: TrainingCheckpoint
    /// The class weights of which each process has a part; nil if this process has all.
    let rows: SharedRows?
    /// Whether process 0 is to save before the next step.
    var savesNext = false
    /// The processes that train together; nil for a single process.
    let team: ProcessTeam?
    /// The operation that the other processes are waiting for.
    var others = OtherProcesses.idle
    private let normalization: InputNormalization
    private var warning: String?
    /// The last steps, the newest last.
    private(set) var recent: [RecentStep] = []
    /// Outputs of the network and the loss in the current step, for a failure's record.
    private(set) var outputs: [(name: String, tensor: Tensor)] = []

    /// Prepares a run, resuming from the folder's checkpoint if there is one.
    ///
    /// - Parameters:
    ///   - checkpoint: Folder of the checkpoint; created when needed.
    ///   - fingerprint: Identifies the run; a checkpoint with another fingerprint is refused.
    ///   - team: The processes that train together, each of which creates a trainer; nil for a single
    ///     process. Process 0 has the checkpoint, and the others receive its state.
    ///   - difference: Why a checkpoint's fingerprint is that of another run, as a part of a sentence; nil if
    ///     it is this run's. By default any other text is.
    /// - Throws: ``FaceTrainingError`` or `TorchError` when the configuration is out of range, the
    ///   source too small, or the checkpoint damaged or of another run.
    public init(
        model: Model, source: any TrainingSource, configuration: TrainingConfiguration,
        compute: ComputeConfiguration, normalization: InputNormalization = .standard,
        checkpoint: URL, fingerprint: String, team: ProcessTeam? = nil,
        difference: ((_ stored: String) -> String?)? = nil
    ) throws {
        try configuration.validate()
        self.model = model
        self.source = source
        self.configuration = configuration
        self.compute = compute
        self.normalization = normalization
        self.team = team
        try Self.requireShares(configuration, team)
        guard configuration.microBatches == 1 || model.auxiliary == nil else {
            throw FaceTrainingError.configuration(
                key: "microBatches", reason: "it must be 1 for a network with auxiliary heads")
        }
        device = try Device.named(compute.device)
        stepsPerEpoch = source.stepsPerEpoch
        guard stepsPerEpoch > 0 else {
            throw FaceTrainingError.tooFewImages(
                images: source.imageCount, batchSize: configuration.batchSize)
        }
        rows = configuration.microBatches > 1 ? SharedRows(model.loss, team) : nil
        let parts = try TrainedParts(model.state, configuration)
        parts.freeze()
        let optimizer = configuration.makeOptimizer(parts.parameters, factors: parts.factors)
        average =
            configuration.average > 0
            ? WeightAverage(of: model.backbone.state, decay: configuration.average) : nil
        step = TrainingStep(
            model: model, optimizer: optimizer, precision: compute.precision, device: device)
        self.optimizer = optimizer
        divided =
            configuration.microBatches > 1
            ? MicroBatchedStep(
                model: model, optimizer: optimizer, precision: compute.precision, device: device,
                microBatches: configuration.microBatches, reduction: configuration.reduction,
                team: team) : nil
        let state = model.state + optimizer.state + (average?.state.prefixed("average") ?? [])
        rows?.find(in: state)
        self.checkpoint = TrainingCheckpoint(
            folder: checkpoint, state: state, fingerprint: fingerprint, rows: rows,
            difference: difference)
        if team?.leads != false, let stored = try self.checkpoint.restore() {
            position = stored.position
            warning = stored.warning
            if position.step > 0 { optimizer.resume() }
        }
    }

    /// Steps of the whole run.
    public var steps: Int { stepsPerEpoch * configuration.epochs }

    /// Steps of the epochs that the learning rate and the loss's own schedules refer to.
    private var scheduledSteps: Int { stepsPerEpoch * configuration.scheduledEpochs }

    /// Trains to the end, or until the observer stops it.
    ///
    /// - Throws: ``FaceTrainingError``, what the source throws, or what the observer does.
    public func run(observer: any TrainingObserver) throws {
        LibTorch.setThreads(compute.threads)
        LibTorch.setDeterministic(true)
        // On the CPU gradients are computed on the calling thread, so they use these
        // kernels too.
        try compute.withKernels {
            do {
                try beginTogether()
                try trainEpochs(observer)
            } catch {
                endTogether(after: error)
                throw error
            }
        }
    }

    private func trainEpochs(_ observer: any TrainingObserver) throws {
        if let warning { try observer.receive(.warning(warning)) }
        if position.step > 0 { try observer.receive(.resumed(position)) }
        while position.epoch < configuration.epochs {
            if position.stepInEpoch < stepsPerEpoch {
                try trainEpoch(observer)
                // Saved before the observer evaluates, so that an interruption there loses no training.
                try save(observer)
            }
            others = othersAfterStep
            // The observer must find the complete model at the last epoch.
            if position.epoch + 1 >= configuration.epochs { try gatherModel() }
            if team?.leads != false { try observer.receive(.epoch(summarizeEpoch())) }
            beginNextEpoch()
            try continueTogether(observer)
        }
        try rows?.restoreWeights()
    }

    // MARK: An epoch

    private func trainEpoch(_ observer: any TrainingObserver) throws {
        others = .awaitAgreement
        let batches = Result { try makeBatches() }
        var clock = StepClock()
        var upcoming = (try? batches.get()).map {
            PrefetchedBatches($0, isPrefetching: device != .cpu, prepare: prepare)
        }
        while let batch = try agreed(
            batches.flatMap { _ in Result { try upcoming?.next() } }, observer)
        {
            let isLast = position.stepInEpoch + 1 >= stepsPerEpoch
            let waited = upcoming?.takeWaitingSeconds() ?? 0
            var summary = try takeStep(batch, &clock) { if !isLast { upcoming?.fetch() } }
            summary.waitingSeconds = waited
            others = isLast && rows != nil ? .awaitSave : othersAfterStep
            try observer.receive(.step(summary))
            for diagnostic in observe(summary) { try observer.receive(.diagnostic(diagnostic)) }
            if team == nil, observer.shouldStop {
                try save(observer)
                throw FaceTrainingError.interrupted(step: position.step)
            }
            guard position.stepInEpoch < stepsPerEpoch else { break }
            guard clock.isSaveDue(observer.saveInterval) else { continue }
            // Clocks differ between processes, so process 0 decides.
            if rows == nil { try save(observer) } else { savesNext = team?.leads == true }
        }
    }

    /// The batches of the current epoch, or this process's part of each.
    private func makeBatches() throws -> any TrainingBatches {
        let (epoch, step) = (position.epoch, position.stepInEpoch)
        guard team != nil, let own = divided?.localMicroBatches else {
            return try source.batches(epoch: epoch, from: step, flip: configuration.flip)
        }
        let size = configuration.batchSize / configuration.microBatches
        return try source.batches(
            epoch: epoch, from: step, flip: configuration.flip,
            images: own.lowerBound * size..<own.upperBound * size)
    }

    private func summarizeEpoch() -> EpochSummary {
        let sums = position.sums
        let images = Double(max(1, sums.images))
        let active = sums.active?.divided(by: images) ?? LossState()
        return EpochSummary(
            epoch: position.epoch + 1, step: position.step,
            images: position.step * configuration.batchSize,
            learningRate: configuration.schedule.rate(
                step: position.step - 1, of: scheduledSteps),
            loss: sums.loss / images, accuracy: Double(sums.correct) / images,
            accuracyWithMargin: Double(sums.correctWithMargin) / images,
            lossState: position.lossState.replacing(active),
            diagnostics: (position.detector?.diagnostics ?? []).filter {
                $0.epoch == position.epoch + 1
            },
            seconds: position.seconds,
            imagesPerSecond: Double(sums.images) / max(position.seconds, 1e-9))
    }

    private func beginNextEpoch() {
        position.epoch += 1
        position.stepInEpoch = 0
        position.sums = EpochSums()
        position.totalSeconds += position.seconds
        position.seconds = 0
    }

    func save(_ observer: any TrainingObserver) throws {
        savesNext = false
        if others == .awaitSave { others = .awaitOrder }
        rows?.beginSave()
        guard team?.leads != false else { return try rows?.finishSave() ?? () }
        do {
            try observer.receive(.saving(position))
            try checkpoint.save(position)
        } catch {
            if !(error is ProcessError) { try rows?.finishSave() }
            throw error
        }
        try observer.receive(.saved(position))
    }

    /// Known failures that a step shows.
    private func observe(_ summary: StepSummary) -> [TrainingDiagnostic] {
        var detector = position.detector ?? FailureDetector()
        let step = FailureDetector.Step(
            step: summary.step, epoch: summary.epoch, loss: summary.loss,
            correct: Int(saturating: (summary.accuracy * Double(summary.images)).rounded()),
            images: summary.images, scale: position.lossState[.scale],
            endsEpoch: position.stepInEpoch >= stepsPerEpoch)
        let new = detector.observe(
            step, classes: model.loss.classCount, guessing: model.loss.guessingLoss,
            diagnosis: model.loss.diagnosis)
        position.detector = detector
        return new
    }

    // MARK: A step

    /// - Parameter meanwhile: Work to do while a GPU computes.
    private func takeStep(
        _ batch: PreparedBatch, _ clock: inout StepClock, _ meanwhile: () -> Void
    ) throws -> StepSummary {
        let rate = configuration.schedule.rate(step: position.step, of: scheduledSteps)
        let numbers: TrainingStep.Numbers
        do {
            numbers = try numbersOfStep(batch, rate, meanwhile)
        } catch {
            if let error = error as? FaceTrainingError {
                failure = describe(error, learningRate: rate)
            }
            throw error
        }
        outputs = []
        return advance(by: numbers, learningRate: rate, seconds: clock.lap())
    }

    private func numbersOfStep(
        _ batch: PreparedBatch, _ rate: Double, _ meanwhile: () -> Void
    ) throws -> TrainingStep.Numbers {
        // From here on, a failure occurs in all processes at the same place.
        others = .idle
        let numbers: TrainingStep.Numbers
        if let divided {
            let labels = try divided.gathered(batch.labelValues)
            try checkLabels(labels)
            numbers = try LibTorch.withSpreadThreads {
                try divided.take(
                    images: batch.images, labels: labels, learningRate: rate,
                    gradientClip: configuration.gradientClip, progress: progress(0))
            }
            meanwhile()
        } else {
            try checkLabels(batch.labelValues)
            let launched = LibTorch.withSpreadThreads {
                step.launch(
                    images: batch.images, labels: batch.labels,
                    microBatches: configuration.accumulation, learningRate: rate,
                    gradientClip: configuration.gradientClip, progress: progress)
            }
            meanwhile()
            numbers = launched.read()
        }
        outputs = numbers.outputs
        guard numbers.sums.loss.isFinite else { throw nonFinite("loss") }
        guard numbers.gradientNorm.isFinite else { throw nonFinite("gradient") }
        return numbers
    }

    /// Counts a completed step.
    private func advance(
        by numbers: TrainingStep.Numbers, learningRate: Double, seconds: Double
    ) -> StepSummary {
        let sums = numbers.sums
        let images = Double(sums.images)
        position.lossState = numbers.lossState
        position.step += 1
        position.stepInEpoch += 1
        average?.update(afterSteps: position.step)
        position.sums.add(sums)
        position.seconds += seconds
        let step = RecentStep(
            step: position.step, loss: sums.loss / images, gradientNorm: numbers.gradientNorm,
            learningRate: learningRate)
        remember(step)
        return StepSummary(
            step: step.step, steps: steps, epoch: position.epoch + 1, learningRate: learningRate,
            loss: step.loss, gradientNorm: step.gradientNorm,
            accuracy: Double(sums.correct) / images,
            accuracyWithMargin: Double(sums.correctWithMargin) / images,
            images: sums.images, seconds: seconds, waitingSeconds: 0)
    }

    private func prepare(_ batch: ImageBatch) -> PreparedBatch {
        let images = normalization.images(
            pixels: batch.pixels, count: batch.count, height: batch.height, width: batch.width,
            format: compute.memoryFormat, device: device)
        return PreparedBatch(
            images: images, labels: Tensor(batch.labels, device: device),
            labelValues: batch.labels)
    }

    private func progress(_ microBatch: Int) -> LossProgress {
        LossProgress(
            fraction: min(1, Double(position.step) / Double(scheduledSteps)), step: position.step,
            microBatch: microBatch)
    }

    /// A label outside the classes would end the process inside LibTorch.
    private func checkLabels(_ labels: [Int]) throws(FaceTrainingError) {
        guard let classes = model.loss.classCount,
            let label = labels.first(where: { !(0..<classes).contains($0) })
        else { return }
        throw .labelOutOfRange(label: label, classes: classes, step: position.step + 1)
    }

    private func nonFinite(_ quantity: String) -> FaceTrainingError {
        .nonFinite(
            quantity: quantity, step: position.step + 1, epoch: position.epoch + 1,
            lastLoss: recent.last?.loss ?? .nan, lastNorm: recent.last?.gradientNorm ?? .nan)
    }

    private func remember(_ step: RecentStep) {
        if recent.count == StepFailure.rememberedSteps { recent.removeFirst() }
        recent.append(step)
    }
}

/// Measures the time of steps, and determines when the next checkpoint is due.
struct StepClock {
    private let clock = ContinuousClock()
    private var lastLap: ContinuousClock.Instant
    private var lastSave: ContinuousClock.Instant

    init() {
        lastLap = clock.now
        lastSave = lastLap
    }

    /// Seconds since the previous lap.
    mutating func lap() -> Double {
        let now = clock.now
        defer { lastLap = now }
        return lastLap.duration(to: now) / .seconds(1)
    }

    mutating func isSaveDue(
        _ interval: Duration, at now: ContinuousClock.Instant = .now
    ) -> Bool {
        guard lastSave.duration(to: now) >= interval else { return false }
        lastSave = now
        return true
    }
}
