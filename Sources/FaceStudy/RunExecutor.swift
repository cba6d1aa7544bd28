import FaceData
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Processes
import SeededRandom
import SafeFiles
import Spelling
import Torch
import SafeNumbers

/// Trains and evaluates one planned run, keeping its folder consistent at every moment.
struct RunExecutor {
    let context: RunContext

    /// The result of a finished run, after testing it on added test sets; nil if the run is not finished.
    func finishedResult() throws -> (result: RunResult, added: [String])? {
        guard let result = try context.folder.readResult(), result.status == .finished,
            result.epochs >= context.configuration.training.epochs
        else { return nil }
        try request().requireContinuation(of: context.folder)
        removeStaleFiles()
        guard !context.isTry else { return (result, []) }
        try noteTuning()
        warnOfLostModel()
        let grown = try addTests(to: result)
        try addGeometry()
        return grown
    }

    /// Updates the role in tuning in a finished run's description.
    private func noteTuning() throws {
        guard let role = context.run.role else { return }
        var description = try context.folder.readDescription()
        guard description.tuning != role else { return }
        description.tuning = role
        try context.folder.write(description)
    }

    /// Warns if a finished run's model is missing or truncated, and how to make it again; the run's numbers
    /// remain valid without it.
    private func warnOfLostModel() {
        guard PlainFile.kind(of: context.folder.modelURL) != nil else {
            return warn(ofModel: "is missing")
        }
        do {
            _ = try Safetensors.read(context.folder.modelURL)
        } catch {
            warn(ofModel: "cannot be read (\(error))")
        }
    }

    private func warn(ofModel reason: String) {
        context.control.listener(
            .warning(
                "\(quoted: context.run.folderName) is finished, but its model.safetensors "
                    + "\(reason); its results "
                    + "are kept, and removing the folder \(quoted: context.folder.url.path) has "
                    + "the same command "
                    + "again"))
    }

    /// Records that the run failed, for the report; the next attempt replaces the record.
    func recordFailure(_ error: any Error) {
        guard context.lease?.isHeld != false else { return }
        Self.recordFailure("\(error)", in: context.folder, by: context.study.worker?.token)
    }

    private static func recordFailure(
        _ message: String, in folder: RunFolder, by worker: String?
    ) {
        guard FileManager.default.fileExists(atPath: folder.descriptionURL.path) else { return }
        let records = (try? folder.readEpochs()) ?? []
        var result = RunResult(
            status: .failed, message: message, epochs: records.count,
            trainAccuracy: records.last?.trainAccuracy ?? 0, tests: [], imagesPerSecond: 0,
            seconds: 0)
        result.worker = worker
        // The error itself is reported to the user; an error of recording it would hide it.
        guard (try? folder.readResult())?.status != .finished else { return }
        try? folder.write(result)
        try? RunEvents(folder, from: nil).end(.failure)
    }

    /// Trains to the end and writes the result.
    func execute() throws -> RunResult {
        let started = ContinuousClock.now
        let model = try makeModel()
        try describe(model.backbone)
        try begin(model, evaluates: !context.isTry)
        let trainer = try makeTrainer(model, checkpoint: context.folder.checkpointURL)
        let recorder = try RunRecorder(
            context, model, trainer.average, from: trainer.position,
            records: try recordsUpTo(trainer.position.epoch))
        try context.control.team?.order(.train(.init(context.run)))
        do {
            try trainer.run(observer: recorder)
        } catch let error as FaceTrainingError {
            throw try explained(error, trainer)
        }
        try context.requireHeld()
        let result = try recorder.result(
            seconds: started.duration(to: .now) / .seconds(1),
            trainSeconds: trainer.position.totalSeconds)
        try finish(model, trainer.average, result)
        return result
    }

    /// Ends the process with a message, and marks the run as failed, if memory runs out in the middle of a
    /// step.
    ///
    /// - Parameter need: The run's memory, for computing which batch would fit.
    func explainMemory(_ need: MemoryNeed?) {
        let (folder, endProcess) = (context.folder, context.control.endProcess)
        let worker = context.study.worker?.token
        let name = context.run.folderName
        let batchSize = context.configuration.training.batchSize
        LibTorch.whenMemoryRunsOut { error in
            let room = ProcessMemory.resident.map { UInt64(saturating: Double($0) * 0.9) }
            let fitting =
                room.flatMap { need?.batchSize(fitting: $0) }
                .map { min($0, batchSize / 2) } ?? batchSize / 2
            let message =
                "\(name): \(error.reason) with a batch of \(batchSize); --batch-size \(fitting) "
                + "would probably fit"
            Self.recordFailure(message, in: folder, by: worker)
            endProcess(message)
        }
    }

    /// Adds the path of the bundle to a step's failure.
    private func explained(_ error: FaceTrainingError, _ trainer: Trainer) throws -> any Error {
        guard let failure = trainer.failure,
            let bundle = try? FailureBundle.write(failure, of: context.folder)
        else { return error }
        return FaceStudyError.failedStep(reason: "\(error)", bundle: bundle.path)
    }

    // MARK: Parts

