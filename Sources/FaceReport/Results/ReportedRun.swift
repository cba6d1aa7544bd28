import Charts
import Documents
package import FaceEvaluation
package import FaceRuns
import Foundation
import Spelling

/// State of a run.
public enum RunStatus: String, Sendable, CaseIterable {
    /// All epochs are trained and evaluated.
    case finished
    /// The run stopped with an error.
    case failed
    /// The run is in progress, or was interrupted and can be resumed.
    case unfinished
    /// The run's result cannot be read.
    case damaged
}

/// A report's data on one run.
package struct ReportedRun: Sendable {
    /// Name of the run's folder.
    package let name: String
    /// The run's description.
    package let description: RunDescription
    /// The run's environment; nil if unknown.
    package let environment: RunEnvironment?
    /// The epochs completed so far.
    package let epochs: [EpochRecord]
    /// How it ended; nil if it has not.
    package let result: RunResult?
    /// ROC curve on each test set whose scores are present, by the set's name.
    package let curves: [String: ROCCurve]
    /// The last model's outcomes on the pairs of each test set whose scores are present.
    package let outcomes: [String: PairOutcomes]
    /// The last model's results on the test sets of templates, and on MegaFace, by the sets' names.
    package let identification: [String: IdentificationResult]
    /// Groups of people and error against rejection on each test set that has them, by their names.
    package let details: [String: SetDetails]
    /// The geometry of the last model's embeddings; `nil` if it was not measured.
    package let geometry: RunGeometry?
    /// The pretrained network that the run started from; `nil` for random weights.
    package let start: ReportedStart?
    /// State of the run.
    package let status: RunStatus
    /// Sentences on files of the run that could not be read.
    package let damages: [String]
    /// Why nothing was learned in the run; `nil` if something was, or if it is not finished.
    package let nothingLearned: NothingLearned?

    /// Reads a run's folder.
    ///
    /// - Throws: if `run.json` cannot be read, since the run is then unknown. Other unreadable files are
    ///   listed in ``damages``.
    ///
    /// - Parameters:
    ///   - folder: The run's folder.
    ///   - known: Lists of pairs of other runs, to be reused.
    package init(
        reading folder: RunFolder, known: inout [TestPairs]
    ) throws(FaceRunsError) {
        var description = try folder.readDescription()
        var damages: [String] = []
        func attempt<Value>(_ read: () throws(FaceRunsError) -> Value) -> Value? {
            do {
                return try read()
            } catch {
                damages.append(error.description)
                return nil
            }
        }
        name = folder.url.lastPathComponent
        let environment = attempt(folder.readEnvironment) ?? nil
        self.environment = environment
        let study = folder.url.deletingLastPathComponent().deletingLastPathComponent()
        let paths = PathShortener(
            study: study.path, configuration: description.configuration,
            workingDirectory: environment?.workingDirectory)
        description.shorten(paths)
        self.description = description
        let epochs = attempt(folder.readEpochs)
        self.epochs = epochs ?? []
        geometry = attempt(folder.readGeometry) ?? nil
        var identification: [String: IdentificationResult] = [:]
        for test in description.templateTests ?? [] {
            identification[test.name] =
                attempt { () throws(FaceRunsError) in try Self.result(on: test, folder) } ?? nil
        }
        self.identification = identification
        var details: [String: SetDetails] = [:]
        let names = description.tests.map(\.name) + (description.templateTests ?? []).map(\.name)
        for name in names {
            details[name] =
                attempt { () throws(FaceRunsError) in try folder.readDetails(test: name) } ?? nil
        }
        self.details = details.mapValues { $0.shortened(paths.text) }
        var result = attempt(folder.readResult)
        if let message = result??.message { result??.message = paths.text(message) }
        if let result, result?.status == .finished {
            _ = attempt(folder.requireModel)
            if epochs?.isEmpty ?? false {
                damages.append(Self.missing(folder.metricsURL, "of the training"))
            }
        }
        var curves: [String: ROCCurve] = [:]
        var outcomes: [String: PairOutcomes] = [:]
        var recomputed: [String: RecomputedResult] = [:]
        for test in description.tests {
            let scores = attempt { () throws(FaceRunsError) in
                try folder.readScores(test: test.name)
            }
            if case .some(nil) = scores, result??.status == .finished {
                damages.append(Self.missing(folder.scoresURL(test: test.name), "on '\(test.name)'"))
            }
            guard let scores = scores ?? nil else { continue }
            do {
                let found = try RecomputedResult(scores.map(\.pair), folds: test.folds)
                recomputed[test.name] = found
                curves[test.name] = found.curve
                outcomes[test.name] = PairOutcomes(scores, found, known: &known)
            } catch {
                damages.append("\(folder.scoresURL(test: test.name).path): \(error)")
            }
        }
        start = ReportedStart(folder, description.tests, known: &known, damages: &damages)
        let conflicts = Self.conflicts(result ?? nil, description, self.epochs, recomputed)
        damages += conflicts.map { "\(folder.url.path): damaged: \($0)" }
        // Contradictory data are not used, from neither file.
        let isSound = conflicts.isEmpty
        self.result = isSound ? result ?? nil : nil
        status = isSound ? result.map { Self.status($0) } ?? .damaged : .damaged
        self.curves = isSound ? curves : [:]
        self.outcomes = isSound ? outcomes : [:]
        self.damages = damages.map(paths.text)
        nothingLearned =
            isSound ? Self.outcome(description, self.epochs, result ?? nil, outcomes) : nil
    }

    /// The record on a test set of templates or on MegaFace.
    private static func result(
        on test: TemplateTestFacts, _ folder: RunFolder
    ) throws(FaceRunsError) -> IdentificationResult? {
        test.distractors == nil
            ? try folder.readTemplates(test: test.name).map { .templates($0) }
            : try folder.readDistractors(test: test.name).map { .distractors($0) }
    }

    private static func missing(_ file: URL, _ figures: String) -> String {
        "'\(file.path)': the finished run's file is missing or empty, so that its figures \(figures) leave the "
            + "run out"
    }

    /// Whether another folder holds the same run: all that was written before the first step agrees.
    func isCopy(of other: ReportedRun) -> Bool {
        func atStart(_ description: RunDescription) -> RunDescription {
            var start = description
            (start.tests, start.templateTests, start.tuning) = ([], nil, nil)
            return start
        }
        return description.identity == other.description.identity
            && atStart(description) == atStart(other.description)
    }

    private static func outcome(
        _ description: RunDescription, _ epochs: [EpochRecord], _ result: RunResult?,
        _ outcomes: [String: PairOutcomes]
    ) -> NothingLearned? {
        guard let result, result.status == .finished,
            let test = description.tests.first.flatMap({ result.tests.named($0.name) })
        else { return nil }
        return NothingLearned(
            description, epochs: epochs, trainAccuracy: result.trainAccuracy, result: test,
            distances: outcomes[test.name]?.distances ?? [])
    }

    /// Contradictions between a run's files, e.g. after edits, or if files of several runs were mixed.
    private static func conflicts(
        _ result: RunResult?, _ description: RunDescription, _ epochs: [EpochRecord],
        _ recomputed: [String: RecomputedResult]
    ) -> [String] {
        guard let result, result.status == .finished else { return [] }
        return EpochConflicts.sentences(result, epochs)
            + names(result, description, recomputed)
            + description.tests.flatMap { test -> [String] in
                let stated = result.tests.named(test.name)
                let found = recomputed[test.name]
                var conflicts: [String] = []
                if let stated, stated.pairs != test.pairs {
                    conflicts.append(
                        "result.json covers \(Format.count(stated.pairs, "pair")) of "
                            + "\(quoted: test.name), but run.json "
                            + "says \(test.pairs)")
                }
                if let found, found.folds.count != test.pairs {
                    conflicts.append(
                        "the scores cover \(Format.count(found.folds.count, "pair")) of "
                            + "\(quoted: test.name), but "
                            + "run.json says \(test.pairs)")
                } else if let found, let stated {
                    conflicts += found.disagreements(with: stated)
                }
                return conflicts
            }
    }

    /// Test sets of a finished run that only one of its files lists. A set that is added later is written
    /// to `run.json` last, after its scores.
    private static func names(
        _ result: RunResult, _ description: RunDescription,
        _ recomputed: [String: RecomputedResult]
    ) -> [String] {
        let known = Set(description.tests.map(\.name))
        let stated = Set(result.tests.map(\.name))
        let missing = description.tests.map(\.name).filter { !stated.contains($0) }
        return missing.map {
            "result.json has no result of \(quoted: $0), which run.json names"
                + (recomputed[$0] == nil ? "" : " and whose scores are there")
        }
            + (missing.isEmpty
                ? []
                : result.tests.map(\.name).filter { !known.contains($0) }.map {
                    "result.json has a result of \(quoted: $0), which run.json does not name"
                })
    }

    private static func status(_ result: RunResult?) -> RunStatus {
        switch result?.status {
        case .finished: .finished
        case .failed: .failed
        case nil: .unfinished
        }
    }

    /// Seed of the random numbers.
    package var seed: UInt64 { description.identity.seed }

    /// Facts of the first test set, on which the accuracies of the tables are measured.
    package var primaryTest: TestSetFacts? { description.tests.first }

    /// The last epoch's model on all pairs of the first test set; `nil` if the run is not
    /// finished.
    package var primaryResult: TestResult? {
        guard status == .finished, let result, let primaryTest else { return nil }
        return result.tests.named(primaryTest.name)
    }

    /// False acceptance rate at which a report states the true one.
    package static let statedFAR = 1e-3

    /// True acceptance rate at ``statedFAR`` on the first test set; `nil` if the run is not finished, or
    /// the set is not known to have enough pairs of different people.
    package var supportedTAR: Double? {
        guard let result = primaryResult, let curve = curves[result.name],
            OperatingPoint.isSupported(rate: Self.statedFAR, by: curve.negatives)
        else { return nil }
        return result.tarAtFar1e3
    }

    /// A warning if the last model's embeddings of the first test set have collapsed; `nil` otherwise.
    package var collapse: String? {
        guard let result = primaryResult else { return nil }
        return ScoreWarnings.collapse(
            distances: outcomes[result.name]?.distances ?? [], meanNorm: result.meanNorm)
    }

    /// Training accuracy of the last epoch without the margin; `nil` if the run is not
    /// finished.
    package var trainAccuracy: Double? {
        status == .finished ? result?.trainAccuracy : nil
    }

    /// Images per second of the training steps; `nil` without any.
    package var imagesPerSecond: Double? {
        if let result, result.imagesPerSecond > 0 { return result.imagesPerSecond }
        let seconds = epochs.reduce(0) { $0 + $1.trainSeconds }
        guard let images = epochs.last?.images, seconds > 0 else { return nil }
        return Double(images) / seconds
    }

    package var completedEpochs: Int { result?.epochs ?? epochs.last?.epoch ?? 0 }

    /// Number of pairs on which the best epoch's accuracy was measured.
    package var bestPairs: Int? {
        guard let best = primaryResult else { return nil }
        let record = epochs.first { $0.epoch == best.bestEpoch }
        return record?.tests.named(best.name)?.pairs ?? best.pairs
    }

    /// Accuracy on the first test set after an epoch.
    package func testAccuracy(_ epoch: EpochRecord) -> Double? {
        primaryTest.flatMap { epoch.tests.named($0.name) }?.accuracy
    }
}

extension RunDescription {
    /// Removes absolute paths from everything that a report shows.
    fileprivate mutating func shorten(_ paths: PathShortener) {
        configuration = paths.configuration(configuration)
        command = paths.text(command)
        train.skipped = train.skipped.map(PathShortener.name)
        train.warnings = train.warnings.map(paths.text)
        for index in tests.indices { tests[index].warnings = tests[index].warnings.map(paths.text) }
    }
}
