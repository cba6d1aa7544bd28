import FaceData
public import FaceLosses
public import FaceModels
public import Foundation
import Torch
import SafeNumbers

/// Trains one backbone with one loss.
///
/// The trainer knows neither test sets nor files other than its checkpoint: it emits events, and
/// whoever listens evaluates, draws and writes.
///
/// ```swift
/// let trainer = try Trainer(
///     backbone: backbone, loss: loss, source: source, configuration: configuration,
///     compute: compute, checkpoint: folder, fingerprint: "softmax on faces, seed 1")
/// try trainer.run { event in
///     if case .epoch(let summary) = event { print(summary.loss) }
/// }
/// ```
public final class Trainer {
    /// The network, whose parameters change.
    public let backbone: any Backbone
    /// The loss, whose class weights change.
    public let loss: any FaceLoss
    /// How the network is trained.
    public let configuration: TrainingConfiguration
    /// Steps of one epoch.
    public let stepsPerEpoch: Int
    /// Where the run stands.
    public private(set) var position = TrainingPosition()

    /// What is known of the step whose loss or gradient was not finite; nil before there is one.
    public private(set) var failure: StepFailure?

    let source: any TrainingSource
    private let compute: ComputeConfiguration
    private let device: Device
    private let optimizer: SGD
    /// Takes the steps on a GPU; nil on the processor.
    private let accelerated: AcceleratedStep?
    private let checkpoint: TrainingCheckpoint
    private let normalization: InputNormalization
    private var warning: String?
    /// The last steps, the newest at the end.
    private(set) var recent: [RecentStep] = []
    /// What the network and the loss gave in the step under way, for a failure's record.
    private(set) var outputs: [(name: String, tensor: Tensor)] = []

    /// Prepares a run, and goes on from the folder's checkpoint when there is one.
    ///
    /// - Parameters:
    ///   - checkpoint: Folder of the checkpoint; made when it is needed.
    ///   - fingerprint: What the run is; a checkpoint with another one is refused.
    ///   - difference: Why a checkpoint's fingerprint is another run's, a part of a sentence; nil when
    ///     it is this run's. Without it, any other text is.
    /// - Throws: ``FaceTrainingError`` or `TorchError` when the configuration is out of range, the
    ///   source too small, or the checkpoint damaged or of another run.
    public init(
        backbone: any Backbone, loss: any FaceLoss, source: any TrainingSource,
        configuration: TrainingConfiguration, compute: ComputeConfiguration,
        normalization: InputNormalization = .standard, checkpoint: URL, fingerprint: String,
        difference: ((_ stored: String) -> String?)? = nil
    ) throws {
        try configuration.validate()
        self.backbone = backbone
        self.loss = loss
        self.source = source
        self.configuration = configuration
        self.compute = compute
        self.normalization = normalization
        device = try Device.named(compute.device)
        stepsPerEpoch = source.stepsPerEpoch
        guard stepsPerEpoch > 0 else {
            throw FaceTrainingError.tooFewImages(
                images: source.imageCount, batchSize: configuration.batchSize)
        }
        let model = backbone.state.prefixed("backbone") + loss.state.prefixed("loss")
        optimizer = SGD(model.parameters, options: configuration.optimizer)
        accelerated =
            device == .cpu
            ? nil
            : AcceleratedStep(
                backbone: backbone, loss: loss, optimizer: optimizer,
                precision: compute.precision, device: device)
        self.checkpoint = TrainingCheckpoint(
            folder: checkpoint, state: model + optimizer.state.prefixed("velocity"),
            fingerprint: fingerprint, difference: difference)
        if let stored = try self.checkpoint.restore() {
            position = stored.position
            warning = stored.warning
            if position.step > 0 { optimizer.resume() }
        }
    }

    /// Steps of the whole run.
    public var steps: Int { stepsPerEpoch * configuration.epochs }

