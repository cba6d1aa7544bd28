import FaceData
import FaceEvaluation
import FaceModels
public import Foundation
import Spelling
import Torch

/// A test set as requested: the paths of its images and pairs.
public struct NamedTestSet: Sendable, Hashable {
    /// Its name, in tables and files.
    public var name: String
    /// insightface's `.bin`, or a folder of images.
    public var images: String
    /// The list of pairs, or two separated by a comma: LFW's View 1, whose threshold is chosen on the first
    /// and applied to the second. Empty for a `.bin`.
    public var pairs: String

    /// Memberwise initialiser.
    public init(name: String, images: String, pairs: String = "") {
        self.name = name
        self.images = images
        self.pairs = pairs
    }
}

/// Tests a network, or a file of embeddings, on test sets.
public struct ModelEvaluation {
    /// The embedded images, and their origin.
    private struct Embedded {
        var pairs: VerificationPairs
        var views: EmbeddingViews
        var labelled: [VerificationPair]
        var failed: Set<Int> = []
        var warnings: [String] = []
    }

    private let model: URL
    private let source: EmbeddingSource
    private let engine: (any EmbeddingEngine)?

    /// Opens a model: a `model.safetensors`, a run's folder or checkpoint, a network in TorchScript, or
    /// a file of embeddings (``EmbeddingFile``); with ``StateDictOptions``, a PyTorch state dict.
    ///
    /// - Throws: The error of a file that is missing, damaged or of another kind.
    public init(
        model: URL, options: EmbeddingOptions, weights: StateDictOptions = StateDictOptions()
    ) throws {
        LibTorch.setThreads(options.compute.threads)
        self.model = model
        engine = options.engine
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
    ///   - options: How it is tested.
    ///   - warn: Receives warnings about a test set before it is embedded.
    ///   - progress: Receives a set's name, and how many of its images are done.
    /// - Throws: The error of a test set, an image or the network, and
    ///   ``FaceEmbeddingError/cannotWrite(path:reason:)``.
    public func run(
        on tests: [NamedTestSet], _ options: TestOptions = TestOptions(),
        warn: (String) -> Void = { _ in }, progress: (String, Int, Int) throws -> Void
    ) throws -> EvaluationResults {
        var work = try EvaluationWork(source, path: model.path, engine: engine, options)
        let opened = try options.cohort.map { try $0.open(threads: threads) }
        if let cohort = options.cohort, let opened {
            work.cohort = try embed(opened, cohort.normalization, work, warn, progress)
        }
        for test in tests {
            do {
                try evaluate(test, opened?.set, &work, warn, progress)
            } catch FaceDataError.badImage(let path, let reason) {
                throw FaceEmbeddingError.testImage(path: path, reason: reason)
            }
        }
        if options.cohort != nil, work.templates.isEmpty {
            throw FaceEmbeddingError.noTemplates(tests: tests.map(\.name))
        }
        if let embeddings = options.embeddings {
            try EmbeddingFile.write(work.stored, to: embeddings)
        }
        return work.finished()
    }

    /// Tests the model on a set of any kind.
    private func evaluate(
        _ test: NamedTestSet, _ cohort: TemplateSet?, _ work: inout EvaluationWork,
        _ warn: (String) -> Void, _ progress: (String, Int, Int) throws -> Void
    ) throws {
        let images = URL(fileURLWithPath: test.images)
        if let set = try MegaFaceImages.open(images: images, lists: test.pairs) {
            try evaluate(set, name: test.name, &work, warn, progress)
        } else if let set = try templateSet(of: test) {
            if let warning = cohort.flatMap(set.cohortWarning) {
                warn("\(quoted: test.name): \(warning)")
            }
            try evaluate(set, name: test.name, &work, warn, progress)
        } else {
            try evaluate(lists(of: test), name: test.name, &work, warn, progress)
        }
    }

    /// Tests the model on MegaFace.
    private func evaluate(
        _ set: MegaFaceImages, name: String, _ work: inout EvaluationWork,
        _ warn: (String) -> Void, _ progress: (String, Int, Int) throws -> Void
    ) throws {
        let images = warned(set.unpaired)
        let embedded = try embed(images, name: name, work, warn, progress)
        work.keep(name, embedded.views, images.images)
        var report = try DistractorReport(
            of: set, embedded.views, failed: embedded.failed, product: TemplateProduct.torch)
        report.warnings = images.warnings + report.warnings
        work.megaFace.append(EvaluatedMegaFace(name: name, report: report))
    }

    /// A set with a warning about people who were in the network's training.
    private func warned(_ set: TemplateSet) -> TemplateSet {
        guard case .network(let network) = source, let warning = network.trained?.warning(of: set)
        else { return set }
        var warned = set
        warned.warnings.append(warning)
        return warned
    }

    /// Tests the model on a set of templates.
    private func evaluate(
        _ opened: TemplateSet, name: String, _ work: inout EvaluationWork,
        _ warn: (String) -> Void, _ progress: (String, Int, Int) throws -> Void
    ) throws {
        let set = warned(opened)
        let embedded = try embed(set, name: name, work, warn, progress)
        let (views, failed) = (embedded.views, embedded.failed)
        work.keep(name, views, set.images)
        let scored = try ScoredTemplates(
            set, views, pooling: work.options.pooling, failed: failed, cohort: work.cohort,
            product: TemplateProduct.torch)
        work.templates.append(
            EvaluatedTemplates(name: name, report: try TemplateReport(of: scored)))
        let found = try TemplateDetails(scored)
        work.details.add(try SetDetails(name, found, of: set, work.options.annotations))
        work.scores.append(
            .init(
                name: name, scores: found.scores, views: views.mirrored == nil ? 1 : 2,
                isOfImages: set.templates.allSatisfy { $0.members.count == 1 }))
    }

    /// Tests the model on pairs of images.
    private func evaluate(
        _ lists: (development: VerificationPairs?, main: VerificationPairs), name: String,
        _ work: inout EvaluationWork, _ warn: (String) -> Void,
        _ progress: (String, Int, Int) throws -> Void
    ) throws {
        let title = "\(name) (development)"
        let chosen = try lists.development.map { try embed($0, name: title, work, warn, progress) }
        let embedded = try embed(lists.main, name: name, work, warn, progress)
        if let chosen { work.keep(title, chosen.views, chosen.pairs.images) }
        work.keep(name, embedded.views, embedded.pairs.images)
        let set = try ScoredSet(
            name: name, pairs: embedded.pairs, labelled: embedded.labelled, views: embedded.views,
            failed: embedded.failed)
        if let details = try set.details(work.options.annotations) { work.details.add(details) }
        work.scores.append(
            .init(
                name: name, scores: try TemplateScores(of: set.compared),
                views: embedded.views.mirrored == nil ? 1 : 2, isOfImages: true))
        work.sets.append(
            try EvaluatedSet(
                set, warnings: embedded.warnings,
                development: try chosen.map {
                    try $0.views.normalizedSum().scores(of: $0.labelled, failed: $0.failed)
                } ?? []))
    }

    private var threads: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Embeds the cohort that normalises scores.
    private func embed(
        _ cohort: (set: TemplateSet, name: String), _ normalization: ScoreNormalization,
        _ work: EvaluationWork, _ warn: (String) -> Void,
        _ progress: (String, Int, Int) throws -> Void
    ) throws -> ScoreCohort {
        guard case .network(let network) = source else {
            throw FaceEmbeddingError.cohort(path: model.path)
        }
        try network.requireFixed(on: cohort.set.source)
        let views = try network.embeddings(of: cohort.set.source) {
            try progress("cohort", $0, cohort.set.source.count)
        }
        return try ScoreCohort(
            normalization, of: cohort.set, views, pooling: work.options.pooling, name: cohort.name)
    }

    /// The set of templates at the given path; nil for pairs of images.
    private func templateSet(of test: NamedTestSet) throws -> TemplateSet? {
        try TemplateSet.open(images: URL(fileURLWithPath: test.images), pairs: test.pairs)
    }

    private func embed(
        _ set: TemplateSet, name: String, _ work: EvaluationWork, _ warn: (String) -> Void,
        _ progress: (String, Int, Int) throws -> Void
    ) throws -> SetEmbeddings {
        guard case .network(let network) = source, let keeper = work.keeper else {
            return SetEmbeddings(views: try fileViews(name, set.images, []).views)
        }
        let images = keeper.readable(set.source)
        try network.requireFixed(on: images)
        set.warnings.forEach { warn("\(quoted: name): \($0)") }
        return try keeper.embeddings(of: images, name: name) {
            try progress(name, $0, images.count)
        }
    }

    /// The rows of a file of embeddings for a test set.
    private func fileViews(
        _ name: String, _ images: [String], _ pairs: [VerificationPair]
    ) throws -> (views: EmbeddingViews, pairs: [VerificationPair]) {
        guard case .file(let file) = source else {
            throw FaceEmbeddingError.embeddings(path: model.path, reason: "it contains a network")
        }
        return try file.match(name, images: images, pairs: pairs)
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
        _ pairs: VerificationPairs, name: String, _ work: EvaluationWork,
        _ warn: (String) -> Void, _ progress: (String, Int, Int) throws -> Void
    ) throws -> Embedded {
        guard case .network(let network) = source, let keeper = work.keeper else {
            let found = try fileViews(name, pairs.images, pairs.pairs)
            return Embedded(pairs: pairs, views: found.views, labelled: found.pairs)
        }
        let readable = pairs.reading(keeper.readable(pairs.source))
        try network.requireFixed(on: readable.source)
        let crop = try network.cropWarning(
            readable, threads: ProcessInfo.processInfo.activeProcessorCount)
        let preparation = try network.preparationWarning(readable)
        let warnings = [crop, network.trained?.warning(of: pairs), preparation].compactMap { $0 }
        warnings.forEach { warn("\(quoted: name): \($0)") }
        let found = try keeper.embeddings(of: readable.source, name: name) {
            try progress(name, $0, pairs.images.count)
        }
        return Embedded(
            pairs: pairs, views: found.views, labelled: pairs.pairs, failed: found.failed,
            warnings: warnings.map(\.asSentence))
    }
}
