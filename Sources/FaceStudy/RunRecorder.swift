import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Torch

/// Turns a trainer's events into the run folder's records.
final class RunRecorder: TrainingObserver {
    private let context: RunContext
    private let embedder: SetEmbedder
    private let average: WeightAverage?
    private let loss: any FaceLoss
    private let steps: StepLog
    private let events: RunEvents
    private var records: [EpochRecord]
    private var last: [ScoredSet] = []

    private var run: PlannedRun { context.run }
    private var folder: RunFolder { context.folder }
    private var configuration: StudyConfiguration { context.configuration }
    private var control: StudyControl { context.control }

    /// Starts recording a run that resumes from a position.
    ///
    /// - Parameter records: The records of the epochs before it.
    init(
        _ context: RunContext, _ model: Model, _ average: WeightAverage?,
        from position: TrainingPosition,
        records: [EpochRecord]
    ) throws {
        self.context = context
        self.records = records
        loss = model.loss
        self.average = average
        embedder = try context.embedder(model)
        steps = try StepLog(context.folder, keepingUpTo: position.step)
        events = try RunEvents(context.folder, from: position.step)
    }

    var saveInterval: Duration { control.saveInterval }

    var shouldStop: Bool { control.shouldStop() }

    func receive(_ event: TrainingEvent) throws {
        try context.requireHeld()
        control.listener(.training(run, event))
        switch event {
        case .epoch(let summary): try record(summary)
        case .saving:
            try steps.synchronize()
            try events.flush()
        case .step(let summary):
            try steps.append(StepRecord(summary))
            try events.append(summary)
        default: break
        }
    }

    private func record(_ summary: EpochSummary) throws {
        let started = ContinuousClock.now
        let all = summary.epoch == configuration.training.epochs
        last = try evaluate(embedder, all: all)
        let validation = try context.trainSet.validation.map {
            try kept($0, embedder, all: true)
        }
        var record = EpochRecord(
            epoch: summary.epoch, step: summary.step, images: summary.images,
            learningRate: summary.learningRate, loss: summary.loss,
            trainAccuracy: summary.accuracy, trainAccuracyWithMargin: summary.accuracyWithMargin,
            lossState: summary.lossState.record,
            diagnostics: summary.diagnostics.isEmpty ? nil : summary.diagnostics.map(\.description),
            tests: last.map(EpochTest.init),
            imagesPerSecond: summary.imagesPerSecond, trainSeconds: summary.seconds,
            evaluationSeconds: started.duration(to: .now) / .seconds(1))
        record.validation = validation.map(EpochTest.init)
        record.averaged = try average.flatMap { average in
            last.isEmpty ? nil : try evaluateAverage(average, all: all)
        }?.map(EpochTest.init)
        records.append(record)
        try context.requireHeld()
        if summary.epoch == configuration.training.epochs {
            try writeScores()
            try writeTemplates()
            if !context.isTry { try writeGeometry() }
        }
        try folder.append(record)
        try events.append(record)
        control.listener(.epochRecorded(run, record))
    }

    private func evaluate(_ embedder: SetEmbedder, all: Bool) throws -> [ScoredSet] {
        try context.tests.map { try kept($0, embedder, all: all) }
    }

    private func evaluateAverage(_ average: WeightAverage, all: Bool) throws -> [ScoredSet] {
        var embedder = embedder
        embedder.averaged = true
        return try average.withAverages { try evaluate(embedder, all: all) }
    }

    /// Evaluates a set, with a clear error if its images have been removed since they were read.
    private func kept(
        _ test: PreparedTest, _ embedder: SetEmbedder, all: Bool
    ) throws -> ScoredSet {
        try FaceStudyError.lostImages { try evaluate(test, embedder, all: all) }
    }

    private func evaluate(
        _ test: PreparedTest, _ embedder: SetEmbedder, all: Bool
    ) throws -> ScoredSet {
        try test.evaluate(embedder, all: all) { done, total in
            try control.report(.evaluating(run, test.facts.name, done, total))
        }
    }

    private func writeScores() throws {
        for evaluation in last {
            try folder.write(evaluation.scores, test: evaluation.name)
            let details = try evaluation.details(
                context.study.data.annotations, draws: StudyConfiguration.Evaluation.draws)
            if let details { try folder.write(details) }
        }
    }

    /// Tests the model on the sets of templates, and on MegaFace.
    private func writeTemplates() throws {
        guard !context.templates.isEmpty else { return }
        let kept = embedder.kept(in: folder)
        let cohort: ScoreCohort? = try FaceStudyError.lostImages {
            try context.cohort()?.embed(
                embedder, configuration.evaluation.pooling, kept: kept
            ) { try control.report(.evaluating(run, "cohort", $0, $1)) }
        }
        for test in context.templates {
            let name = test.facts.name
            let found = try FaceStudyError.lostImages {
                try test.evaluate(
                    embedder, cohort: cohort, trained: context.trainSet.set.identities,
                    context.study.data.annotations, kept: kept
                ) {
                    try control.report(.evaluating(run, name, $0, $1))
                }
            }
            try found.write(to: folder, test: name)
        }
    }

    private func writeGeometry() throws {
        let measurement = GeometryMeasurement(
            embedder: embedder, train: context.trainSet,
            weights: loss.state.first { $0.name == "weight" }?.tensor)
        let tests = zip(context.tests, last).map { (test: $0, views: $1.views) }
        try folder.write(
            try FaceStudyError.lostImages {
                try measurement.measure(tests: tests) { done, total in
                    try control.report(.evaluating(run, "training images", done, total))
                }
            })
    }

    func result(seconds: Double, trainSeconds: Double) throws -> RunResult {
        try events.end(.success)
        let images = Double(records.last?.images ?? 0)
        return RunResult(
            status: .finished, epochs: records.count,
            trainAccuracy: records.last?.trainAccuracy ?? 0,
            tests: last.map { TestResult($0, epochs: records) },
            imagesPerSecond: images / max(trainSeconds, 1e-9), seconds: seconds)
    }
}

extension StepRecord {
    /// The reproducible part of a step.
    init(_ summary: StepSummary) {
        self.init(
            step: summary.step, epoch: summary.epoch, learningRate: summary.learningRate,
            loss: summary.loss, gradientNorm: summary.gradientNorm, accuracy: summary.accuracy,
            accuracyWithMargin: summary.accuracyWithMargin)
    }
}

extension StudyControl {
    /// Reports progress between two pieces of work, either of which may be the last.
    func report(_ event: StudyEvent) throws(FaceStudyError) {
        listener(event)
        try check()
    }

    /// Throws if a stop was requested.
    func check() throws(FaceStudyError) {
        if shouldStop() { throw .interrupted }
    }
}

extension FaceStudyError {
    /// Runs a body on training images, with a clear error if they have been removed since they were read.
    static func lostImages<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FaceDataError {
            throw FaceStudyError.lostImage(reason: error.description)
        }
    }
}