    func makeModel() throws -> Model {
        let initial = InitialWeights(
            seed: context.run.identity.seed, device: try Device.named(context.compute.device))
        let backbone = try BackboneCatalogue.make(
            context.run.backbone, inputSize: context.configuration.inputSize,
            initial: initial.child("backbone"))
        let team = dividesClasses ? context.control.team : nil
        let loss = try LossCatalogue.make(
            context.run.loss, classes: context.trainSet.set.identities.count,
            embeddingSize: backbone.embeddingSize, initial: initial.child("head"),
            head: context.configuration.training.head.supported(by: context.compute),
            ownBlocks: team.map { team in { $0.range(of: team.rank, among: team.size) } })
        let auxiliary = AuxiliaryClassifiers(
            backbone, classes: context.trainSet.set.identities.count,
            initial: initial.child("auxiliary"))
        return Model(backbone: backbone, loss: loss, auxiliary: auxiliary)
    }

    /// Whether this process draws the first weights of its own classes only. Process 0 needs all of them to take over
    /// what a file has.
    private var dividesClasses: Bool {
        context.configuration.training.microBatches > 1
            && (context.control.team?.leads == false || context.study.start == nil || hasCheckpoint)
    }

    func makeTrainer(_ model: Model, checkpoint: URL) throws -> Trainer {
        let training = context.configuration.training
        let sampler = try BatchSamplers.make(
            context.run.identity.sampler, labels: context.trainSet.set.labels,
            batchSize: training.batchSize,
            seed: context.run.identity.seed)
        let source = ImageSetSource(
            images: context.trainSet.set, stamps: context.trainSet.stamps, sampler: sampler,
            side: context.configuration.inputSize,
            seed: context.run.identity.seed,
            augmentation: try Augmentation(parsing: training.augmentation))
        let fingerprint = try fingerprint()
        return try Trainer(
            model: model, source: source, configuration: training,
            compute: context.compute, normalization: context.configuration.input.normalization,
            checkpoint: checkpoint, fingerprint: fingerprint.text, team: context.control.team,
            difference: fingerprint.difference)
    }

    private func fingerprint() throws -> RunFingerprint {
        try RunFingerprint(
            .init(
                identity: context.run.identity, loss: context.run.lossValues,
                training: context.configuration.training,
                compute: context.compute, inputSize: context.configuration.inputSize,
                data: context.trainSet.facts.contentHash, labels: context.trainSet.facts.labelHash,
                heldOut: context.configuration.validation.identities,
                input: context.configuration.input == .init() ? nil : context.configuration.input,
                start: try startFacts().map { facts in
                    let options = context.configuration.start
                    return .init(
                        contentHash: facts.contentHash, classes: options.takesClasses,
                        newClasses: options.newClasses)
                }))
    }

    // MARK: The folder

    /// Checks that the run is possible with its sets and folder, before anything is trained.
    ///
    /// - Throws: `FaceDataError.tooFewIdentities`, `FaceTrainingError.tooFewImages`, or
    ///   ``FaceStudyError/differentConfiguration(path:key:stored:asked:)``.
    func requirePossible() throws {
        let size = context.configuration.training.batchSize
        let sampler = try BatchSamplers.make(
            context.run.identity.sampler, labels: context.trainSet.set.labels, batchSize: size,
            seed: context.run.identity.seed)
        guard sampler.batchesPerEpoch > 0 else {
            throw FaceTrainingError.tooFewImages(
                images: context.trainSet.set.count, batchSize: size)
        }
        try requireParts()
        try requireStart()
        guard FileManager.default.fileExists(atPath: context.folder.descriptionURL.path) else {
            return
        }
        try request().requireContinuation(of: context.folder)
    }

    private func request() throws -> RunRequest {
        RunRequest(
            configuration: context.configuration.narrowed(to: context.run).recordJSON(),
            compute: context.compute,
            loss: context.run.identity.loss, lossValues: context.run.lossValues,
            train: context.trainSet.facts,
            tests: context.tests.map(\.facts), start: try startFacts(),
            templates: context.templates.map(\.facts))
    }

    /// Writes the description, or checks that the one in the folder is of the same run.
    private func describe(_ backbone: any Backbone) throws {
        let description = try makeDescription(backbone)
        try context.control.willStart(description)
        if FileManager.default.fileExists(atPath: context.folder.descriptionURL.path) {
            try request().requireContinuation(of: context.folder)
        }
        try context.requireHeld()
        try forgetResult()
        removeStaleFiles()
        try context.folder.write(description)
        try describeEnvironment()
        try context.configuration.narrowed(to: context.run).write(
            to: context.folder.studyURL)
    }

    /// Records the environment, and warns if it has changed since the run began.
    private func describeEnvironment() throws {
        var environment = EnvironmentProbe.environment(
            context.compute, commit: context.control.commit)
        if context.configuration.training.reduction == .fast {
            environment.processes = context.control.team?.size ?? 1
        }
        if let before = try context.folder.readEnvironment() {
            let changes = environment.differences(from: before)
            if !changes.isEmpty {
                context.control.listener(
                    .warning(
                        "\(quoted: context.run.folderName) was begun with another "
                            + "\(changes.map(\.sentence).joined(separator: ", a different ")); its "
                            + "results may differ in the last digits from a run on a single machine"
                    ))
            }
        }
        try context.folder.write(environment)
    }

