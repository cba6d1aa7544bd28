import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import ModelFormats
import Torch

extension RunExecutor {
    /// Whether there is a state to resume from, so that the initial weights are not needed.
    var hasCheckpoint: Bool {
        ["last.safetensors", "previous.safetensors"].contains {
            FileManager.default.fileExists(
                atPath: context.folder.checkpointURL.appendingPathComponent($0).path)
        }
    }

    /// Checks that the run's initial weights exist and fit its network.
    ///
    /// - Throws: ``FaceStudyError/start(reason:)``.
    func requireStart() throws {
        guard let start = context.study.start, !hasCheckpoint, !context.folder.isFinished else {
            return
        }
        try start.requireFit(context.run)
    }

    /// Checks that parts that are frozen or have their own learning rate exist.
    ///
    /// - Throws: `FaceTrainingError.configuration(key:reason:)`.
    func requireParts() throws {
        let training = context.configuration.training
        guard !training.freeze.isEmpty || !training.partRates.isEmpty else { return }
        let backbone = try BackboneCatalogue.make(
            context.run.backbone, inputSize: context.configuration.inputSize, initial: .zeros())
        let loss = try LossCatalogue.make(
            context.run.loss, classes: 2, embeddingSize: backbone.embeddingSize, initial: .zeros(),
            head: training.head)
        _ = try TrainedParts(Model(backbone: backbone, loss: loss).state, training)
    }

    /// The run's initial weights; nil for random ones.
    func startFacts() throws -> StartFacts? {
        try context.study.start?.facts(for: context.run, in: context.folder)
    }

    /// Loads the initial weights of a new run's network and loss, and evaluates the untouched network.
    ///
    /// - Parameter evaluates: Whether the untouched network is tested.
    func begin(_ model: Model, evaluates: Bool = true) throws {
        guard let start = context.study.start, !hasCheckpoint else { return }
        // The same settings as in the trainer, since initial class weights are computed from embeddings
        // here.
        LibTorch.setThreads(context.compute.threads)
        LibTorch.setDeterministic(true)
        let weights = try start.weights(for: context.run)
        let match = try start.match(weights, model.backbone)
        try match.load(into: model.backbone.state)
        let embedder = try Embedder(
            backbone: model.backbone, normalization: context.configuration.input.normalization,
            compute: context.compute,
            batchSize: context.configuration.evaluation.batchSize)
        let classes = try beginClasses(model.loss, weights, start.options, embedder)
        guard evaluates else { return }
        // Tensors that are not in the file are random, and differ with the seed.
        let seed = match.isWhole ? "" : " \(context.run.identity.seed)"
        let evaluation = try start.evaluation(
            "\(context.run.backbone) \(weights.contentHash)\(seed)"
        ) { try evaluateStart(embedder) }
        for (test, scores) in evaluation.scores {
            try context.folder.start.write(scores, test: test)
        }
        let record = StartRecord(
            facts: try start.facts(for: context.run, in: context.folder),
            summary: match.summary, fitted: match.fitted.count, misfits: match.misfits,
            classes: classes.summary, classesTaken: classes.taken, classesNew: classes.new,
            tests: evaluation.tests)
        try context.folder.write(record)
        context.control.listener(.started(context.run, record))
    }

    private func beginClasses(
        _ loss: any FaceLoss, _ weights: PretrainedWeights, _ options: StudyConfiguration.Start,
        _ embedder: Embedder
    ) throws -> StartingClasses {
        return try StartingClasses(
            loss, lossName: context.run.loss.name,
            identities: context.trainSet.set.identities,
            head: try context.study.start?.head(of: weights),
            means: options.newClasses == .mean
                ? { identities in
                    try FaceStudyError.lostImages { try meanDirections(of: identities, embedder) }
                } : nil)
    }

    /// Maximum number of images of an identity for its mean.
    private static let imagesOfMean = 16

    /// The mean direction of the embeddings of each identity's first images, `[n, d]` of length 1.
    private func meanDirections(of identities: [Int], _ embedder: Embedder) throws -> Tensor {
        let set = context.trainSet.set
        let place = Dictionary(
            zip(identities, identities.indices), uniquingKeysWith: { a, _ in a })
        var counts = [Int](repeating: 0, count: identities.count)
        var images: [Int] = []
        var rows: [Int] = []
        for (image, label) in set.labels.enumerated() {
            guard let row = place[label], counts[row] < Self.imagesOfMean else { continue }
            counts[row] += 1
            images.append(image)
            rows.append(row)
        }
        let (run, control) = (context.run, context.control)
        let table = try embedder.embeddings(
            of: SelectedImages(images, of: set.source), size: context.configuration.inputSize,
            mirroring: false
        ) { try control.report(.evaluating(run, "new identities", $0, images.count)) }.original
        var sums = [Float](repeating: 0, count: identities.count * table.dimension)
        for (image, row) in rows.enumerated() {
            let norm = table[image].reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
            guard norm.isFinite, norm > 0 else { continue }
            for (index, value) in table[image].enumerated() {
                sums[row * table.dimension + index] += value / norm
            }
        }
        return Tensor(sums, shape: [identities.count, table.dimension]).l2Normalized()
    }

    private func evaluateStart(_ embedder: Embedder) throws -> StartEvaluation {
        let embedder = SetEmbedder(embedder: embedder, size: context.configuration.inputSize)
        let sets = try context.tests.map { test in
            try FaceStudyError.lostImages {
                try test.evaluate(embedder, all: true) {
                    try context.control.report(
                        .evaluating(context.run, "\(test.facts.name), untouched", $0, $1))
                }
            }
        }
        return StartEvaluation(
            tests: sets.map { set in
                StartRecord.Test(
                    name: set.name, pairs: set.scores.count,
                    accuracy: set.report.insightFace.accuracy,
                    standardDeviation: set.report.insightFace.standardDeviation)
            }, scores: sets.map { ($0.name, $0.scores) })
    }
}
