import FaceConfiguration
import FaceEmbedding
import FaceEvaluation
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Torch

/// Tests the model of a finished run on sets that were added to its study later.
///
/// A set's files are written in an order that is safe against termination at any moment: the scores, the
/// last epoch's record, the geometry, the result, and `run.json` last. A set that `run.json` does not list
/// yet is tested again.
struct TestAddition {
    /// A set that may have to be added.
    struct Candidate {
        /// The set, read and checked.
        let test: PreparedTest
        /// Its source in the configuration.
        let source: StudyConfiguration.TestSource
        /// The overlap of the run's training set with it; nil if there is none, or if it is unknown.
        var overlap: OverlapFacts?
        /// Further warnings about the training set.
        var warnings: [String] = []
    }

    /// A set of templates, or MegaFace, that may have to be added.
    struct TemplateCandidate {
        /// The set, read and checked.
        let test: PreparedTemplates
        /// Its source in the configuration.
        let source: StudyConfiguration.TestSource
    }

    /// The run to which progress is attributed.
    let run: PlannedRun
    let folder: RunFolder
    /// Device and precision for its model.
    let compute: ComputeConfiguration
    /// Images embedded at once.
    let batchSize: Int
    /// Progress and cancellation.
    let control: StudyControl
    /// The cohort that normalises scores on sets of templates; nil for none.
    var cohort: PreparedCohort?
    /// The options of the evaluation.
    var evaluation = StudyConfiguration.Evaluation()
    /// The user's annotations of the test sets' people and images.
    var annotations = SetAnnotations()

    /// Tests the run on the sets on which it was not tested yet, and adds groups and qualities to those
    /// that were tested without them.
    ///
    /// - Parameters:
    ///   - candidates: The sets of pairs of images.
    ///   - templates: The sets of templates.
    ///   - order: Names of all sets of the study, the primary one first.
    /// - Returns: The run's result, with the sets in that order, and the names of those added.
    /// - Throws: ``FaceStudyError/cannotTest(path:test:reason:)`` if the model is missing, and the errors
    ///   of evaluating and writing.
    func perform(
        _ candidates: [Candidate], _ templates: [TemplateCandidate], order: [String],
        _ result: RunResult
    ) throws -> (result: RunResult, added: [String]) {
        let description = try folder.readDescription()
        let known = Set(description.tests.map(\.name)).intersection(result.tests.map(\.name))
        let missing = candidates.filter { !known.contains($0.test.facts.name) }
        let searched = Set(description.templateTests?.map(\.name) ?? [])
        let more = templates.filter { !searched.contains($0.test.facts.name) }
        let plain = try candidates.filter {
            try known.contains($0.test.facts.name) && lacks($0.test.facts.name)
        }
        // MegaFace has no groups and qualities.
        let others = try templates.filter {
            try $0.test.megaFace == nil && searched.contains($0.test.facts.name)
                && lacks($0.test.facts.name)
        }
        let added =
            (missing + plain).map(\.test.facts.name) + (more + others).map(\.test.facts.name)
        var result = result
        if let first = added.first {
            let model = try openModel(for: first)
            for candidate in missing { try add(candidate, model, order, to: &result) }
            let kept = (more + others).isEmpty ? nil : model.kept(in: folder)
            let isNormalized = (more + others).contains { $0.test.megaFace == nil }
            let cohort = isNormalized ? try embeddedCohort(model, kept) : nil
            for candidate in more { try add(candidate, cohort, model, kept, order) }
            for candidate in plain {
                try write(details: details(of: try evaluate(candidate, model)))
            }
            for candidate in others {
                try write(details: try evaluate(candidate, cohort, model, kept).details)
            }
            try describeAnnotations()
        }
        try sort(order, &result)
        KeptEmbeddings.removeAll(in: folder)
        return (result, added)
    }

    // MARK: The model

