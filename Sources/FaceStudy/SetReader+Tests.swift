import FaceData
import FaceEvaluation
import FaceRuns
import FaceSynthesis
import Foundation
import Spelling
import Torch

extension SetReader {
    mutating func readTest(_ source: StudyConfiguration.TestSource) throws -> ScannedTest {
        guard let location = try location(source.images) else { return try plannedTest(source) }
        let opened = try VerificationPairs.open(
            images: URL(fileURLWithPath: location), pairs: source.pairs)
        let all = FileStamps(opened.source, now: control.now())
        let counts = configuration.evaluation.countsFailures
        let warnings =
            opened.warnings.map { "\(quoted: source.name): \($0)" }
            + (try alignmentDoubt(
                counts ? TolerantImages(opened.source) : opened.source, "test \(source.name)",
                source.images, all)).map { "\(quoted: source.name): \($0)" }
        warnings.forEach { control.listener(.warning($0)) }
        let scan = try scan(opened.source, name: source.name, all)
        let images = try TestImages(opened.source, scan, counts: counts)
        let pairs = opened.reading(images.source)
        let subset = pairs.subset(configuration.evaluation.pairsEachEpoch)
        var facts = TestSetFacts(
            name: source.name, pairs: pairs.pairs.count, folds: pairs.folds,
            pairsEachEpoch: subset.pairs.count, contentHash: scan.contentHash,
            warnings: warnings)
        facts.pairsHash = pairs.contentHash
        return ScannedTest(
            prepared: PreparedTest(
                facts: facts, pairs: pairs, subset: subset, failed: images.failed,
                stamps: (all: all, subset: FileStamps(subset.source))), scan: scan)
    }

    /// Reads a test set of templates, or MegaFace; nil for a set of pairs.
    mutating func readTemplates(
        _ source: StudyConfiguration.TestSource
    ) throws -> PreparedTemplates? {
        let builtIn = try BuiltInSet.named(source.images)
        if let builtIn, builtIn.templates == nil { return nil }
        guard let location = try location(source.images) else {
            return try builtIn.map { try plannedTemplates($0, source) }
        }
        let folder = URL(fileURLWithPath: location)
        let megaFace = try MegaFaceImages.open(images: folder, lists: source.pairs)
        let opened =
            try megaFace?.unpaired ?? TemplateSet.open(images: folder, pairs: source.pairs)
        guard let set = opened else { return nil }
        set.warnings.forEach { control.listener(.warning("\(quoted: source.name): \($0)")) }
        let stamps = FileStamps(set.source, now: control.now())
        let scan = try scan(set.source, name: source.name, stamps)
        let images = try TestImages(
            set.source, scan, counts: configuration.evaluation.countsFailures)
        let probes = megaFace?.people.count
        return PreparedTemplates(
            facts: TemplateTestFacts(
                name: source.name, templates: probes ?? set.templates.count,
                distractors: probes.map { set.source.count - $0 }, contentHash: scan.contentHash),
            set: set.reading(images.source), megaFace: megaFace, failed: images.failed,
            pooling: configuration.evaluation.pooling, stamps: stamps)
    }

    /// The cohort from the configured folder; nil if none is configured.
    func readCohort(_ templates: [PreparedTemplates]) throws -> PreparedCohort? {
        let options = configuration.evaluation
        guard let normalization = options.normalization, !options.cohort.isEmpty else { return nil }
        guard let location = try location(options.cohort) else { return nil }
        let images = try LabelledImageSet.open(location, threads: AvailableThreads.count)
        let name = URL(fileURLWithPath: location).lastPathComponent
        let cohort = try PreparedCohort(normalization, images, name: name)
        for test in templates {
            if let warning = test.set.cohortWarning(cohort.set) {
                control.listener(.warning("\(quoted: test.facts.name): \(warning)"))
            }
        }
        return cohort
    }

    /// The data on a built-in set of templates that is not rendered yet.
    private func plannedTemplates(
        _ builtIn: SyntheticSet, _ source: StudyConfiguration.TestSource
    ) throws -> PreparedTemplates {
        let set = try BuiltInSet.plannedTemplates(builtIn)
        return PreparedTemplates(
            facts: TemplateTestFacts(name: source.name, templates: set.templates.count),
            set: set, stamps: FileStamps(set.source))
    }

    /// The data on a built-in set that is not rendered yet.
    private func plannedTest(
        _ source: StudyConfiguration.TestSource
    ) throws -> ScannedTest {
        guard let set = try BuiltInSet.named(source.images) else {
            throw FaceStudyError.empty(list: "test set")
        }
        let pairs = try BuiltInSet.plannedPairs(set)
        let subset = pairs.subset(configuration.evaluation.pairsEachEpoch)
        return ScannedTest(
            prepared: PreparedTest(
                facts: TestSetFacts(
                    name: source.name, pairs: pairs.pairs.count, folds: pairs.folds,
                    pairsEachEpoch: subset.pairs.count), pairs: pairs, subset: subset), scan: nil)
    }
}
