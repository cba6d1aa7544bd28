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

    /// The configuration with relative paths of sets taken from a folder, unless they lead
    /// somewhere from here.
    func resolvingPaths(against folder: String?) -> StudyConfiguration {
        guard let folder else { return self }
        func resolved(_ path: String) -> String {
            let isRelative = !path.isEmpty && !path.hasPrefix("/") && !path.hasPrefix("synthetic:")
            guard isRelative, !FileManager.default.fileExists(atPath: path) else { return path }
            return URL(fileURLWithPath: folder).appendingPathComponent(path).path
        }
        var result = self
        for index in train.indices { result.train[index].images = resolved(train[index].images) }
        for index in test.indices {
            result.test[index].images = resolved(test[index].images)
            result.test[index].pairs = resolved(test[index].pairs)
        }
        return result
    }
}

extension RunDescription {
    /// Checks that a folder's stored description is of this very run.
    ///
    /// - Throws: ``FaceStudyError/differentConfiguration(path:key:stored:asked:)`` with the first
    ///   difference.
    func requireContinuation(of folder: RunFolder) throws {
        let stored = try folder.readDescription()
        // A run of a version without some option was made with that option's default.
        let theirs = try StudyConfiguration().json().merging(stored.configuration)
        if let difference = configuration.firstDifference(from: theirs) {
            throw FaceStudyError.differentConfiguration(
                path: folder.url.path, key: difference.key, stored: difference.theirs,
                asked: difference.mine)
        }
        if let theirs = stored.lossValues, let mine = lossValues {
            for name in Set(mine.keys).union(theirs.keys).sorted() where mine[name] != theirs[name]
            {
                throw FaceStudyError.differentConfiguration(
                    path: folder.url.path, key: "\(name) of \(identity.loss)",
                    stored: theirs[name] ?? "nothing", asked: mine[name] ?? "nothing")
            }
        }
        guard stored.train.contentHash == train.contentHash else {
            throw FaceStudyError.differentConfiguration(
                path: folder.url.path, key: "the content of \(train.name)",
                stored: String(stored.train.contentHash.prefix(12)),
                asked: String(train.contentHash.prefix(12)))
        }
        for (mine, theirs) in zip(tests, stored.tests)
        where theirs.contentHash != nil && mine.contentHash != theirs.contentHash {
            throw FaceStudyError.differentConfiguration(
                path: folder.url.path, key: "the content of \(mine.name)",
                stored: String(theirs.contentHash?.prefix(12) ?? ""),
                asked: String(mine.contentHash?.prefix(12) ?? ""))
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
