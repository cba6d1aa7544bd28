import FaceData
import FaceRuns
import FaceSynthesis
import Foundation

/// A training set that was read and checked.
struct PreparedTrainSet {
    /// The images that decode.
    let set: LabelledImageSet
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
        let all = try LabelledImageSet.open(
            try location(source.images), threads: ProcessInfo.processInfo.activeProcessorCount)
        // Before the scan, so that a change during it is noticed as well.
        let stamps = FileStamps(all.source)
        let scan = try scan(all.source, name: source.name)
        if scan.bad.count * 100 > all.count, let first = scan.bad.first {
            throw FaceDataError.tooManyBadImages(
                path: all.location.path, bad: scan.bad.count, total: all.count,
                first: first.reason)
        }
        let bad = Set(scan.bad.map(\.place))
        let set = all.removing(bad)
        let warnings = warnings(of: set, scan, source.name, against: tests)
        warnings.forEach { control.listener(.warning($0)) }
        return PreparedTrainSet(
            set: set,
            stamps: stamps.filtered { !bad.contains($0) },
            facts: TrainSetFacts(
                name: source.name, images: set.count, identities: set.identities.count,
                contentHash: scan.contentHash, skipped: scan.bad.map(\.path),
                warnings: warnings))
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
                        + (shared.count > 10 ? ", ..." : ""))
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
