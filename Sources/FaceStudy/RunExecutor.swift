import FaceData
import FaceEvaluation
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Torch

/// Trains and evaluates one planned run, keeping its folder true at every moment.
struct RunExecutor {
    let run: PlannedRun
    let configuration: StudyConfiguration
    let compute: ComputeConfiguration
    let folder: RunFolder
    let data: PreparedData
    let control: StudyControl

    /// The result of a run that is finished already.
    func finishedResult() throws -> RunResult? {
        guard let result = try folder.readResult(), result.status == .finished else { return nil }
        try makeDescription(try makeModel().backbone).requireContinuation(of: folder)
        return result
    }

    /// Writes that the run failed, so that the report can say so; the next attempt replaces it.
    func recordFailure(_ error: any Error) {
        guard FileManager.default.fileExists(atPath: folder.descriptionURL.path) else { return }
        let records = (try? folder.readEpochs()) ?? []
        let result = RunResult(
            status: .failed, message: "\(error)", epochs: records.count,
            trainAccuracy: records.last?.trainAccuracy ?? 0, tests: [], imagesPerSecond: 0,
            seconds: 0)
        // The error itself is what the user hears of; a second one about its record would hide it.
        if (try? folder.readResult())?.status != .finished { try? folder.write(result) }
    }

    /// Trains to the end and writes the result.
    func execute() throws -> RunResult {
        let started = ContinuousClock.now
        let model = try makeModel()
        try describe(model.backbone)
        let trainer = try makeTrainer(model)
        let records = try recordsUpTo(trainer.position.epoch)
        let recorder = try RunRecorder(
            run: run, configuration: configuration, compute: compute, folder: folder, data: data,
            control: control, backbone: model.backbone, records: records)
        try trainer.run(
            saveInterval: control.saveInterval, shouldStop: control.shouldStop,
            listener: recorder.receive)
        let result = try recorder.result(
            seconds: started.duration(to: .now) / .seconds(1),
            trainSeconds: trainer.position.totalSeconds)
        try finish(model, result)
        return result
    }

    // MARK: Parts

    private func makeModel() throws -> (backbone: any Backbone, loss: any FaceLoss) {
        let initial = InitialWeights(
            seed: run.identity.seed, device: try Device.named(compute.device))
        let backbone = try BackboneCatalogue.make(
            run.backbone, inputSize: configuration.inputSize, initial: initial.child("backbone"))
        let loss = try LossCatalogue.make(
            run.loss, classes: trainSet.set.identities.count,
            embeddingSize: backbone.embeddingSize, initial: initial.child("head"),
            head: headOptions)
        return (backbone, loss)
    }

    /// The head's options, where `bfloat16` needs a network that computes in it.
    private var headOptions: HeadOptions {
        var options = configuration.training.head
        if compute.precision != .bfloat16 { options.precision = .float32 }
        return options
    }

    private func makeTrainer(_ model: (backbone: any Backbone, loss: any FaceLoss)) throws
        -> Trainer
    {
        let training = configuration.training
        let sampler = try BatchSamplers.make(
            run.identity.sampler, labels: trainSet.set.labels, batchSize: training.batchSize,
            seed: run.identity.seed)
        let source = ImageSetSource(
            images: trainSet.set, sampler: sampler, side: configuration.inputSize,
            seed: run.identity.seed)
        return try Trainer(
            backbone: model.backbone, loss: model.loss, source: source, configuration: training,
            compute: compute, checkpoint: folder.checkpointURL, fingerprint: fingerprint())
    }

    private var trainSet: PreparedTrainSet { data.train[run.trainIndex] }

    /// Everything that decides about the run's numbers.
    private func fingerprint() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = try encoder.encode(
            Fingerprint(
                identity: run.identity, training: configuration.training, compute: compute,
                inputSize: configuration.inputSize, data: trainSet.facts.contentHash,
                heldOut: configuration.validation.identities))
        return String(decoding: text, as: UTF8.self)
    }

    private struct Fingerprint: Encodable {
        var identity: RunIdentity
        var training: TrainingConfiguration
        var compute: ComputeConfiguration
        var inputSize: Int
        var data: String
        var heldOut: Double
    }

    // MARK: The folder

    /// Writes the description, or checks that the folder holds a run of the same one.
    private func describe(_ backbone: any Backbone) throws {
        let description = try makeDescription(backbone)
        if FileManager.default.fileExists(atPath: folder.descriptionURL.path) {
            try description.requireContinuation(of: folder)
        }
        try folder.write(description)
        try folder.write(EnvironmentProbe.environment(compute, commit: control.commit))
        try configuration.narrowed(to: run).write(
            to: folder.url.appendingPathComponent("study.json"))
    }

    private func makeDescription(_ backbone: any Backbone) throws -> RunDescription {
        let name = run.folderName
        var description = RunDescription(
            identity: run.identity, lossTitle: run.loss.title,
            backbone: facts(of: backbone),
            train: trainSet.facts, tests: data.tests.map(\.facts),
            epochs: configuration.training.epochs, batchSize: configuration.training.batchSize,
            configuration: try configuration.narrowed(to: run).json(),
            command: "facet compare --config runs/\(name)/study.json --output reproduced")
        description.validation = trainSet.validation?.facts
        return description
    }

    private func facts(of backbone: any Backbone) -> BackboneFacts {
        let facts = backbone.facts(inputSize: configuration.inputSize)
        return BackboneFacts(
            title: facts.title, parameters: facts.parameters, multiplyAdds: facts.multiplyAdds,
            embeddingSize: facts.embeddingSize, inputSize: facts.inputSize)
    }

    /// The records of the epochs that the checkpoint has completed; later ones are made again.
    private func recordsUpTo(_ epochs: Int) throws -> [EpochRecord] {
        try folder.truncateMetrics(toLines: epochs)
        return try folder.readEpochs()
    }

    private func finish(
        _ model: (backbone: any Backbone, loss: any FaceLoss), _ result: RunResult
    ) throws {
        try HeadFile.write(
            model.loss.state, loss: run.identity.loss, identities: trainSet.set.identities,
            origin: [
                "facet_version": FacetVersion.number, "train_set": run.identity.trainSet,
            ],
            to: folder.headURL)
        try ModelFile.write(
            model.backbone,
            ModelFile.Metadata(
                inputSize: configuration.inputSize, facetVersion: FacetVersion.number,
                trainSet: run.identity.trainSet, loss: run.identity.loss),
            to: folder.modelURL)
        try folder.write(result)
        // What is left to go on from is not needed any more, and it is the largest file by far.
        try? FileManager.default.removeItem(at: folder.checkpointURL)
    }
}

