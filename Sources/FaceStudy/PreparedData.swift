import FaceData
import FaceEvaluation
import FaceLosses
import FaceRuns
import FaceSynthesis
import Foundation
import SafeFiles
import Spelling
import Torch

/// A training set that was read and checked.
struct PreparedTrainSet {
    /// The images that decode and are trained on.
    let set: LabelledImageSet
    /// Pairs of held-out identities; nil if none are held out.
    let validation: PreparedTest?
    /// Number of held-out identities.
    let heldOut: Int
    /// Stamps of the images' files when they were read.
    let stamps: FileStamps
    /// The report's data on it.
    var facts: TrainSetFacts
    /// Mean of its images, which shows how they are cropped; nil if they were not read, or there are too
    /// few people.
    var meanFace: [Double]?
}

/// All sets of a study, read and checked once.
struct PreparedData {
    let train: [PreparedTrainSet]
    let tests: [PreparedTest]
    /// Test sets of templates.
    let templates: [PreparedTemplates]
    /// The cohort that normalises scores on them; nil if scores are not normalised, or by training people.
    let cohort: PreparedCohort?
    /// The user's annotations of the test sets' people and images.
    let annotations: SetAnnotations
    /// Results of the sets' scans.
    let found: FoundSets

    /// Reads every set of a study, rendering the built-in ones first.
    ///
    /// - Parameters:
    ///   - draws: Whether missing built-in sets are rendered; otherwise only their descriptions are used.
    ///   - found: Scan results of another process, which are reused for the same files.
    init(
        _ configuration: StudyConfiguration, folder: StudyFolder, control: StudyControl,
        draws: Bool = true, found: FoundSets = FoundSets()
    ) throws {
        var reader = SetReader(
            configuration: configuration, folder: folder, control: control, draws: draws,
            found: found)
        annotations = try configuration.evaluation.annotations()
        let templates = try configuration.test.compactMap { try reader.readTemplates($0) }
        self.templates = templates
        let others = configuration.test.filter { test in
            !templates.contains { $0.facts.name == test.name }
        }
        // Without a training set, existing models are tested, which were tested on pairs during training.
        if let first = templates.first, others.isEmpty, !configuration.train.isEmpty {
            throw FaceStudyError.onlyTemplates(name: first.facts.name)
        }
        let scannedTests = try others.map { try reader.readTest($0) }
        train = try configuration.train.map { try reader.readTrain($0, against: scannedTests) }
        tests = scannedTests.map(\.prepared)
        cohort = try templates.isEmpty ? nil : reader.readCohort(templates)
        self.found = reader.found
    }

    private init(train: [PreparedTrainSet]) {
        self.train = train
        found = FoundSets()
        annotations = SetAnnotations()
        tests = []
        templates = []
        cohort = nil
    }

    /// The training sets only, without any data on the test sets.
    var withoutTests: PreparedData {
        let train = train.map { set in
            var set = set
            set.facts.overlaps = nil
            set.facts.warnings = []
            return set
        }
        return PreparedData(train: train)
    }
}

/// Reads and checks sets, and reports its progress.
struct SetReader {
    let configuration: StudyConfiguration
    let folder: StudyFolder
    let control: StudyControl
    let draws: Bool
    /// Fingerprints of each test set's pictures, as far as computed.
    var pictures: [String: PictureTable] = [:]
    /// Results of scans, from this or another process.
    var found: FoundSets

    init(
        configuration: StudyConfiguration, folder: StudyFolder, control: StudyControl, draws: Bool,
        found: FoundSets
    ) {
        self.configuration = configuration
        self.folder = folder
        self.control = control
        self.draws = draws
        self.found = found
    }

    /// A test set with the scan of its images; nil if they are not rendered yet.
    struct ScannedTest {
        let prepared: PreparedTest
        let scan: ImageScan?
    }

    // MARK: Test sets