    private func openModel(for test: String) throws -> SetEmbedder {
        LibTorch.setThreads(compute.threads)
        LibTorch.setDeterministic(true)
        do {
            try folder.requireModel()
            let (backbone, metadata) = try ModelFile.read(
                folder.modelURL, device: try Device.named(compute.device))
            return SetEmbedder(
                embedder: try Embedder(
                    backbone: backbone, normalization: metadata.normalization, compute: compute,
                    batchSize: batchSize), size: metadata.inputSize, keeping: backbone)
        } catch {
            throw FaceStudyError.cannotTest(
                path: folder.url.path, test: test, reason: "\(error)")
        }
    }

    // MARK: One set

    private func add(
        _ candidate: Candidate, _ model: SetEmbedder, _ order: [String], to result: inout RunResult
    ) throws {
        let evaluation = try evaluate(candidate, model)
        try folder.write(evaluation.scores, test: evaluation.name)
        try write(details: details(of: evaluation))
        let records = try record(evaluation)
        try addGeometry(candidate.test, evaluation, order)
        result.tests.removeAll { $0.name == evaluation.name }
        result.tests.append(TestResult(evaluation, epochs: records))
        try folder.write(result)
        try describe(candidate, order)
    }

    private func evaluate(_ candidate: Candidate, _ model: SetEmbedder) throws -> ScoredSet {
        try FaceStudyError.lostImages {
            try candidate.test.evaluate(model, all: true) {
                try control.report(.evaluating(run, candidate.test.facts.name, $0, $1))
            }
        }
    }

    private func embeddedCohort(
        _ model: SetEmbedder, _ kept: KeptEmbeddings?
    ) throws -> ScoreCohort? {
        try FaceStudyError.lostImages {
            try cohort?.embed(model, evaluation.pooling, kept: kept) {
                try control.report(.evaluating(run, "cohort", $0, $1))
            }
        }
    }

    /// Names of the people who were in training, from the head file beside the model.
    private func trained() throws -> [String] {
        FileManager.default.fileExists(atPath: folder.headURL.path)
            ? try HeadFile.identities(of: folder.headURL) : []
    }

    private func add(
        _ candidate: TemplateCandidate, _ cohort: ScoreCohort?, _ model: SetEmbedder,
        _ kept: KeptEmbeddings?, _ order: [String]
    ) throws {
        let facts = candidate.test.facts
        let found = try evaluate(candidate, cohort, model, kept)
        try found.write(to: folder, test: facts.name)
        let tests = try name(candidate.source, order)
        var description = try folder.readDescription()
        var known = description.templateTests ?? []
        known.removeAll { $0.name == facts.name }
        known.append(facts)
        known.sort(by: order, \.name)
        description.templateTests = known
        description.configuration = description.configuration.merging(.object(["test": tests]))
        try folder.write(description)
    }

    private func evaluate(
        _ candidate: TemplateCandidate, _ cohort: ScoreCohort?, _ model: SetEmbedder,
        _ kept: KeptEmbeddings?
    ) throws -> TestedTemplates {
        try FaceStudyError.lostImages {
            try candidate.test.evaluate(
                model, cohort: cohort, trained: try trained(), annotations,
                kept: kept
            ) {
                try control.report(.evaluating(run, candidate.test.facts.name, $0, $1))
            }
        }
    }

    // MARK: Groups and qualities

    /// Whether a tested set lacks the groups and qualities that are now requested.
    private func lacks(_ test: String) throws -> Bool {
        guard annotations != SetAnnotations() else { return false }
        return try folder.readDetails(test: test)?.annotations != annotations.contentHash
    }

    private func write(details: SetDetails?) throws {
        if let details { try folder.write(details) }
    }

    private func details(of evaluation: ScoredSet) throws -> SetDetails? {
        try evaluation.details(annotations, draws: StudyConfiguration.Evaluation.draws)
    }

    /// Records the annotation files in the run's study file and description.
    private func describeAnnotations() throws {
        guard annotations != SetAnnotations() else { return }
        let here = FileManager.default.currentDirectoryPath
        var asked = StudyConfiguration(evaluation: evaluation)
        if try folder.readEnvironment()?.workingDirectory != here {
            asked = asked.resolvingPaths(against: here)
        }
        var study = try StudyConfiguration.read(folder.studyURL)
        study.evaluation.attributes = asked.evaluation.attributes
        study.evaluation.quality = asked.evaluation.quality
        try study.write(to: folder.studyURL)
        var description = try folder.readDescription()
        description.configuration = description.configuration.merging(
            .object(["evaluation": asked.evaluation.annotationPaths]))
        try folder.write(description)
    }