/// Turns a trainer's events into the run folder's records.
private final class RunRecorder {
    private let run: PlannedRun
    private let configuration: StudyConfiguration
    private let folder: RunFolder
    private let data: PreparedData
    private let control: StudyControl
    private let embedder: Embedder
    private var records: [EpochRecord]
    private var last: [TestEvaluation] = []

    init(
        run: PlannedRun, configuration: StudyConfiguration, compute: ComputeConfiguration,
        folder: RunFolder, data: PreparedData, control: StudyControl, backbone: any Backbone,
        records: [EpochRecord]
    ) throws {
        self.run = run
        self.configuration = configuration
        self.folder = folder
        self.data = data
        self.control = control
        self.records = records
        embedder = try Embedder(
            backbone: backbone, compute: compute,
            batchSize: configuration.evaluation.batchSize)
    }

    func receive(_ event: TrainingEvent) throws {
        control.listener(.training(run, event))
        if case .epoch(let summary) = event { try record(summary) }
    }

    private func record(_ summary: EpochSummary) throws {
        let started = ContinuousClock.now
        last = try evaluate(all: summary.epoch == configuration.training.epochs)
        let validation = try data.train[run.trainIndex].validation.map {
            try evaluate($0, all: true)
        }
        var record = EpochRecord(
            epoch: summary.epoch, step: summary.step, images: summary.images,
            learningRate: summary.learningRate, loss: summary.loss,
            trainAccuracy: summary.accuracy, trainAccuracyWithMargin: summary.accuracyWithMargin,
            lossState: summary.lossState,
            findings: summary.findings.isEmpty ? nil : summary.findings.map(\.description),
            tests: last.map(Self.epochTest),
            imagesPerSecond: summary.imagesPerSecond, trainSeconds: summary.seconds,
            evaluationSeconds: started.duration(to: .now) / .seconds(1))
        record.validation = validation.map(Self.epochTest)
        records.append(record)
        if summary.epoch == configuration.training.epochs { try writeScores() }
        try folder.append(record)
        control.listener(.epochRecorded(run, record))
    }

    private func evaluate(all: Bool) throws -> [TestEvaluation] {
        try data.tests.map { try evaluate($0, all: all) }
    }

    private func evaluate(_ test: PreparedTest, all: Bool) throws -> TestEvaluation {
        try test.evaluate(embedder, size: configuration.inputSize, all: all) { done, total in
            control.listener(.evaluating(run, test.facts.name, done, total))
            if control.shouldStop() { throw FaceStudyError.interrupted }
        }
    }

    private static func epochTest(_ evaluation: TestEvaluation) -> EpochTest {
        EpochTest(
            name: evaluation.name, accuracy: evaluation.report.insightFace.accuracy,
            standardDeviation: evaluation.report.insightFace.standardDeviation,
            pairs: evaluation.scores.count)
    }

    private func writeScores() throws {
        for evaluation in last {
            try folder.write(evaluation.scores, test: evaluation.name)
        }
    }

    func result(seconds: Double, trainSeconds: Double) throws -> RunResult {
        let images = Double(records.last?.images ?? 0)
        return RunResult(
            status: .finished, epochs: records.count,
            trainAccuracy: records.last?.trainAccuracy ?? 0,
            tests: last.map { testResult($0) },
            imagesPerSecond: images / max(trainSeconds, 1e-9), seconds: seconds)
    }

    private func testResult(_ evaluation: TestEvaluation) -> TestResult {
        let convergence = Convergence(
            records.compactMap { record in
                record.tests.first { $0.name == evaluation.name }?.accuracy
            })
        let report = evaluation.report
        return TestResult(
            name: evaluation.name, pairs: evaluation.scores.count,
            accuracy: report.insightFace.accuracy,
            standardDeviation: report.insightFace.standardDeviation,
            threshold: report.insightFace.threshold, tarAtFar1e3: report.insightFace.tar ?? 0,
            auc: report.roc?.auc ?? 0, eer: report.roc?.equalErrorRate ?? 0,
            meanNorm: report.meanNorm ?? 0,
            bestEpoch: convergence.bestEpoch, bestAccuracy: convergence.bestAccuracy,
            epochWithin95Percent: convergence.epochWithin95Percent)
    }
}
