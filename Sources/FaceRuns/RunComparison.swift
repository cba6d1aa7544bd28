import Foundation
import Spelling

/// Whether two runs computed the same numbers, bit for bit, and where they diverge.
///
/// Times and speeds are left out: they are never the same.
public struct RunComparison: Codable, Sendable, Hashable {
    /// A place where two runs differ.
    public struct Difference: Codable, Sendable, Hashable {
        /// The differing item, e.g. `the loss`.
        public var what: String
        /// The first run's value.
        public var first: String
        /// The second run's value.
        public var second: String

        /// A difference of arrays that are too long to be shown.
        static func ofNumbers(_ what: String) -> Difference {
            Difference(what: what, first: "its numbers", second: "other numbers")
        }
    }

    /// Steps that both runs have.
    public var steps: Int
    /// The first step with a difference, from 1; nil if all steps that both have are the same.
    public var firstStep: Int?
    /// The differing values at that step.
    public var atFirstStep: Difference?
    /// The first epoch with a difference, from 1.
    public var firstEpoch: Int?
    /// Differences of the runs' final files, and of their lengths.
    public var atEnd: [Difference]

    /// Whether all numbers are the same.
    public var isSame: Bool { firstStep == nil && firstEpoch == nil && atEnd.isEmpty }

    /// True where the runs' models were not compared, because tries of a tuning keep none; nil otherwise.
    public var leavesOutModels: Bool?

    /// Compares the contents of two folders.
    ///
    /// - Parameter models: Whether the models are compared, which tries of a tuning do not keep.
    /// - Throws: ``FaceRunsError`` for a file that is damaged.
    public init(
        _ first: RunFolder, _ second: RunFolder, models: Bool = true
    ) throws(FaceRunsError) {
        let (mine, theirs) = (try first.readSteps(), try second.readSteps())
        steps = min(mine.count, theirs.count)
        if let (one, other) = zip(mine, theirs).first(where: { $0 != $1 }) {
            firstStep = min(one.step, other.step)
            atFirstStep = Self.difference(one, other)
        }
        let epochs = (try first.readEpochs(), try second.readEpochs())
        let added = try first.addedTests().union(second.addedTests())
        firstEpoch =
            zip(epochs.0, epochs.1).first {
                $0.without(added).withoutTimes != $1.without(added).withoutTimes
            }?.0.epoch
        atEnd =
            try Self.lengths(mine.count, theirs.count, epochs.0.count, epochs.1.count)
            + Self.ends(first, second, added)
        guard models else {
            leavesOutModels = true
            return
        }
        try compareModels(first, second)
    }

    private static func difference(_ one: StepRecord, _ other: StepRecord) -> Difference? {
        for (name, (mine, theirs)) in zip(StepRecord.header, zip(one.fields, other.fields))
        where mine != theirs {
            return Difference(
                what: name.replacingOccurrences(of: "_", with: " "), first: mine, second: theirs)
        }
        return nil
    }

    private static func lengths(
        _ steps: Int, _ otherSteps: Int, _ epochs: Int, _ otherEpochs: Int
    ) -> [Difference] {
        [("number of steps", steps, otherSteps), ("number of epochs", epochs, otherEpochs)]
            .filter { $0.1 != $0.2 }
            .map { Difference(what: $0.0, first: "\($0.1)", second: "\($0.2)") }
    }

    private static func ends(
        _ first: RunFolder, _ second: RunFolder, _ added: Set<String>
    ) throws(FaceRunsError) -> [Difference] {
        var differences: [Difference] = []
        let mine = try first.readResult()?.withoutBestEpochs(added)
        let theirs = try second.readResult()?.withoutBestEpochs(added)
        if mine?.withoutTimes != theirs?.withoutTimes {
            differences.append(
                Difference(
                    what: "result", first: mine?.summary ?? "none",
                    second: theirs?.summary ?? "none"))
        }
        for test in mine?.tests.map(\.name) ?? [] {
            let scores = (try first.readScores(test: test), try second.readScores(test: test))
            let count = zip(scores.0 ?? [], scores.1 ?? []).count { $0 != $1 }
            if count > 0 || scores.0?.count != scores.1?.count {
                differences.append(
                    Difference(
                        what: "scores of \(test)", first: counted(scores.0?.count ?? 0, "pair"),
                        second: counted(scores.1?.count ?? 0, "pair")
                            + ", \(grouped(count)) with other scores"))
            }
        }
        for test in try first.readDescription().templateTests ?? [] {
            let isSame =
                test.distractors == nil
                ? Self.isSame(
                    try first.readTemplates(test: test.name),
                    try second.readTemplates(test: test.name))
                : Self.isSame(
                    try first.readDistractors(test: test.name),
                    try second.readDistractors(test: test.name))
            if !isSame { differences.append(.ofNumbers("figures of \(test.name)")) }
        }
        // Runs of earlier versions have none; that is not a difference in their numbers.
        if let mine = try first.readGeometry(), let theirs = try second.readGeometry(),
            mine != theirs
        {
            differences.append(.ofNumbers("geometry of embeddings"))
        }
        return differences
    }