    mutating func readTest(_ source: StudyConfiguration.TestSource) throws -> ScannedTest {
        guard let location = try location(source.images) else { return try plannedTest(source) }
        let folder = URL(fileURLWithPath: location)
        guard try MegaFaceImages.open(images: folder, lists: source.pairs) == nil else {
            throw FaceStudyError.megaFace(name: source.name)
        }
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

    /// Reads a test set of templates; nil for a set of pairs.
    mutating func readTemplates(
        _ source: StudyConfiguration.TestSource
    ) throws -> PreparedTemplates? {
        let builtIn = try BuiltInSet.named(source.images)
        if let builtIn, builtIn.templates == nil { return nil }
        guard let location = try location(source.images) else {
            return try builtIn.map { try plannedTemplates($0, source) }
        }
        let set = try TemplateSet.open(
            images: URL(fileURLWithPath: location), pairs: source.pairs)
        guard let set else { return nil }
        set.warnings.forEach { control.listener(.warning("\(quoted: source.name): \($0)")) }
        let stamps = FileStamps(set.source, now: control.now())
        let scan = try scan(set.source, name: source.name, stamps)
        let images = try TestImages(
            set.source, scan, counts: configuration.evaluation.countsFailures)
        return PreparedTemplates(
            facts: TemplateTestFacts(
                name: source.name, templates: set.templates.count, contentHash: scan.contentHash),
            set: set.reading(images.source), failed: images.failed,
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

    // MARK: Training sets

    mutating func readTrain(
        _ source: StudyConfiguration.TrainSource, against tests: [ScannedTest]
    ) throws -> PreparedTrainSet {
        guard let location = try location(source.images) else { return try plannedTrain(source) }
        let all = try openTrain(source, at: location)
        // Before the scan, so that a change during it is noticed as well.
        let stamps = FileStamps(all.source, now: control.now())
        let scan = try scan(all.source, name: source.name, stamps, seeking: tests)
        if scan.bad.count * 100 > all.count, let first = scan.bad.first {
            throw FaceDataError.tooManyBadImages(
                path: all.location.path, bad: scan.bad.count, total: all.count,
                first: first.reason)
        }
        let set = all.removing(Set(scan.bad.map(\.index)))
        let overlaps = overlaps(of: all, scan, tests)
        let warnings =
            warnings(of: set, scan, source.name, overlaps, against: tests)
            + (try alignmentDoubt(all.source, "training \(source.name)", source.images, stamps))
            .map { "\(quoted: source.name): \($0)" }
        warnings.forEach { control.listener(.warning($0)) }
        let held = try heldOut(of: set, source.name)
        if let shared = sharedWarning(held, overlaps, source.name) {
            control.listener(.warning(shared))
        }
        let trained = held?.train ?? set
        try requireLearnable(trained, source.name)
        let kept = Set((0..<trained.count).map(trained.source.path(of:)))
        var facts = TrainSetFacts(
            name: source.name, images: trained.count, identities: trained.identities.count,
            contentHash: scan.contentHash, skipped: scan.bad.map(\.path), warnings: warnings)
        facts.labelHash = set.labelHash
        facts.overlaps = overlaps.isEmpty ? nil : overlaps
        facts.terms = source.terms ?? KnownPack.named(source.name)?.terms
        return PreparedTrainSet(
            set: trained, validation: held.map(validation),
            heldOut: held?.identities.count ?? 0,
            stamps: stamps.filtered { kept.contains(all.source.path(of: $0)) },
            facts: facts,
            meanFace: trained.identities.count >= MeanFace.minPeople ? scan.meanFace : nil)
    }

    /// The pictures of all test sets, one set after the other.
    mutating func index(of tests: [ScannedTest]) throws -> PictureIndex {
        var all = PictureTable()
        for (test, offset) in zip(tests, Self.offsets(of: tests)) where test.scan != nil {
            all.append(contentsOf: try pictures(of: test.prepared), offset: offset)
        }
        return PictureIndex(all)
    }

    /// Fingerprints of a test set's images.
    private mutating func pictures(of test: PreparedTest) throws -> PictureTable {
        let name = test.facts.name
        if let known = pictures[name] { return known }
        let found = try readImages(test.pairs.source, name: name, .collected).pictures
        pictures[name] = found
        return found
    }

    /// Offset of each test set's images when all are numbered consecutively, and the total.
    static func offsets(of tests: [ScannedTest]) -> [Int] {
        tests.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.prepared.pairs.source.count) }
    }

    /// Refuses a set from which a loss of the study can learn nothing.
    private func requireLearnable(_ set: LabelledImageSet, _ name: String) throws(FaceStudyError) {
        if let reason = LearningChecks.impossible(identities: Set(set.labels).count) {
            throw .nothingToLearn(set: name, reason: reason)
        }
        guard let reason = LearningChecks.withoutPairs(set.labels) else { return }
        // A separate classifier trains only itself, so the network learns only from pairs.
        let onPairs = configuration.losses.filter {
            (try? LossRequest(parsing: $0))?.loss.values["trains"] != nil
        }
        guard !onPairs.isEmpty else { return }
        throw .nothingToLearn(
            set: name,
            reason: "\(reason), which is all that \(onPairs.joined(separator: ", ")) "
                + "\(onPairs.count == 1 ? "learns" : "learn") from; use a classification loss, or a set "
                + "with at least two images per identity")
    }

    /// A warning if the set has no pair of one person to learn from; nil otherwise.
    private func pairWarning(_ set: LabelledImageSet, _ name: String) -> String? {
        guard let reason = LearningChecks.withoutPairs(set.labels) else { return nil }
        let losses = configuration.losses.filter {
            (try? LossRequest(parsing: $0))?.loss.prefersIdentityBatches == true
        }
        let which =
            losses.isEmpty
            ? "a network learns little from it"
            : losses.joined(separator: ", ")
                + " can only learn from its classes, and that little"
        return "\(quoted: name): \(reason): \(which)"
    }

    /// The data on a built-in set that is not rendered yet.
    private func plannedTrain(
        _ source: StudyConfiguration.TrainSource
    ) throws -> PreparedTrainSet {
        guard let builtIn = try BuiltInSet.named(source.images) else {
            throw FaceStudyError.empty(list: "training set")
        }
        let set = try without(source.without, try BuiltInSet.plannedImages(builtIn))
        let held = try heldOut(of: set, source.name)
        let trained = held?.train ?? set
        return PreparedTrainSet(
            set: trained, validation: held.map(validation),
            heldOut: held?.identities.count ?? 0, stamps: FileStamps(trained.source),
            facts: TrainSetFacts(
                name: source.name, images: trained.count, identities: trained.identities.count,
                contentHash: ""))
    }

    /// The set without the entries of its removal list, compared with the known set of its name.
    private func openTrain(
        _ source: StudyConfiguration.TrainSource, at location: String
    ) throws -> LabelledImageSet {
        var set = try LabelledImageSet.open(
            location, threads: AvailableThreads.count)
        let known = KnownPack.named(source.name)
        if let difference = known?.difference(
            images: set.count, identities: set.identities.count)
        {
            set.warnings.append(difference)
        }
        return try without(source.without, set)
    }

    /// The set without the entries of a removal list.
    private func without(_ list: String?, _ set: LabelledImageSet) throws -> LabelledImageSet {
        guard let without = list else { return set }
        return set.removing(try RemovalList.read(URL(fileURLWithPath: without)))
    }

    /// The identities that are held out for choosing a model.
    private func heldOut(
        of set: LabelledImageSet, _ name: String
    ) throws(FaceStudyError) -> HeldOutIdentities? {
        let options = configuration.validation
        guard options.identities > 0 else { return nil }
        let held = HeldOutIdentities(
            of: set, fraction: options.identities, maxPairs: options.pairs)
        guard let held else {
            throw .validation(
                set: name,
                reason:
                    "\(options.identities) of its \(counted(set.identities.count, "identity", "identities")) "
                    + "\(options.identities == 1 ? "is" : "are") fewer than "
                    + "\(HeldOutIdentities.minIdentities) with two images each; hold out a larger fraction"
            )
        }
        return held
    }

    /// A warning if losses are tuned on held-out identities that are also in test sets: values are then
    /// chosen on the test set's people.
    private func sharedWarning(
        _ held: HeldOutIdentities?, _ overlaps: [OverlapFacts], _ name: String
    ) -> String? {
        guard configuration.tuning.isOn, let held else { return nil }
        let shared = overlaps.compactMap { overlap -> String? in
            let people = Set(overlap.people + overlap.owners).intersection(held.identities).sorted()
            guard !people.isEmpty else { return nil }
            return "\(counted(people.count, "person", "people")) of \(quoted: overlap.test) "
                + "(\(people.prefix(5).joined(separator: ", "))\(people.count > 5 ? ", ..." : ""))"
        }
        guard !shared.isEmpty else { return nil }
        return "the held-out identities of \(quoted: name), on which tuning chooses, include "
            + shared.joined(separator: " and ")
            + ", so that accuracy there is optimistic; leave them out with --without \(name)=FILE"
    }

    private func validation(_ held: HeldOutIdentities) -> PreparedTest {
        let count = held.pairs.pairs.count
        return PreparedTest(
            facts: TestSetFacts(
                name: "validation", pairs: count, folds: held.pairs.folds,
                pairsEachEpoch: count), pairs: held.pairs, subset: held.pairs, isHeldOut: true)
    }

    /// The set's overlap with each test set.
    private func overlaps(
        of set: LabelledImageSet, _ scan: ImageScan, _ tests: [ScannedTest]
    ) -> [OverlapFacts] {
        zip(tests, Self.offsets(of: tests)).compactMap { test, offset in
            guard test.scan != nil else { return nil }
            let images = offset..<offset + test.prepared.pairs.source.count
            let indices = Set(
                scan.matches.filter { images.contains($0.picture) }.map(\.index))
            let overlap = SetOverlap(
                of: set, with: test.prepared.pairs, indices: indices.sorted())
            guard !overlap.isEmpty else { return nil }
            var facts = OverlapFacts(
                test: test.prepared.facts.name, people: overlap.people,
                pictures: overlap.pictures, owners: overlap.owners)
            facts.respellings = overlap.respellings.isEmpty ? nil : overlap.respellings
            return facts
        }
    }

    private func warnings(
        of set: LabelledImageSet, _ scan: ImageScan, _ name: String, _ overlaps: [OverlapFacts],
        against tests: [ScannedTest]
    ) -> [String] {
        var warnings = set.warnings.map { "\(quoted: name): \($0)" }
        if let first = scan.bad.first {
            warnings.append(
                "\(counted(scan.bad.count, "image")) of \(quoted: name) "
                    + "\(scan.bad.count == 1 ? "is" : "are") left out; \(first.reason)")
        }
        if let pairs = pairWarning(set, name) { warnings.append(pairs) }
        warnings += overlaps.map { overlap in
            overlap.sentence(trainSet: name)
                + "; write their names with facet data check --against ... --removal FILE, and leave them out with "
                + "--without \(name)=FILE"
        }
        for test in tests {
            let people = min(set.identities.count, test.prepared.pairs.minPeople)
            if let theirs = test.scan,
                let crop = MeanFace.warning(
                    train: scan.meanFace, test: theirs.meanFace, people: people)
            {
                warnings.append("\(quoted: name) and \(quoted: test.prepared.facts.name): \(crop)")
            }
        }
        return warnings
    }
}
