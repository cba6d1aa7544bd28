import FaceConfiguration
import FaceRuns
public import Foundation
import SafeFiles
import Spelling

/// Adds the runs of other studies to one: from other machines, or with other seeds, losses, backbones or
/// training sets, but otherwise the same settings.
///
/// Everything is checked before anything is copied. The other studies are only read.
public struct StudyJoin {
    /// The outcome.
    public struct Outcome: Sendable, Hashable {
        /// Names of the runs that were copied.
        public var added: [String] = []
        /// Names of the runs that already existed with the same numbers.
        public var known: [String] = []
    }

    private let target: StudyFolder
    private let sources: [StudyFolder]

    /// Prepares to add runs to a study, which need not exist yet.
    public init(_ target: URL, sources: [URL]) {
        self.target = StudyFolder(target)
        self.sources = sources.map(StudyFolder.init)
    }

    /// Checks all runs, and copies those that are missing.
    ///
    /// - Parameter shouldStop: Checked before each copy.
    /// - Throws: ``FaceStudyError/cannotJoin(reasons:)`` if a run is incompatible with the others,
    ///   ``FaceStudyError/busy(path:holder:)`` while a study is in progress, and the errors of reading and
    ///   writing.
    public func run(shouldStop: () -> Bool = { false }) throws -> Outcome {
        try requireDistinct()
        for source in sources where try source.runs().isEmpty {
            throw FaceStudyError.noRuns(path: source.url.path)
        }
        let lock = try target.claim()
        defer { lock.release() }
        let others = try sources.compactMap { try Self.claimToRead($0) }
        defer { others.forEach { $0.release() } }
        try? FileManager.default.removeItem(at: staging)
        let plan = try JoinPlan(target, sources)
        let tuning = try JoinedTuning(target, sources)
        let reasons = plan.reasons + tuning.reasons
        guard reasons.isEmpty else { throw FaceStudyError.cannotJoin(reasons: reasons) }
        for run in tuning.added {
            if shouldStop() { throw FaceStudyError.interrupted }
            try copy(run, to: target.tries)
        }
        if let record = tuning.record { try target.write(record) }
        for run in plan.added {
            if shouldStop() { throw FaceStudyError.interrupted }
            try copy(run, to: target)
        }
        try? FileManager.default.removeItem(at: staging)
        try target.writeExperiment()
        return Outcome(
            added: plan.added.map(\.url.lastPathComponent), known: plan.known.sorted())
    }

    /// Refuses a study that is given twice.
    private func requireDistinct() throws(FaceStudyError) {
        var seen: Set<String> = []
        for folder in [target] + sources {
            let path = folder.url.standardizedFileURL.resolvingSymlinksInPath().path
            guard seen.insert(path).inserted else {
                throw .cannotJoin(reasons: ["\(quoted: folder.url.path) is given twice"])
            }
        }
    }

    /// Keeps other processes out of a study while it is read; nil if its folder is not writable.
    private static func claimToRead(_ source: StudyFolder) throws -> StudyClaim? {
        do {
            return try source.claim()
        } catch FaceStudyError.cannotWrite {
            return nil
        }
    }

    /// The path that a run is copied to before it is renamed, so that no report sees a partial run.
    private var staging: URL { target.url.appendingPathComponent(".joining") }

    private func copy(_ run: RunFolder, to study: StudyFolder) throws {
        let name = run.url.lastPathComponent
        let draft = staging.appendingPathComponent(name)
        do {
            try AtomicFile.createFolder(staging)
            try AtomicFile.createFolder(study.runsURL)
            try FileManager.default.copyItem(at: run.url, to: draft)
            try AtomicFile.move(draft, to: study.run(named: name).url)
            try AtomicFile.synchronizeFolder(study.runsURL)
        } catch let error as CocoaError {
            if error.code == .fileWriteOutOfSpace {
                throw FaceStudyError.noSpace(path: target.url.path)
            }
            throw FaceStudyError.cannotWrite(
                path: target.url.path, reason: error.localizedDescription)
        }
    }
}