    /// Whether two records are equal; a set may have been added to one of the runs.
    private static func isSame<Record: Equatable>(_ mine: Record?, _ theirs: Record?) -> Bool {
        mine == nil || theirs == nil || mine == theirs
    }

    private mutating func compareModels(
        _ first: RunFolder, _ second: RunFolder
    ) throws(FaceRunsError) {
        // A model's header states the version that wrote it, with that version's names of the loss's
        // parameters; neither is a difference of its numbers.
        let models = (try first.read(first.modelURL), try second.read(second.modelURL))
        if models.0.map(SafetensorsHeader.numbers) != models.1.map(SafetensorsHeader.numbers) {
            atEnd.append(
                Difference(what: "model", first: "its bytes", second: "other bytes, or none"))
        }
    }
}

extension RunComparison {
    /// The comparison as text, one line per finding.
    public var text: String {
        guard !isSame else {
            return "identical, bit for bit: \(counted(steps, "step")) and all results"
                + (leavesOutModels == true
                    ? "; a try of a tuning keeps no model, so none was compared" : "")
        }
        var lines: [String] = []
        if let firstStep {
            lines.append(
                "differs from step \(firstStep) of \(steps) on"
                    + (atFirstStep.map { ": \($0.text)" } ?? ""))
        } else {
            lines.append(
                steps > 0
                    ? (steps == 1 ? "the only step is" : "all \(counted(steps, "step")) are")
                        + " the same, what follows is not"
                    : "the runs have no step in common")
        }
        if let firstEpoch { lines.append("differs from epoch \(firstEpoch) on") }
        return (lines + atEnd.map(\.text)).joined(separator: "\n")
    }
}

extension RunFolder {
    /// Names of the test sets that were added after the run: only its last model was tested on them.
    fileprivate func addedTests() throws(FaceRunsError) -> Set<String> {
        guard try read(descriptionURL) != nil else { return [] }
        return Set(try readDescription().tests.filter { $0.isAdded == true }.map(\.name))
    }
}

extension EpochRecord {
    /// The record without the results on some test sets.
    fileprivate func without(_ tests: Set<String>) -> EpochRecord {
        var record = self
        record.tests.removeAll { tests.contains($0.name) }
        return record
    }
}

extension RunResult {
    /// The result without the best epochs on some test sets.
    fileprivate func withoutBestEpochs(_ tests: Set<String>) -> RunResult {
        var result = self
        for index in result.tests.indices where tests.contains(result.tests[index].name) {
            result.tests[index].bestEpoch = 0
            result.tests[index].bestAccuracy = 0
            result.tests[index].epochWithin95Percent = 0
        }
        return result
    }
}

extension RunComparison.Difference {
    fileprivate var text: String { "\(what) is \(first), and \(second) the second time" }
}

extension EpochRecord {
    /// The record without durations and speeds.
    public var withoutTimes: EpochRecord {
        var record = self
        record.imagesPerSecond = 0
        record.trainSeconds = 0
        record.evaluationSeconds = 0
        return record
    }
}

extension RunResult {
    /// The result without durations and speeds.
    public var withoutTimes: RunResult {
        var result = self
        result.imagesPerSecond = 0
        result.seconds = 0
        return result
    }

    fileprivate var summary: String {
        let tests = tests.map { "\($0.name) \($0.accuracy)" }
        return ([status.rawValue, "training \(trainAccuracy)"] + tests).joined(separator: ", ")
    }
}
