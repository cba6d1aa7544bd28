import FaceConfiguration
import Foundation
import SafeFiles

extension RunFolder {
    /// Reads `run.json`.
    ///
    /// - Throws: ``FaceRunsError`` where the file is missing, damaged, or of another format.
    public func readDescription() throws(FaceRunsError) -> RunDescription {
        let data = try require(descriptionURL)
        let path = descriptionURL.path
        let format = try JSONRecord.format(of: data, path: path)
        guard format == RunDescription.currentFormat else {
            throw .unknownFormat(
                path: path, format: format, supported: RunDescription.currentFormat)
        }
        return try JSONRecord.decode(RunDescription.self, from: data, path: path).current
    }

    /// Reads `environment.json`, or returns `nil` if there is none yet.
    public func readEnvironment() throws(FaceRunsError) -> RunEnvironment? {
        try readRecord(RunEnvironment.self, at: environmentURL)
    }

    /// Reads the epochs of `metrics.jsonl`; empty if there is no such file yet.
    ///
    /// Only complete lines count: what follows the last newline was being written when the run was killed,
    /// and is ignored.
    ///
    /// - Throws: ``FaceRunsError/damagedFile(path:line:reason:)`` for a complete line that is not
    ///   an epoch, or whose epoch does not come after the one before.
    public func readEpochs() throws(FaceRunsError) -> [EpochRecord] {
        guard let data = try read(metricsURL) else { return [] }
        var epochs: [EpochRecord] = []
        for line in MetricLines(data).complete {
            let number = epochs.count + 1
            let record = try JSONRecord.decode(
                EpochRecord.self, from: Data(line), path: metricsURL.path, line: number)
            guard record.epoch > epochs.last?.epoch ?? 0 else {
                throw .damagedFile(
                    path: metricsURL.path, line: number,
                    reason: "epoch \(record.epoch) does not follow the previous line")
            }
            epochs.append(record)
        }
        return epochs
    }

    /// Reads `scores/<test>.csv`, or returns `nil` if there is none.
    public func readScores(test: String) throws(FaceRunsError) -> [ScoreRecord]? {
        let url = scoresURL(test: test)
        guard let data = try read(url) else { return nil }
        return try ScoreTable.scores(data, path: url.path)
    }

    /// Reads `geometry.json`, or returns `nil` if there is none.
    ///
    /// - Throws: ``FaceRunsError`` where the file is damaged or of another format.
    public func readGeometry() throws(FaceRunsError) -> RunGeometry? {
        guard let data = try read(geometryURL) else { return nil }
        let path = geometryURL.path
        let format = try JSONRecord.format(of: data, path: path)
        guard format == RunGeometry.currentFormat else {
            throw .unknownFormat(path: path, format: format, supported: RunGeometry.currentFormat)
        }
        return try JSONRecord.decode(RunGeometry.self, from: data, path: path)
    }

    /// Reads `result.json`, or returns `nil` if the run is not over.
    public func readResult() throws(FaceRunsError) -> RunResult? {
        guard let data = try read(resultURL) else { return nil }
        var result = try JSONRecord.decode(RunResult.self, from: data, path: resultURL.path)
        result.tests = result.tests.map(\.withoutMissingCurve)
        return result
    }

    /// Reads a record that is a whole file; nil if there is none.
    func readRecord<Record: Decodable>(
        _ type: Record.Type, at url: URL
    ) throws(FaceRunsError) -> Record? {
        guard let data = try read(url) else { return nil }
        return try JSONRecord.decode(type, from: data, path: url.path)
    }

    private func require(_ url: URL) throws(FaceRunsError) -> Data {
        guard let data = try read(url) else { throw .missingFile(path: url.path) }
        return data
    }

    /// The bytes of a file, or `nil` if there is none.
    ///
    /// - Throws: ``FaceRunsError/unreadable(path:reason:)`` also for a link, a pipe or a device: what is
    ///   outside a run's folder does not belong to the run.
    func read(_ url: URL) throws(FaceRunsError) -> Data? {
        do {
            return try PlainFile.read(url)
        } catch {
            throw FaceRunsError(error)
        }
    }
}

extension RunDescription {
    /// The description with the current names of the losses' parameters, some of which earlier versions
    /// called differently.
    fileprivate var current: RunDescription {
        var result = self
        result.identity.loss = FormerNames.current(inText: identity.loss)
        result.lossValues = lossValues.map(FormerNames.current(inValues:))
        guard case .object(var members) = configuration,
            case .array(let losses)? = members["losses"]
        else { return result }
        members["losses"] = .array(
            losses.map { loss in
                guard case .string(let text) = loss else { return loss }
                return .string(FormerNames.current(inText: text))
            })
        result.configuration = .object(members)
        return result
    }
}