/// The runs to copy, and the reasons against copying.
struct JoinPlan {
    /// Runs that the target lacks.
    private(set) var added: [RunFolder] = []
    /// Names of the runs that it has already, with the same numbers.
    private(set) var known: Set<String> = []
    /// Reasons why runs are incompatible, each once.
    private(set) var reasons: [String] = []

    /// A run with its records.
    private struct Member {
        let folder: RunFolder
        let description: RunDescription
        let environment: RunEnvironment?

        /// Reads all of a run's records, so that no damaged one is copied.
        init(reading folder: RunFolder) throws(FaceRunsError) {
            self.folder = folder
            description = try folder.readDescription()
            environment = try folder.readEnvironment()
            _ = try folder.readResult()
            _ = try folder.readEpochs()
        }

        /// Whether the run has its own learning rate and weight decay, chosen by tuning.
        var isTuned: Bool { description.identity.tuned != nil }
    }

    private var first: Member?
    private var firstStandard: Member?
    private var choices: [String: Member] = [:]
    private var byName: [String: RunFolder] = [:]
    private var trainSets: [String: (content: SetContent, of: RunFolder)] = [:]
    private var lossValues: [String: (values: [String: String], of: RunFolder)] = [:]

    init(_ target: StudyFolder, _ sources: [StudyFolder]) throws {
        for run in try target.runs() { try take(run, isThere: true) }
        for source in sources {
            for run in try source.runs() { try take(run, isThere: false) }
        }
    }

    private mutating func take(_ folder: RunFolder, isThere: Bool) throws {
        let name = folder.url.lastPathComponent
        let member: Member
        do throws(FaceRunsError) {
            member = try Member(reading: folder)
        } catch {
            add(error.description)
            return
        }
        if let other = byName[name] {
            let same = try RunComparison(other, folder).isSame
            let finished = other.isFinished && folder.isFinished
            if same && finished {
                known.insert(name)
            } else {
                add(
                    "\(quoted: other.url.path) and \(quoted: folder.url.path) are the same run, "
                        + (finished
                            ? "with other numbers; remove one of them"
                            : "and not both finished; finish or remove one of them"))
            }
            return
        }
        byName[name] = folder
        check(member)
        if !isThere { added.append(folder) }
    }

    private mutating func check(_ member: Member) {
        checkData(member)
        checkChoice(member)
        let other = member.isTuned ? first : firstStandard ?? first
        if first == nil { first = member }
        if firstStandard == nil, !member.isTuned { firstStandard = member }
        guard let first = other else { return }
        for difference in Self.differences(first, member) {
            add(
                "\(quoted: member.folder.url.path) differs from \(quoted: first.folder.url.path) in "
                    + "\(difference.key) (\(difference.mine) there, \(difference.theirs) in the other)",
                once: difference.key)
        }
    }

    /// Differences of two runs in settings that all runs of a study must share.
    private static func differences(
        _ first: Member, _ other: Member
    ) -> [(key: String, mine: String, theirs: String)] {
        let defaults = StudyConfiguration().json()
        let isTuned = first.isTuned || other.isTuned
        let (mine, theirs) = (
            defaults.merging(other.description.configuration).shared(isTuned: isTuned),
            defaults.merging(first.description.configuration).shared(isTuned: isTuned)
        )
        var found = mine.firstDifference(from: theirs).map { [$0] } ?? []
        for (name, mine, theirs) in [
            ("the precision", other.environment?.precision, first.environment?.precision),
            (
                "the device", other.environment.map { DeviceKind.name($0.device) },
                first.environment.map { DeviceKind.name($0.device) }
            ),
        ] {
            if let mine, let theirs, mine != theirs { found.append((name, mine, theirs)) }
        }
        let tests = (other.description.tests, first.description.tests)
        let names = (other.description.testNames, first.description.testNames)
        if Set(names.0) != Set(names.1) {
            let text = { (names: [String]) in
                names.isEmpty ? "none" : names.joined(separator: ", ")
            }
            found.append(
                ("the test sets, which facet evaluate can add", text(names.0), text(names.1)))
        }
        for theirs in tests.1 {
            guard let mine = tests.0.named(theirs.name) else { continue }
            if let difference = mine.difference(from: theirs) { found.append(difference) }
        }
        let templates = other.description.templateTests ?? []
        for theirs in first.description.templateTests ?? [] {
            let mine = templates.named(theirs.name)
            if let difference = mine?.difference(from: theirs) { found.append(difference) }
        }
        return found
    }

