import FaceConfiguration
import FaceRuns
import FaceTraining
import Foundation
import SeededRandom
import Spelling
import Torch
import FaceModels

extension StudyConfiguration {
    /// The configuration of a single run, as stored in `study.json` of the run's folder, with which the run
    /// can be reproduced.
    func narrowed(to run: PlannedRun) -> StudyConfiguration {
        var narrow = configuration(of: run)
        narrow.tuning = Tuning()
        narrow.train = [train[run.trainIndex]]
        narrow.backbones = [run.identity.backbone]
        narrow.losses = [run.identity.loss]
        narrow.sampler = run.identity.sampler
        narrow.seeds = [run.identity.seed]
        return narrow
    }

    /// The configuration with the relative paths of sets and removal lists resolved against a folder, if
    /// they exist there.
    func resolvingPaths(against folder: String?) -> StudyConfiguration {
        guard let folder else { return self }
        let root = URL(fileURLWithPath: folder)
        func resolved(_ path: String) -> String {
            guard !path.isEmpty, !path.hasPrefix("/") else { return path }
            let there = root.appendingPathComponent(path).path
            if FileManager.default.fileExists(atPath: there) { return there }
            // Also for values such as LIST,FOLDER; parts that do not exist, e.g. the name of a protocol,
            // are unchanged.
            let parts = path.split(separator: ",", maxSplits: 1).map(String.init)
            return parts.count == 2 ? parts.map(resolved).joined(separator: ",") : path
        }
        var result = self
        for index in train.indices {
            result.train[index].images = resolved(train[index].images)
            result.train[index].without = train[index].without.map(resolved)
        }
        result.start.from = start.from.map(resolved)
        result.evaluation.cohort = resolved(evaluation.cohort)
        result.evaluation.attributes = resolved(evaluation.attributes)
        result.evaluation.quality = resolved(evaluation.quality)
        for index in test.indices {
            result.test[index].images = resolved(test[index].images)
            result.test[index].pairs = resolved(test[index].pairs)
        }
        return result
    }
}

/// A requested run, compared with the description stored in a folder.
///
/// Two descriptions are of the same run if they lead to the same numbers: the contents of files matter, but
/// not their paths, the number of threads, or which of several devices is used.
struct RunRequest {
    let configuration: JSONValue
    let compute: ComputeConfiguration
    let loss: String
    let lossValues: [String: String]
    let train: TrainSetFacts
    let tests: [TestSetFacts]
    let start: StartFacts?
    var templates: [TemplateTestFacts] = []

    private typealias Difference = SetDifference

    /// Checks that a folder's stored description is of this run.
    ///
    /// - Throws: ``FaceStudyError/differentConfiguration(path:key:stored:asked:)`` with the first
    ///   difference.
    func requireContinuation(of folder: RunFolder) throws {
        let stored = try folder.readDescription()
        // A run of a version without some option used that option's default.
        var theirs = StudyConfiguration().json().merging(stored.configuration)
        if let mine = configuration["training"], let training = theirs["training"] {
            if let obstacle = obstacle(to: mine, from: training, in: folder) {
                throw FaceStudyError.differentConfiguration(
                    path: folder.url.path, key: "epochs", stored: obstacle.stored,
                    asked: obstacle.asked)
            }
            theirs = theirs.merging(.object(["training": training.raised(to: mine)]))
        }
        let environment = try folder.readEnvironment()
        let difference =
            testDifference(from: theirs, in: folder)
            ?? configuration.deciding.firstDifference(
                from: theirs.deciding)
            ?? resolvedDifference(from: theirs, environment)
            ?? lossDifference(from: stored) ?? randomDifference(from: stored)
            ?? contentDifference(from: stored, theirs)
        guard let difference else { return }
        throw FaceStudyError.differentConfiguration(
            path: folder.url.path, key: difference.key, stored: difference.theirs,
            asked: difference.mine)
    }

    /// The difference in a setting that may be `auto`: none if the words or the resolved values are equal.
    private func resolvedDifference(
        from theirs: JSONValue, _ environment: RunEnvironment?
    ) -> Difference? {
        let settings = [
            ("precision", compute.precision.rawValue, environment?.precision),
            ("device", DeviceKind.name(compute.device), environment?.device),
            ("kernels", (compute.kernels ?? .best).rawValue, environment?.kernels),
        ]
        for (key, mine, resolved) in settings {
            let stored = theirs[key]
            guard configuration[key] != stored else { continue }
            var meant = resolved
            if meant == nil, case .string(let word)? = stored, word != "auto" { meant = word }
            guard let meant else { continue }
            let plain = key == "device" ? DeviceKind.name(meant) : meant
            if plain != mine { return (key, mine, plain) }
        }
        return nil
    }