    /// Removes the result of a run that failed before, or was finished after fewer epochs, since it is in
    /// progress again.
    private func forgetResult() throws {
        guard try context.folder.readResult() != nil else { return }
        try FileManager.default.removeItem(at: context.folder.resultURL)
    }

    /// Removes unfinished files of a killed process.
    private func removeStaleFiles() {
        for part in [context.folder.url, context.folder.url.appendingPathComponent("scores")] {
            PartialFile.removeStale(in: part)
        }
        if context.folder.isFinished { removeCheckpoint() }
    }

    /// Removes the checkpoint, by far the largest file, unless the run's schedule allows more epochs.
    private func removeCheckpoint() {
        let training = context.configuration.training
        let isKept =
            !context.isTry
            && (training.schedule.isOpen || training.scheduledEpochs > training.epochs)
        let folder = context.folder.checkpointURL
        let file = isKept ? folder.appendingPathComponent("previous.safetensors") : folder
        try? FileManager.default.removeItem(at: file)
    }

    private func makeDescription(_ backbone: any Backbone) throws -> RunDescription {
        let name = context.run.folderName
        var description = RunDescription(
            identity: context.run.identity, lossTitle: context.run.lossTitle,
            backbone: facts(of: backbone),
            train: context.trainSet.facts, tests: context.tests.map(\.facts),
            epochs: context.configuration.training.epochs,
            batchSize: context.configuration.training.batchSize,
            configuration: context.configuration.narrowed(to: context.run).recordJSON(),
            command: "facet reproduce runs/\(name)")
        let templates = context.templates.map(\.facts)
        description.templateTests = templates.isEmpty ? nil : templates
        description.validation = context.trainSet.validation?.facts
        try markAdded(&description)
        description.lossValues = context.run.lossValues
        description.start = try startFacts()
        description.tuning = context.run.role
        description.requestedLoss = context.run.loss.requested
        description.randomNumbers = SeededRandom.algorithm
        return description
    }

    /// Marks the test sets on which not all earlier epochs were tested.
    private func markAdded(_ description: inout RunDescription) throws {
        let folder = context.folder
        guard FileManager.default.fileExists(atPath: folder.descriptionURL.path),
            try !folder.readEpochs().isEmpty
        else { return }
        let before = try folder.readDescription().tests
        for index in description.tests.indices {
            let known = before.named(description.tests[index].name)
            description.tests[index].isAdded = known.map(\.isAdded) ?? true
        }
    }

    private func facts(of backbone: any Backbone) -> BackboneFacts {
        let facts = backbone.facts(inputSize: context.configuration.inputSize)
        return BackboneFacts(
            title: facts.title, parameters: facts.parameters, multiplyAdds: facts.multiplyAdds,
            embeddingSize: facts.embeddingSize, inputSize: facts.inputSize)
    }

    /// The records of the epochs that the checkpoint has completed; later ones are repeated.
    private func recordsUpTo(_ epochs: Int) throws -> [EpochRecord] {
        try context.folder.truncateMetrics(toLines: epochs)
        return try context.folder.readEpochs()
    }

    private func finish(
        _ model: Model, _ average: WeightAverage?, _ result: RunResult
    ) throws {
        if !context.isTry { try writeModel(model, average) }
        try context.folder.write(result)
        removeCheckpoint()
        KeptEmbeddings.removeAll(in: context.folder)
    }

    private func writeModel(_ model: Model, _ average: WeightAverage?) throws {
        try HeadFile.write(
            model.loss.state, loss: context.run.identity.loss,
            identities: context.trainSet.set.identities,
            origin: [
                "facet_version": FacetVersion.number, "train_set": context.run.identity.trainSet,
            ],
            to: context.folder.headURL)
        let metadata = ModelFile.Metadata(
            inputSize: context.configuration.inputSize,
            normalization: context.configuration.input.normalization,
            facetVersion: FacetVersion.number,
            trainSet: context.run.identity.trainSet, loss: context.run.identity.loss,
            meanFace: context.trainSet.meanFace?.map { UInt8(max(0, min(255, $0.rounded()))) },
            terms: context.trainSet.facts.terms)
        try average?.withAverages {
            try ModelFile.write(model.backbone, metadata, to: context.folder.averageURL)
        }
        try ModelFile.write(model.backbone, metadata, to: context.folder.modelURL)
    }
}

extension TorchError {
    /// The cause in an error's message.
    fileprivate var reason: String {
        guard case .outOfMemory(let operation, let message) = self else { return description }
        return "out of memory in \(operation) (\(message))"
    }
}

extension HeadOptions {
    /// The options as a run has them: `bfloat16` requires a network that computes in it.
    func supported(by compute: ComputeConfiguration) -> HeadOptions {
        var options = self
        if compute.precision != .bfloat16 { options.precision = .float32 }
        return options
    }
}
