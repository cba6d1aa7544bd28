import FaceRuns
import Foundation

extension StudyConfiguration {
    /// The study of one run alone: what `study.json` of a run's folder holds, and what reproduces
    /// the run.
    func narrowed(to run: PlannedRun) -> StudyConfiguration {
        var narrow = self
        narrow.train = [train[run.trainIndex]]
        narrow.backbones = [run.identity.backbone]
        narrow.losses = [run.identity.loss]
        narrow.sampler = run.identity.sampler
        narrow.seeds = [run.identity.seed]
        return narrow
    }

    /// The configuration with the relative paths of sets and removal lists taken from a folder, as far
    /// as they lead somewhere there.
    func resolvingPaths(against folder: String?) -> StudyConfiguration {
        guard let folder else { return self }
        let root = URL(fileURLWithPath: folder)
        func resolved(_ path: String) -> String {
            guard !path.isEmpty, !path.hasPrefix("/") else { return path }
            let there = root.appendingPathComponent(path).path
            if FileManager.default.fileExists(atPath: there) { return there }
            // LIST,FOLDER and its likes; what leads nowhere, as a protocol's name, stays.
            let parts = path.split(separator: ",", maxSplits: 1).map(String.init)
            return parts.count == 2 ? parts.map(resolved).joined(separator: ",") : path
        }
        var result = self
        for index in train.indices {
            result.train[index].images = resolved(train[index].images)
            result.train[index].without = train[index].without.map(resolved)
        }
        for index in test.indices {
            result.test[index].images = resolved(test[index].images)
            result.test[index].pairs = resolved(test[index].pairs)
        }
        return result
    }
}

/// What a run is asked to be, of which a folder's stored description may differ.
struct RunRequest {
    let configuration: JSONValue
    let loss: String
    let lossValues: [String: String]
    let train: TrainSetFacts
    let tests: [TestSetFacts]

    /// Checks that a folder's stored description is of this very run.
    ///
    /// - Throws: ``FaceStudyError/differentConfiguration(path:key:stored:asked:)`` with the first
    ///   difference.
    func requireContinuation(of folder: RunFolder) throws {
        let stored = try folder.readDescription()
        guard let difference = try firstDifference(from: stored) else { return }
        throw FaceStudyError.differentConfiguration(
            path: folder.url.path, key: difference.key, stored: difference.theirs,
            asked: difference.mine)
    }

    private func firstDifference(
        from stored: RunDescription
    ) throws -> (key: String, mine: String, theirs: String)? {
        // A run of a version without some option was made with that option's default.
        let theirs = try StudyConfiguration().json().merging(stored.configuration)
        if let difference = configuration.firstDifference(from: theirs) { return difference }
        if let theirs = stored.lossValues {
            let names = Set(lossValues.keys).union(theirs.keys).sorted()
            if let name = names.first(where: { lossValues[$0] != theirs[$0] }) {
                return (
                    "\(name) of \(loss)", lossValues[name] ?? "nothing", theirs[name] ?? "nothing"
                )
            }
        }
        let contents =
            [(train.name, train.contentHash, stored.train.contentHash)]
            + zip(tests, stored.tests).map {
                ($0.name, $0.contentHash ?? "", $1.contentHash ?? "")
            }
        // A set that is not drawn yet has no content, and old runs have none of their test sets.
        let changed = contents.first { $0.1 != $0.2 && !$0.1.isEmpty && !$0.2.isEmpty }
        return changed.map {
            ("the content of \($0.0)", String($0.1.prefix(12)), String($0.2.prefix(12)))
        }
    }
}

extension JSONValue {
    /// The first place, in the order of the keys, where two values differ.
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

    private var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }
}

extension RunFolder {
    /// Whether the run is over and went well.
    var isFinished: Bool { ((try? readResult()) ?? nil)?.status == .finished }
}