    /// Trains to the end.
    ///
    /// - Parameters:
    ///   - saveInterval: Time between two checkpoints inside an epoch.
    ///   - shouldStop: Asked after each step; when true, the state is saved and the run ends with
    ///     ``FaceTrainingError/interrupted(step:)``.
    ///   - listener: Told of each event; when it throws at an epoch's end, that event comes again on resuming.
    public func run(
        saveInterval: Duration = .seconds(60), shouldStop: () -> Bool = { false },
        listener: (TrainingEvent) throws -> Void
    ) throws {
        LibTorch.setThreads(compute.threads)
        LibTorch.setDeterministic(true)
        // On the processor gradients are computed on the thread that asks for them, so they use these
        // kernels too.
        try compute.withKernels { try trainEpochs(saveInterval, shouldStop, listener) }
    }

    private func trainEpochs(
        _ saveInterval: Duration, _ shouldStop: () -> Bool,
        _ listener: (TrainingEvent) throws -> Void
    ) throws {
        if let warning { try listener(.warning(warning)) }
        if position.step > 0 { try listener(.resumed(position)) }
        while position.epoch < configuration.epochs {
            if position.stepInEpoch < stepsPerEpoch {
                try trainEpoch(saveInterval, shouldStop, listener)
                // Saved before the listener evaluates, so that a stop there costs no training.
                try save(listener)
            }
            try listener(.epoch(summarizeEpoch()))
            beginNextEpoch()
        }
    }

    // MARK: An epoch

    private func trainEpoch(
        _ saveInterval: Duration, _ shouldStop: () -> Bool,
        _ listener: (TrainingEvent) throws -> Void
    ) throws {
        let batches = try source.batches(
            epoch: position.epoch, from: position.stepInEpoch, flip: configuration.flip)
        var clock = StepClock()
        var upcoming = Upcoming(batches, isAhead: accelerated != nil, prepare: prepare)
        while let batch = try upcoming.next() {
            let isLast = position.stepInEpoch + 1 >= stepsPerEpoch
            let summary = try takeStep(batch, &clock) { if !isLast { upcoming.fetch() } }
            try listener(.step(summary))
            for diagnostic in observe(summary) { try listener(.diagnostic(diagnostic)) }
            if shouldStop() {
                try save(listener)
                throw FaceTrainingError.interrupted(step: position.step)
            }
            guard position.stepInEpoch < stepsPerEpoch else { break }
            if clock.isSaveDue(saveInterval) { try save(listener) }
        }
    }

