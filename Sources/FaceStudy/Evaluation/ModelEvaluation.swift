import FaceData
import FaceEvaluation
import FaceRuns
import FaceTraining
public import Foundation
import Torch

/// Tests a network, or embeddings that one made, on the test sets of a configuration.
///
/// A test set's `pairs` may be two lists with a comma between them, LFW's View 1: the threshold is
/// chosen on the first and judged on the second.
public struct ModelEvaluation {
    /// What is embedded, and whence.
    private struct Embedded {
        var pairs: VerificationPairs
        var views: EmbeddingViews
        var labelled: [VerificationPair]
        var warnings: [String] = []
    }

    private let configuration: StudyConfiguration
    private let source: EmbeddingSource

    /// Opens a model: a `model.safetensors`, a run's folder or checkpoint, a network in TorchScript, or
    /// a file of embeddings (``EmbeddingFile``).
    ///
    /// - Throws: The error of a file that is missing, damaged or something else.
    public init(model: URL, configuration: StudyConfiguration) throws {
        let compute = try configuration.resolvedCompute()
        LibTorch.setThreads(compute.threads)
        source = try EmbeddingSource.open(model, configuration)
        self.configuration = configuration
    }

    /// Tests the model.
    ///
    /// - Parameters:
    ///   - embeddings: Where the embeddings go, if anywhere (``EmbeddingFile``).
    ///   - warn: Told what makes a test set unfit for the network, before it is embedded.
    ///   - progress: Told a set's name, and how many of its images are done.
    /// - Throws: The error of a test set, an image or the network, and
    ///   ``FaceStudyError/cannotWrite(path:reason:)``.
    public func run(
        embeddings: URL? = nil, warn: (String) -> Void = { _ in },
        progress: (String, Int, Int) throws -> Void
    ) throws -> EvaluationResults {
        var sets: [EvaluatedSet] = []
        var stored: [(name: String, views: EmbeddingViews, images: [String])] = []
        for test in configuration.test {
            let (development, main) = try lists(of: test)
            let chosen = try development.map {
                try embed($0, name: "\(test.name) (development)", warn, progress)
            }
            let embedded = try embed(main, name: test.name, warn, progress)
            if embeddings != nil {
                if let chosen {
                    stored.append(
                        ("\(test.name) (development)", chosen.views, chosen.pairs.images))
                }
                stored.append((test.name, embedded.views, embedded.pairs.images))
            }
            sets.append(
                try EvaluatedSet(
                    name: test.name, pairs: embedded.pairs, labelled: embedded.labelled,
                    views: embedded.views, warnings: embedded.warnings,
                    development: try chosen.map {
                        try $0.views.normalizedSum().scores(of: $0.labelled)
                    } ?? []))
        }
        if let embeddings { try EmbeddingFile.write(stored, to: embeddings) }
        return EvaluationResults(sets: sets)
    }

    /// The pairs of a test set, with those that View 1's threshold is chosen on.
    private func lists(
        of test: StudyConfiguration.TestSource
    ) throws -> (development: VerificationPairs?, main: VerificationPairs) {
        let images = URL(fileURLWithPath: test.images)
        let names = test.pairs.split(separator: ",").map(String.init)
        let isOne = names.count != 2 || FileManager.default.fileExists(atPath: test.pairs)
        if isOne { return (nil, try open(images, test.pairs)) }
        return (try open(images, names[0]), try open(images, names[1]))
    }

    private func open(_ images: URL, _ pairs: String) throws -> VerificationPairs {
        try VerificationPairs.open(images: images, pairs: pairs)
    }

    private func embed(
        _ pairs: VerificationPairs, name: String, _ warn: (String) -> Void,
        _ progress: (String, Int, Int) throws -> Void
    ) throws -> Embedded {
        switch source {
        case .file(let file):
            let found = try file.match(name, images: pairs.images, pairs: pairs.pairs)
            return Embedded(pairs: pairs, views: found.views, labelled: found.pairs)
        case .network(let network):
            try network.requireFixed(on: pairs.source)
            let crop = try network.cropWarning(
                pairs, threads: ProcessInfo.processInfo.activeProcessorCount)
            if let crop { warn("'\(name)': \(crop)") }
            let views = try network.embedder.embeddings(of: pairs.source, size: network.inputSize) {
                try progress(name, $0, pairs.images.count)
            }
            return Embedded(
                pairs: pairs, views: views, labelled: pairs.pairs,
                warnings: crop.map { [$0.capitalizedSentence] } ?? [])
        }
    }
}

extension String {
    /// A sentence of a part of one: with a capital letter and an end.
    fileprivate var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
