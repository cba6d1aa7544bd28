import FaceData
import FaceRuns
import FaceSynthesis
import Foundation

/// A training set that was read and checked.
struct PreparedTrainSet {
    /// The images that decode and are trained on.
    let set: LabelledImageSet
    /// Pairs of the identities that are held out, where some are.
    let validation: PreparedTest?
    /// What the images were when they were read.
    let stamps: FileStamps
    /// What the report says about it.
    let facts: TrainSetFacts
}

/// All sets of a study, read and checked once.
struct PreparedData {
    let train: [PreparedTrainSet]
    let tests: [PreparedTest]

    /// Reads every set of a study, making the built-in ones first.
    init(
        _ configuration: StudyConfiguration, folder: StudyFolder, control: StudyControl
    ) throws {
        let reader = SetReader(configuration: configuration, folder: folder, control: control)
        let scannedTests = try configuration.test.map { try reader.readTest($0) }
        train = try configuration.train.map { try reader.readTrain($0, against: scannedTests) }
        tests = scannedTests.map(\.prepared)
    }
}

/// Reads and checks sets, telling how far it has come.
private struct SetReader {
    let configuration: StudyConfiguration
    let folder: StudyFolder
    let control: StudyControl

    /// A test set and what was seen of its images.
    struct ScannedTest {
        let prepared: PreparedTest
        let scan: ImageScan
    }

    // MARK: Test sets

    func readTest(_ source: StudyConfiguration.TestSource) throws -> ScannedTest {
        let pairs = try VerificationPairs.open(
            images: URL(fileURLWithPath: try location(source.images)), pairs: source.pairs)
        let subset = pairs.subset(configuration.evaluation.pairsEachEpoch)
        let stamps = (all: FileStamps(pairs.source), subset: FileStamps(subset.source))
        let scan = try scan(pairs.source, name: source.name)
        if let bad = scan.bad.first {
            throw FaceStudyError.testImage(path: bad.path, reason: bad.reason)
        }
        let facts = TestSetFacts(
            name: source.name, pairs: pairs.pairs.count, folds: pairs.folds,
            pairsEachEpoch: subset.pairs.count, contentHash: scan.contentHash)
        return ScannedTest(
            prepared: PreparedTest(
                facts: facts, pairs: pairs, subset: subset, stamps: stamps), scan: scan)
    }

    // MARK: Training sets

    func readTrain(
        _ source: StudyConfiguration.TrainSource, against tests: [ScannedTest]
    ) throws -> PreparedTrainSet {
        let all = try openTrain(source)
        // Before the scan, so that a change during it is noticed as well.
        let stamps = FileStamps(all.source)
        let scan = try scan(all.source, name: source.name)
        if scan.bad.count * 100 > all.count, let first = scan.bad.first {
            throw FaceDataError.tooManyBadImages(
                path: all.location.path, bad: scan.bad.count, total: all.count,
                first: first.reason)
        }
        let set = all.removing(Set(scan.bad.map(\.place)))
        let warnings = warnings(of: set, scan, source.name, against: tests)
        warnings.forEach { control.listener(.warning($0)) }
        let held = try heldOut(of: set, source.name)
        let trained = held?.train ?? set
        let kept = Set((0..<trained.count).map(trained.source.path(of:)))
        return PreparedTrainSet(
            set: trained, validation: held.map(validation),
            stamps: stamps.filtered { kept.contains(all.source.path(of: $0)) },
            facts: TrainSetFacts(
                name: source.name, images: trained.count,
                identities: trained.identities.count,
                contentHash: scan.contentHash, skipped: scan.bad.map(\.path),
                warnings: warnings))
    }

    /// The set, without what its removal list names, and compared with the known set of its name.
    private func openTrain(
        _ source: StudyConfiguration.TrainSource
    ) throws -> LabelledImageSet {
        var set = try LabelledImageSet.open(
            try location(source.images), threads: ProcessInfo.processInfo.activeProcessorCount)
        let known = KnownPack.named(source.name)
        if let difference = known?.difference(
            images: set.count, identities: set.identities.count)
        {
            set.remarks.append(difference)
        }
        guard let without = source.without else { return set }
        let names = try RemovalList.read(URL(fileURLWithPath: without))
        var fewer = set.removing(named: names)
        fewer.remarks.append(
            "'\(without)' removed \(set.count - fewer.count) images, "
                + "\(set.identities.count - fewer.identities.count) identities among them whole")
        return fewer
    }

    /// The identities that are held out to choose a model on.
    private func heldOut(
        of set: LabelledImageSet, _ name: String
    ) throws(FaceStudyError) -> HeldOutIdentities? {
        let options = configuration.validation
        guard options.identities > 0 else { return nil }
        let held = HeldOutIdentities(
            of: set, share: options.identities, mostPairs: options.pairs)
        guard let held else {
            throw .validation(
                set: name,
                reason: "\(options.identities) of its \(set.identities.count) identities are not "
                    + "\(HeldOutIdentities.fewest) with two images each; hold out a larger share")
        }
        return held
    }

    private func validation(_ held: HeldOutIdentities) -> PreparedTest {
        let count = held.pairs.pairs.count
        return PreparedTest(
            facts: TestSetFacts(
                name: "validation", pairs: count, folds: held.pairs.folds,
                pairsEachEpoch: count), pairs: held.pairs, subset: held.pairs)
    }

    private func warnings(
        of set: LabelledImageSet, _ scan: ImageScan, _ name: String,
        against tests: [ScannedTest]
    ) -> [String] {
        var warnings = set.remarks.map { "'\(name)': \($0)" }
        if let first = scan.bad.first {
            warnings.append(
                "\(scan.bad.count) images of '\(name)' are left out; \(first.reason)")
        }
        for test in tests {
            let testName = test.prepared.facts.name
            let shared = test.prepared.pairs.overlap(with: set.identities)
            if !shared.isEmpty {
                warnings.append(
                    "\(shared.count) people of '\(testName)' are in '\(name)' as well, which "
                        + "makes its figures too good: \(shared.prefix(10).joined(separator: ", "))"
                        + (shared.count > 10 ? ", ..." : "")
                        + "; --without \(name)=FILE leaves out those that a file names")
            }
            if let crop = MeanFace.warning(train: scan.meanFace, test: test.scan.meanFace) {
                warnings.append("'\(name)' and '\(testName)': \(crop)")
            }
        }
        return warnings
    }

    // MARK: Files

    /// Where a source is, which is made first when it is built in.
    private func location(_ source: String) throws -> String {
        guard let set = try BuiltInSet.named(source) else { return source }
        let target = folder.url.appendingPathComponent("data").appendingPathComponent(set.name)
        // Workers tell of their progress one at a time, while this thread waits for them.
        nonisolated(unsafe) let control = control
        BuiltInSet.removeLeftovers(of: target)
        try BuiltInSet.write(
            set, to: target, threads: ProcessInfo.processInfo.activeProcessorCount
        ) { done, total in
            control.listener(.preparing("drawing '\(set.name)'", done, total))
            if control.shouldStop() { throw FaceStudyError.interrupted }
        }
        return target.path
    }

    private func scan(_ images: any ImageSource, name: String) throws -> ImageScan {
        try ImageScan(
            images, threads: ProcessInfo.processInfo.activeProcessorCount
        ) { done in
            control.listener(.preparing("reading '\(name)'", done, images.count))
            if control.shouldStop() { throw FaceStudyError.interrupted }
        }
    }
}