    private func summarizeEpoch() -> EpochSummary {
        let sums = position.sums
        let images = Double(max(1, sums.images))
        let active = (sums.active ?? [:]).mapValues { $0 / images }
        return EpochSummary(
            epoch: position.epoch + 1, step: position.step,
            images: position.step * configuration.batchSize,
            learningRate: configuration.schedule.rate(step: position.step - 1, of: steps),
            loss: sums.loss / images, accuracy: Double(sums.correct) / images,
            accuracyWithMargin: Double(sums.correctWithMargin) / images,
            lossState: position.lossState.merging(active) { $1 },
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

    private func save(_ listener: (TrainingEvent) throws -> Void) throws {
        try listener(.saving(position))
        try checkpoint.save(position)
        try listener(.saved(position))
    }

    /// What a step shows of known failures.
    private func observe(_ summary: StepSummary) -> [TrainingDiagnostic] {
        var detector = position.detector ?? FailureDetector()
        let step = FailureDetector.Step(
            step: summary.step, epoch: summary.epoch, loss: summary.loss,
            correct: Int(saturating: (summary.accuracy * Double(summary.images)).rounded()),
            images: summary.images, scale: position.lossState["scale"],
            endsEpoch: position.stepInEpoch >= stepsPerEpoch)
        let new = detector.observe(
            step, classes: loss.classCount, scalesByNorm: position.lossState["lambda"] != nil,
            guessing: loss.guessingLoss)
        position.detector = detector
        return new
    }

    // MARK: A step

    /// - Parameter meanwhile: What can be done while a GPU computes.
    private func takeStep(
        _ batch: PreparedBatch, _ clock: inout StepClock, _ meanwhile: () -> Void
    ) throws -> StepSummary {
        let rate = configuration.schedule.rate(step: position.step, of: steps)
        let sums: EpochSums
        let norm: Double
        do {
            try checkLabels(batch.labelValues)
            if let accelerated {
                (sums, norm) = try take(accelerated, batch, rate, meanwhile)
            } else {
                sums = try accumulateGradients(batch)
                norm = try clipGradients()
                optimizer.step(learningRate: rate)
            }
        } catch let error as FaceTrainingError {
            failure = describe(error, learningRate: rate)
            throw error
        }
        outputs = []
        let loss = sums.loss / Double(sums.images)
        position.step += 1
        remember(
            RecentStep(step: position.step, loss: loss, gradientNorm: norm, learningRate: rate))
        position.stepInEpoch += 1
        position.sums.add(sums)
        let seconds = clock.lap()
        position.seconds += seconds
        return StepSummary(
            step: position.step, steps: steps, epoch: position.epoch + 1, learningRate: rate,
            loss: loss, gradientNorm: norm,
            accuracy: Double(sums.correct) / Double(sums.images),
            accuracyWithMargin: Double(sums.correctWithMargin) / Double(sums.images),
            images: sums.images, seconds: seconds)
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
            fraction: Double(position.step) / Double(steps), step: position.step,
            microBatch: microBatch)
    }

    private func take(
        _ step: AcceleratedStep, _ batch: PreparedBatch, _ rate: Double, _ meanwhile: () -> Void
    ) throws -> (EpochSums, norm: Double) {
        let microBatches = configuration.accumulation
        let launched = step(
            images: batch.images, labels: batch.labels, microBatches: microBatches, rate: rate,
            clip: configuration.gradientClip, progress: progress)
        meanwhile()
        let outcome = launched.outcome()
        outputs = outcome.outputs
        position.lossState = outcome.lossState
        guard outcome.sums.loss.isFinite else { throw nonFinite("loss") }
        guard outcome.norm.isFinite else { throw nonFinite("gradient") }
        return (outcome.sums, outcome.norm)
    }

    private func accumulateGradients(_ batch: PreparedBatch) throws -> EpochSums {
        optimizer.clearGradients()
        var sums = EpochSums()
        let microBatches = split(batch.images, batch.labels, into: configuration.accumulation)
        for (index, microBatch) in microBatches.enumerated() {
            sums.add(
                try accumulateGradients(
                    images: microBatch.images, labels: microBatch.labels, microBatch: index))
        }
        return sums
    }

    private func accumulateGradients(
        images: Tensor, labels: Tensor, microBatch: Int
    ) throws -> EpochSums {
        let embeddings = withPrecision(compute.precision, on: device) {
            backbone(images, training: true)
        }
        let output = loss(embeddings: embeddings, labels: labels, progress: progress(microBatch))
        outputs = output.named(with: embeddings)
        let value = output.loss.item()
        guard value.isFinite else { throw nonFinite("loss") }
        (output.loss / Double(configuration.accumulation)).backward()

        position.lossState = output.state
        let count = labels.count
        var sums = EpochSums()
        sums.loss = value * Double(count)
        sums.images = count
        sums.active = EpochSums.active(output.state, images: count)
        sums.correct = output.correctCount(labels: labels, withMargin: false)
        sums.correctWithMargin = output.correctCount(labels: labels, withMargin: true)
        return sums
    }

    /// A label that no class belongs to would end the process inside of LibTorch.
    private func checkLabels(_ labels: [Int]) throws(FaceTrainingError) {
        guard let classes = loss.classCount,
            let label = labels.first(where: { !(0..<classes).contains($0) })
        else { return }
        throw .labelOutOfRange(label: label, classes: classes, step: position.step + 1)
    }

    private func clipGradients() throws -> Double {
        let norm = optimizer.gradientNorm()
        guard norm.isFinite else { throw nonFinite("gradient") }
        if configuration.gradientClip > 0, norm > configuration.gradientClip {
            optimizer.scaleGradients(by: configuration.gradientClip / norm)
        }
        return norm
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

/// Measures steps, and says when the next checkpoint is due.
private struct StepClock {
    private let clock = ContinuousClock()
    private var lastLap: ContinuousClock.Instant
    private var lastSave: ContinuousClock.Instant

    init() {
        lastLap = clock.now
        lastSave = lastLap
    }

    /// Seconds since the former lap.
    mutating func lap() -> Double {
        let now = clock.now
        defer { lastLap = now }
        return lastLap.duration(to: now) / .seconds(1)
    }

    mutating func isSaveDue(_ interval: Duration) -> Bool {
        guard lastSave.duration(to: clock.now) >= interval else { return false }
        lastSave = clock.now
        return true
    }
}
