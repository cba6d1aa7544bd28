public import FaceData
import FaceEvaluation
import FaceModels
public import Foundation
import Torch

/// A test set as given: where its images are, and its pairs.
public struct NamedTestSet: Sendable, Hashable {
    /// Its name, in tables and files.
    public var name: String
    /// insightface's `.bin`, or a folder of images.
    public var images: String
    /// The list of pairs, or two with a comma between them: LFW's View 1, whose threshold is chosen on
    /// the first and applied to the second. Empty for a `.bin`.
    public var pairs: String

    /// Names a test set.
    public init(name: String, images: String, pairs: String = "") {
        self.name = name
        self.images = images
        self.pairs = pairs
    }
}

/// Tests a network, or embeddings that one made, on test sets.
public struct ModelEvaluation {
    /// The embedded images, and their origin.
    private struct Embedded {
        var pairs: VerificationPairs
        var views: EmbeddingViews
        var labelled: [VerificationPair]
        var warnings: [String] = []
    }

    private let model: URL
    private let source: EmbeddingSource

    /// Opens a model: a `model.safetensors`, a run's folder or checkpoint, a network in TorchScript, or
    /// a file of embeddings (``EmbeddingFile``); with ``StateDictOptions``, a PyTorch state dict.
    ///
    /// - Throws: The error of a file that is missing, damaged or something else.
    public init(
        model: URL, options: EmbeddingOptions, weights: StateDictOptions = StateDictOptions()
    ) throws {
        LibTorch.setThreads(options.compute.threads)
        self.model = model
        source = try EmbeddingSource.open(model, options, weights: weights)
    }

    /// The file that keeps the network's thresholds.
    ///
    /// - Throws: ``FaceEmbeddingError/thresholds(path:reason:)`` for a file of embeddings.
    public func thresholds() throws -> ModelThresholds {
        guard case .network(let network) = source else {
            throw FaceEmbeddingError.thresholds(
                path: model.path, reason: "it holds embeddings and not the network that they are of"
            )
        }
        return network.thresholds
    }

    /// Tests the model.
    ///
    /// - Parameters:
    ///   - tests: The test sets.
    ///   - embeddings: Where the embeddings go, if anywhere (``EmbeddingFile``).
    ///   - attributes: Groups of people, for error rates by group.
    ///   - cohort: Whom scores on sets of templates are normalised by.
    ///   - warn: Receives what makes a test set unfit for the network, before it is embedded.
    ///   - progress: Receives a set's name, and how many of its images are done.
    /// - Throws: The error of a test set, an image or the network, and
    ///   ``FaceEmbeddingError/cannotWrite(path:reason:)``.
    public func run(
        on tests: [NamedTestSet], embeddings: URL? = nil, attributes: AttributeTable? = nil,
        cohort: NamedCohort? = nil, warn: (String) -> Void = { _ in },
        progress: (String, Int, Int) throws -> Void
    ) throws -> EvaluationResults {
        var sets: [EvaluatedSet] = []
        var templates: [EvaluatedTemplates] = []
        var details = EvaluationDetails()
        var scores: [EvaluationResults.SetScores] = []
        var stored: [(name: String, views: EmbeddingViews, images: [String])] = []
        let opened = try cohort.map { try $0.open(threads: threads) }
        var normalizing: ScoreCohort?
        if let cohort, let opened {
            normalizing = try embed(opened, cohort.normalization, warn, progress)
        }
        for test in tests {
            if var set = try templateSet(of: test) {
                if case .network(let network) = source,
                    let warning = network.trained?.warning(of: set)
                {
                    set.warnings.append(warning)
                }
                if let warning = (opened?.set).flatMap(set.cohortWarning) {
                    warn("'\(test.name)': \(warning)")
                }
                let views = try embed(set, name: test.name, warn, progress)
                if embeddings != nil { stored.append((test.name, views, set.images)) }
                templates.append(
                    EvaluatedTemplates(
                        name: test.name,
                        report: try TemplateReport(
                            of: set, views, cohort: normalizing, product: TemplateProduct.torch)))
                let found = try details.add(
                    test.name, set, views, attributes, cohort: normalizing)
                scores.append(
                    .init(
                        name: test.name, scores: found, views: views.mirrored == nil ? 1 : 2,
                        isOfImages: set.templates.allSatisfy { $0.members.count == 1 }))
                continue
            }
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
            let set = try ScoredSet(
                name: test.name, pairs: embedded.pairs, labelled: embedded.labelled,
                views: embedded.views)
            if let attributes {
                let owned = TemplateSet(embedded.pairs, owners: embedded.pairs.owners)
                if embedded.views.count == owned.source.count {
                    _ = try details.add(test.name, owned, embedded.views, attributes)
                }
            }
            scores.append(
                .init(
                    name: test.name, scores: try TemplateScores(of: set.scored),
                    views: embedded.views.mirrored == nil ? 1 : 2, isOfImages: true))
            sets.append(
                try EvaluatedSet(
                    set, warnings: embedded.warnings,
                    development: try chosen.map {
                        try $0.views.normalizedSum().scores(of: $0.labelled)
                    } ?? []))
        }
        if cohort != nil, templates.isEmpty {
            throw FaceEmbeddingError.noTemplates(tests: tests.map(\.name))
        }
        if let embeddings { try EmbeddingFile.write(stored, to: embeddings) }
        details.addTransfers(scores.map { ($0.name, $0.scores) })
        return EvaluationResults(
            sets: sets, templates: templates, details: details, scores: scores)
    }

    private var threads: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Embeds the people whom scores are normalised by.
    private func embed(
        _ cohort: (set: TemplateSet, name: String), _ normalization: ScoreNormalization,
        _ warn: (String) -> Void, _ progress: (String, Int, Int) throws -> Void
    ) throws -> ScoreCohort {
        guard case .network = source else {
            throw FaceEmbeddingError.cohort(path: model.path)
        }
        return try ScoreCohort(
            normalization, of: cohort.set,
            try embed(cohort.set, name: "cohort", warn, progress), name: cohort.name)
    }

    /// The set of templates that a name stands for; nil for one of pairs of images.
    private func templateSet(of test: NamedTestSet) throws -> TemplateSet? {
        try TemplateSet.open(images: URL(fileURLWithPath: test.images), pairs: test.pairs)
    }

    private func embed(
        _ set: TemplateSet, name: String, _ warn: (String) -> Void,
        _ progress: (String, Int, Int) throws -> Void
    ) throws -> EmbeddingViews {
        switch source {
        case .file(let file): return try file.match(name, images: set.images, pairs: []).views
        case .network(let network):
            try network.requireFixed(on: set.source)
            set.warnings.forEach { warn("'\(name)': \($0)") }
            return try network.embeddings(of: set.source) {
                try progress(name, $0, set.source.count)
            }
        }
    }

    /// The pairs of a test set, with those that View 1's threshold is chosen on.
    private func lists(
        of test: NamedTestSet
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
            let preparation = try network.preparationWarning(pairs)
            let warnings = [crop, network.trained?.warning(of: pairs), preparation]
                .compactMap { $0 }
            warnings.forEach { warn("'\(name)': \($0)") }
            let views = try network.embeddings(of: pairs.source) {
                try progress(name, $0, pairs.images.count)
            }
            return Embedded(
                pairs: pairs, views: views, labelled: pairs.pairs,
                warnings: warnings.map(\.capitalizedSentence))
        }
    }
}

extension String {
    /// A sentence of a part of one: with a capital letter and an end.
    fileprivate var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
