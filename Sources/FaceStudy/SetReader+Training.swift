import FaceData
import FaceLosses
import FaceRuns
import FaceSynthesis
import Foundation
import Spelling
import Torch

extension SetReader {
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
                + "(\(people.someJoined(5)))"
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