    /// Checks that names of training sets and losses have the same meaning in all runs.
    private mutating func checkData(_ member: Member) {
        let train = member.description.train
        if let known = trainSets[train.name] {
            if let difference = train.content.difference(from: known.content) {
                add(
                    "\(quoted: member.folder.url.path) was trained on another \(quoted: train.name) than "
                        + "\(quoted: known.of.url.path) (its content is \(difference.mine.prefix(12)) there, "
                        + "\(difference.theirs.prefix(12)) in the other)",
                    once: "train \(train.name)")
            }
        } else {
            trainSets[train.name] = (train.content, member.folder)
        }
        let loss = member.description.identity.loss
        guard let values = member.description.lossValues else { return }
        if let known = lossValues[loss], known.values != values {
            let name = Set(values.keys).union(known.values.keys).sorted().first {
                values[$0] != known.values[$0]
            }
            add(
                "\(quoted: member.folder.url.path) has another \(quoted: loss) than "
                    + "\(quoted: known.of.url.path) "
                    + "(\(name ?? "a parameter") is different)", once: "loss \(loss)")
        } else {
            lossValues[loss] = (values, member.folder)
        }
    }

    /// Checks that values chosen by tuning are equal if they have the same name.
    private mutating func checkChoice(_ member: Member) {
        let description = member.description
        guard let origin = description.identity.tuned else { return }
        let key = [description.identity.trainSet, description.identity.backbone, origin.name]
            .joined(separator: "\n")
        guard let known = choices[key] else {
            choices[key] = member
            return
        }
        let (mine, theirs) = (description.chosenValues, known.description.chosenValues)
        guard mine != theirs else { return }
        add(
            "\(quoted: member.folder.url.path) has other values of \(quoted: origin.name) than "
                + "\(quoted: known.folder.url.path) (\(mine) there, \(theirs) in the other); tune "
                + "a loss in one "
                + "study, and use its values in the others as \(origin.loss)@STUDY",
            once: "choice \(key)")
    }

    private var seen: Set<String> = []

    /// Adds a reason, unless one of the same kind was given.
    private mutating func add(_ reason: String, once key: String? = nil) {
        guard seen.insert(key ?? reason).inserted else { return }
        reasons.append(reason)
    }
}

extension RunDescription {
    /// The run's loss, learning rate and weight decay in words.
    fileprivate var chosenValues: String {
        let training = configuration["training"]
        func text(_ value: JSONValue?) -> String? {
            if case .number(let number)? = value { "\(number)" } else { nil }
        }
        let optimizer = training?["algorithm"] == .string("adamw") ? "adamw" : "optimizer"
        let shared = [
            text(training?["schedule"]?["peak"]).map { "learning rate \($0)" },
            text(training?[optimizer]?["weightDecay"]).map { "weight decay \($0)" },
        ]
        return ([identity.loss] + shared.compactMap { $0 }).joined(separator: ", ")
    }
}

extension JSONValue {
    /// The part of a run's configuration that all runs of a study share.
    ///
    /// - Parameter isTuned: Whether the learning rate and the weight decay are not shared.
    fileprivate func shared(isTuned: Bool) -> JSONValue {
        guard case .object(var members) = deciding else { return self }
        for key in ["train", "backbones", "losses", "sampler", "seeds"] { members[key] = nil }
        guard isTuned else { return .object(members) }
        let decay = JSONValue.object(["weightDecay": .null])
        return JSONValue.object(members).merging(
            .object([
                "training": .object([
                    "schedule": .object(["peak": .null]), "optimizer": decay, "adamw": decay,
                ])
            ]))
    }
}
