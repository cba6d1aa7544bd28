import FaceData
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import SafeFiles
import Torch
import SafeNumbers

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
        try request().requireContinuation(of: folder)
        removeLeftovers()
        warnOfLostModel()
        try addGeometry()
        return result
    }

    /// Writes that the run failed, so that the report can say so; the next attempt replaces it.
    /// Says when the model that a finished run was for is gone or cut short, and how to make it again;
    /// the run's numbers hold without it.
    private func warnOfLostModel() {
        guard PlainFile.kind(of: folder.modelURL) != nil else { return warn(ofModel: "is missing") }
        do {
            _ = try Safetensors.read(folder.modelURL)
        } catch {
            warn(ofModel: "cannot be read (\(error))")
        }
    }

    private func warn(ofModel reason: String) {
        control.listener(
            .warning(
                "'\(run.folderName)' is finished, but its model.safetensors \(reason); its results "
                    + "are kept, and removing the folder '\(folder.url.path)' has the same command "
                    + "make the run again"))
    }

    func recordFailure(_ error: any Error) {
        Self.recordFailure("\(error)", in: folder)
    }

    private static func recordFailure(_ message: String, in folder: RunFolder) {
        guard FileManager.default.fileExists(atPath: folder.descriptionURL.path) else { return }
        let records = (try? folder.readEpochs()) ?? []
        let result = RunResult(
            status: .failed, message: message, epochs: records.count,
            trainAccuracy: records.last?.trainAccuracy ?? 0, tests: [], imagesPerSecond: 0,
            seconds: 0)
        // The error itself is what the user hears of; a second one about its record would hide it.
        if (try? folder.readResult())?.status != .finished { try? folder.write(result) }
    }

    /// Checks that the training set is the one of a run made elsewhere.
    func requireSameData(as description: RunDescription) throws {
        guard description.train.contentHash == trainSet.facts.contentHash else {
            throw FaceStudyError.otherData(name: trainSet.facts.name)
        }
    }

    /// Trains to the end and writes the result.
    func execute() throws -> RunResult {
        let started = ContinuousClock.now
        let model = try makeModel()
        try describe(model.backbone)
        let trainer = try makeTrainer(model, checkpoint: folder.checkpointURL)
        let recorder = try RunRecorder(
            self, model, from: trainer.position,
            records: try recordsUpTo(trainer.position.epoch))
        do {
            try trainer.run(
                saveInterval: control.saveInterval, shouldStop: control.shouldStop,
                listener: recorder.receive)
        } catch let error as FaceTrainingError {
            throw try explained(error, trainer)
        }
        let result = try recorder.result(
            seconds: started.duration(to: .now) / .seconds(1),
            trainSeconds: trainer.position.totalSeconds)
        try finish(model, result)
        return result
    }

    /// Sees to it that memory which runs out in the middle of a step ends the process with a
    /// sentence, and with the run marked as failed.
    ///
    /// - Parameter need: What the run needs, from which follows what would fit.
    func explainMemory(_ need: MemoryNeed?) {
        let (folder, endProcess, name) = (folder, control.endProcess, run.folderName)
        let batchSize = configuration.training.batchSize
        LibTorch.whenMemoryRunsOut { error in
            let room = ProcessMemory.resident.map { UInt64(saturating: Double($0) * 0.9) }
            let fitting =
                room.flatMap { need?.batchSize(fitting: $0) }
                .map { min($0, batchSize / 2) } ?? batchSize / 2
            let message =
                "\(name): \(error.reason) with a batch of \(batchSize): --batch-size \(fitting) "
                + "would probably fit"
            Self.recordFailure(message, in: folder)
            endProcess(message)
        }
    }

    /// Adds to a step's failure where its bundle is.
    private func explained(_ error: FaceTrainingError, _ trainer: Trainer) throws -> any Error {
        guard let failure = trainer.failure,
            let bundle = try? FailureBundle.write(failure, of: folder)
        else { return error }
        return FaceStudyError.failedStep(reason: "\(error)", bundle: bundle.path)
    }

    // MARK: Parts

    func makeModel() throws -> (backbone: any Backbone, loss: any FaceLoss) {
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

    func makeTrainer(
        _ model: (backbone: any Backbone, loss: any FaceLoss), checkpoint: URL
    ) throws -> Trainer {
        let training = configuration.training
        let sampler = try BatchSamplers.make(
            run.identity.sampler, labels: trainSet.set.labels, batchSize: training.batchSize,
            seed: run.identity.seed)
        let source = ImageSetSource(
            images: trainSet.set, stamps: trainSet.stamps, sampler: sampler,
            side: configuration.inputSize,
            seed: run.identity.seed)
        let fingerprint = try fingerprint()
        return try Trainer(
            backbone: model.backbone, loss: model.loss, source: source, configuration: training,
            compute: compute, checkpoint: checkpoint, fingerprint: fingerprint.text,
            difference: fingerprint.difference)
    }

    var trainSet: PreparedTrainSet { data.train[run.trainIndex] }

    private func fingerprint() throws -> RunFingerprint {
        try RunFingerprint(
            .init(
                identity: run.identity, loss: run.lossValues, training: configuration.training,
                compute: compute, inputSize: configuration.inputSize,
                data: trainSet.facts.contentHash, labels: trainSet.facts.labelHash,
                heldOut: configuration.validation.identities))
    }

    // MARK: The folder

    /// Checks, before anything is trained, what the sets and the folder say of the run.
    ///
    /// - Throws: `FaceDataError.tooFewIdentities`, `FaceTrainingError.tooFewImages`, or
    ///   ``FaceStudyError/differentConfiguration(path:key:stored:asked:)``.
    func requirePossible() throws {
        let size = configuration.training.batchSize
        let sampler = try BatchSamplers.make(
            run.identity.sampler, labels: trainSet.set.labels, batchSize: size,
            seed: run.identity.seed)
        guard sampler.batchesPerEpoch > 0 else {
            throw FaceTrainingError.tooFewImages(images: trainSet.set.count, batchSize: size)
        }
        guard FileManager.default.fileExists(atPath: folder.descriptionURL.path) else { return }
        try request().requireContinuation(of: folder)
    }

    private func request() throws -> RunRequest {
        RunRequest(
            configuration: configuration.narrowed(to: run).json(), compute: compute,
            loss: run.identity.loss, lossValues: run.lossValues, train: trainSet.facts,
            tests: data.tests.map(\.facts))
    }

    /// Writes the description, or checks that the folder holds a run of the same one.
    private func describe(_ backbone: any Backbone) throws {
        let description = try makeDescription(backbone)
        try control.willStart(description)
        removeLeftovers()
        if FileManager.default.fileExists(atPath: folder.descriptionURL.path) {
            try request().requireContinuation(of: folder)
        }
        try folder.write(description)
        try describeEnvironment()
        try forgetFailure()
        try configuration.narrowed(to: run).write(
            to: folder.studyURL)
    }

    /// Writes what the run is made with, and warns where that has changed since it began.
    private func describeEnvironment() throws {
        let environment = EnvironmentProbe.environment(compute, commit: control.commit)
        if let before = try folder.readEnvironment() {
            let changes = environment.differences(from: before)
            if !changes.isEmpty {
                control.listener(
                    .warning(
                        "'\(run.folderName)' was begun with another "
                            + "\(changes.map(\.sentence).joined(separator: ", another ")); its "
                            + "numbers may differ in their last digits from those of one machine"))
            }
        }
        try folder.write(environment)
    }

    /// A run that failed before is under way again.
    private func forgetFailure() throws {
        guard try folder.readResult()?.status == .failed else { return }
        try FileManager.default.removeItem(at: folder.resultURL)
    }

    /// Removes what a process that was killed left half done.
    private func removeLeftovers() {
        for part in [folder.url, folder.url.appendingPathComponent("scores")] {
            Leftovers.remove(from: part)
        }
        if folder.isFinished { try? FileManager.default.removeItem(at: folder.checkpointURL) }
    }

    private func makeDescription(_ backbone: any Backbone) throws -> RunDescription {
        let name = run.folderName
        var description = RunDescription(
            identity: run.identity, lossTitle: run.loss.title,
            backbone: facts(of: backbone),
            train: trainSet.facts, tests: data.tests.map(\.facts),
            epochs: configuration.training.epochs, batchSize: configuration.training.batchSize,
            configuration: configuration.narrowed(to: run).json(),
            command: "facet reproduce runs/\(name)")
        description.validation = trainSet.validation?.facts
        description.lossValues = run.lossValues
        description.requestedLoss = run.loss.requested
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
                trainSet: run.identity.trainSet, loss: run.identity.loss,
                meanFace: trainSet.meanFace?.map { UInt8(max(0, min(255, $0.rounded()))) }),
            to: folder.modelURL)
        try folder.write(result)
        // What is left to go on from is not needed any more, and it is the largest file by far.
        try? FileManager.default.removeItem(at: folder.checkpointURL)
    }
}

extension TorchError {
    /// The part of an error that names its cause.
    fileprivate var reason: String {
        guard case .outOfMemory(let operation, let message) = self else { return description }
        return "out of memory in \(operation) (\(message))"
    }
}