    private func lossDifference(from stored: RunDescription) -> Difference? {
        guard let theirs = stored.lossValues else { return nil }
        let names = Set(lossValues.keys).union(theirs.keys).sorted()
        return names.first { lossValues[$0] != theirs[$0] }.map { name in
            ("\(name) of \(loss)", lossValues[name] ?? "nothing", theirs[name] ?? "nothing")
        }
    }

    /// The difference in random numbers, which all runs of a study share.
    private func randomDifference(from stored: RunDescription) -> Difference? {
        let theirs = stored.randomNumbers ?? "splitmix64"
        return theirs == SeededRandom.algorithm
            ? nil : ("the generator of random numbers", SeededRandom.algorithm, theirs)
    }

    /// The difference in training or test data.
    ///
    /// The content of a set that is not rendered yet is unknown, as is that of old runs' test sets: then
    /// only the names of the files can be compared.
    private func contentDifference(
        from stored: RunDescription, _ theirs: JSONValue
    ) -> Difference? {
        if start?.contentHash != stored.start?.contentHash {
            func short(_ facts: StartFacts?) -> String {
                facts.map { String($0.contentHash.prefix(12)) } ?? "random"
            }
            return ("the weights to start from", short(start), short(stored.start))
        }
        let (mySets, theirSets) = (configuration.locations, theirs.locations)
        func content(_ name: String, _ mine: SetContent, _ theirs: SetContent) -> Difference? {
            guard mine.isComparable(to: theirs) else {
                let (mine, theirs) = (mySets[name], theirSets[name])
                return mine == theirs
                    ? nil : ("the files of \(name)", mine ?? "none", theirs ?? "none")
            }
            return mine.difference(from: theirs, of: name)
        }
        if let difference = content(train.name, train.content, stored.train.content) {
            return difference
        }
        for theirs in stored.tests {
            guard let mine = tests.named(theirs.name) else { continue }
            let difference =
                mine.difference(from: theirs)
                ?? content(mine.name, mine.content, theirs.content)
            if let difference { return difference }
        }
        for theirs in stored.templateTests ?? [] {
            let mine = templates.named(theirs.name)
            if let difference = mine?.difference(from: theirs) { return difference }
        }
        return nil
    }
}

extension JSONValue {
    /// The settings that affect numbers, with only the names of sets.
    var deciding: JSONValue {
        guard case .object(var members) = self else { return self }
        for key in ["recipe", "threads", "device", "precision", "kernels", "tuning"] {
            members[key] = nil
        }
        if case .object(var evaluation)? = members["evaluation"] {
            // Excluded are the batch size of embedding, additional details of scores, and whether damaged
            // images end a test, which has no effect without any.
            for key in ["batchSize", "attributes", "quality", "failures"] { evaluation[key] = nil }
            members["evaluation"] = .object(evaluation)
        }
        members["test"] = nil
        if case .object(var start)? = members["start"] {
            // The content of the weights matters, not their path.
            start["from"] = nil
            members["start"] = .object(start)
        }
        if case .array(let sets)? = members["train"] {
            members["train"] = .array(sets.compactMap { $0["name"] })
        }
        return .object(members)
    }

    /// The paths of the files of a configuration's sets, by the sets' names.
    fileprivate var locations: [String: String] {
        var locations: [String: String] = [:]
        for list in ["train", "test"] {
            guard case .array(let sets)? = self[list] else { continue }
            for set in sets {
                guard case .string(let name)? = set["name"] else { continue }
                locations[name] = ["images", "pairs", "without"].compactMap { key in
                    if case .string(let path)? = set[key], path != "" { path } else { nil }
                }.joined(separator: ",")
            }
        }
        return locations
    }

    /// The first difference between two values, in the order of the keys.
    func firstDifference(
        from other: JSONValue, key: String = "the configuration"
    ) -> (key: String, mine: String, theirs: String)? {
        guard case .object(let mine) = self, case .object(let theirs) = other else {
            return self == other ? nil : (key, text, other.text)
        }
        for name in Set(mine.keys).union(theirs.keys).sorted() {
            let difference = (mine[name] ?? .null).firstDifference(
                from: theirs[name] ?? .null, key: name)
            if let difference { return difference }
        }
        return nil
    }

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }
}

extension RunFolder {
    /// Whether the run finished successfully.
    var isFinished: Bool { isFinished(after: 0) }

    /// Whether the run finished successfully with at least this number of epochs.
    func isFinished(after epochs: Int) -> Bool {
        guard let result = (try? readResult()) ?? nil else { return false }
        return result.status == .finished && result.epochs >= epochs
    }
}
