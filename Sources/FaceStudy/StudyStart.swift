import FaceEmbedding
import FaceLosses
import FaceModels
import FaceRuns
import Foundation
import ModelFormats
import Spelling
import Torch

/// The initial weights of a study's networks.
final class StudyStart {
    /// The requested initial weights.
    let options: StudyConfiguration.Start
    private let url: URL
    private let inputSize: Int
    private let normalization: InputNormalization
    /// The file that was read last: most studies have only one.
    private var last: PretrainedWeights?
    /// Hashes of the files' contents when the study first read them.
    private var hashes: [String: String] = [:]
    private var fitting: Set<String> = []
    /// Results of untouched networks, by their weights.
    private var evaluated: [String: StartEvaluation] = [:]

    /// Prepares to read weights; nil if networks start from random weights.
    init?(_ configuration: StudyConfiguration) {
        guard let path = configuration.start.from else { return nil }
        options = configuration.start
        inputSize = configuration.inputSize
        normalization = configuration.input.normalization
        url = URL(fileURLWithPath: path)
    }

    /// A run's initial weights.
    ///
    /// - Throws: ``FaceStudyError/start(reason:)``.
    func weights(for run: PlannedRun) throws(FaceStudyError) -> PretrainedWeights {
        try Self.refusing {
            let file = try PretrainedWeights.file(
                url, backbone: run.backbone, seed: run.identity.seed)
            if let last, last.url == file { return last }
            let weights = try PretrainedWeights(file)
            if let known = hashes[file.path], known != weights.contentHash {
                throw FaceStudyError.start(
                    reason:
                        "\(quoted: file.path) has changed since the study read it; restore it and "
                        + "run the same command again")
            }
            hashes[file.path] = weights.contentHash
            last = weights
            return weights
        }
    }

    /// The file that a run starts from. A run in progress does not need it any more: if it is gone, the
    /// run's own description is used.
    ///
    /// - Throws: ``FaceStudyError/start(reason:)``.
    func facts(for run: PlannedRun, in folder: RunFolder) throws(FaceStudyError) -> StartFacts {
        let stored = (try? folder.readDescription())?.start
        if let stored, !FileManager.default.fileExists(atPath: url.path) { return stored }
        let weights = try weights(for: run)
        return StartFacts(
            file: weights.url.pathComponents.suffix(2).joined(separator: "/"),
            contentHash: weights.contentHash)
    }

    /// Checks that the weights fit a run's network.
    ///
    /// - Throws: ``FaceStudyError/start(reason:)`` with the misfits.
    func requireFit(_ run: PlannedRun) throws(FaceStudyError) {
        let weights = try weights(for: run)
        let key = "\(run.backbone) \(weights.url.path)"
        guard !fitting.contains(key) else { return }
        if let theirs = weights.normalization, theirs != normalization {
            throw .start(
                reason: "\(quoted: weights.url.path) expects \(theirs), and the study gives "
                    + "\(normalization); add --colour \(theirs.order.rawValue) --input-mean "
                    + "\(theirs.mean) --input-deviation \(theirs.standardDeviation)")
        }
        try Self.refusing {
            let network = try BackboneCatalogue.make(
                run.backbone, inputSize: inputSize, initial: .zeros())
            let match = try match(weights, network)
            // Reads every tensor, so that damaged or non-finite ones are found before anything is trained.
            try match.load(into: network.state)
            _ = try head(of: weights)
        }
        fitting.insert(key)
    }

    /// The class weights that are copied; nil if none are.
    ///
    /// - Throws: ``FaceStudyError/start(reason:)`` for weights that are not finite, and the errors of a
    ///   file that is damaged.
    func head(of weights: PretrainedWeights) throws -> HeadFile.Content? {
        guard options.takesClasses, let url = weights.headURL else { return nil }
        let head = try HeadFile.read(url)
        for (name, tensor) in head.tensors.sorted(by: { $0.key < $1.key })
        where !tensor.isFinite().all() {
            throw FaceStudyError.start(
                reason:
                    "tensor \(quoted: name) of \(quoted: url.path) has values that are not finite; use class "
                    + "weights from before training failed")
        }
        return head
    }

    /// The part of the weights that belongs to a network.
    func match(_ weights: PretrainedWeights, _ network: any Backbone) throws -> WeightMatch {
        try weights.match(
            network.state, of: network.specification, inputSize: inputSize,
            isPartial: options.isPartial)
    }

    /// Results of an untouched network, measured only once.
    ///
    /// - Parameter key: Identifies the network's weights.
    func evaluation(
        _ key: String, _ measure: () throws -> StartEvaluation
    ) rethrows -> StartEvaluation {
        if let known = evaluated[key] { return known }
        let evaluation = try measure()
        evaluated[key] = evaluation
        return evaluation
    }

    private static func refusing<Result>(
        _ body: () throws -> Result
    ) throws(FaceStudyError) -> Result {
        do {
            return try body()
        } catch let error as FaceStudyError {
            throw error
        } catch {
            throw .start(reason: "\(error)")
        }
    }
}

/// Results of an untouched network on each test set.
struct StartEvaluation {
    let tests: [StartRecord.Test]
    let scores: [(test: String, scores: [ScoreRecord])]
}