    // MARK: Records

    /// Writes the accuracy into the last epoch's record, and for TensorBoard.
    private func record(_ evaluation: ScoredSet) throws -> [EpochRecord] {
        var records = try folder.readEpochs()
        guard var last = records.popLast() else { return [] }
        last.tests.removeAll { $0.name == evaluation.name }
        last.tests.append(EpochTest(evaluation))
        try folder.replaceLast(last)
        try RunEvents(folder, from: nil).append(added: EpochTest(evaluation), step: last.step)
        return records + [last]
    }

    private func addGeometry(
        _ test: PreparedTest, _ evaluation: ScoredSet, _ order: [String]
    ) throws {
        guard var geometry = try folder.readGeometry() else { return }
        geometry.tests.removeAll { $0.name == evaluation.name }
        geometry.tests.append(try GeometryMeasurement.testing(test, evaluation.views.original))
        geometry.tests.sort(by: order, \.name)
        try folder.write(geometry)
    }

    /// Adds a source to the run's study file, and returns all of its sources.
    private func name(
        _ source: StudyConfiguration.TestSource, _ order: [String]
    ) throws -> JSONValue {
        let source = try located(source)
        var study = try StudyConfiguration.read(folder.studyURL)
        study.test.removeAll { $0.name == source.name }
        study.test.append(source)
        study.test.sort(by: order, \.name)
        try study.write(to: folder.studyURL)
        return .array(study.test.map(\.json))
    }

    private func describe(_ candidate: Candidate, _ order: [String]) throws {
        let tests = try name(candidate.source, order)
        var description = try folder.readDescription()
        var facts = candidate.test.facts
        facts.isAdded = true
        description.tests.removeAll { $0.name == facts.name }
        description.tests.append(facts)
        description.tests.sort(by: order, \.name)
        description.configuration = description.configuration.merging(.object(["test": tests]))
        if let overlap = candidate.overlap {
            let others = description.train.overlaps ?? []
            description.train.overlaps = others.filter { $0.test != facts.name } + [overlap]
        }
        description.train.warnings = (description.train.warnings + candidate.warnings).uniqued
        try folder.write(description)
    }

    /// The source with paths relative to the run's working directory.
    private func located(
        _ source: StudyConfiguration.TestSource
    ) throws -> StudyConfiguration.TestSource {
        let here = FileManager.default.currentDirectoryPath
        guard try folder.readEnvironment()?.workingDirectory != here else { return source }
        return StudyConfiguration(test: [source]).resolvingPaths(against: here).test[0]
    }

    // MARK: The order

    /// Sorts the sets of the records into the study's order, if they are in another.
    private func sort(_ order: [String], _ result: inout RunResult) throws {
        let before = result.tests
        result.tests.sort(by: order, \.name)
        if result.tests != before { try folder.write(result) }
        var description = try folder.readDescription()
        let facts = description.tests
        description.tests.sort(by: order, \.name)
        guard description.tests != facts else { return }
        var study = try StudyConfiguration.read(folder.studyURL)
        study.test.sort(by: order, \.name)
        try study.write(to: folder.studyURL)
        description.configuration = description.configuration.merging(
            .object(["test": .array(study.test.map(\.json))]))
        if var geometry = try folder.readGeometry() {
            geometry.tests.sort(by: order, \.name)
            try folder.write(geometry)
        }
        try folder.write(description)
    }
}

extension Array {
    /// Sorts by the indices of names in a list; elements that are not in the list come last, in their
    /// previous order.
    mutating func sort(by order: [String], _ name: (Element) -> String) {
        func place(_ element: Element) -> Int { order.firstIndex(of: name(element)) ?? order.count }
        self = enumerated().sorted {
            (place($0.element), $0.offset) < (place($1.element), $1.offset)
        }.map(\.element)
    }
}

extension StudyConfiguration.TestSource {
    /// The source as in a study file.
    fileprivate var json: JSONValue { Self.keys.json(of: self) }
}
