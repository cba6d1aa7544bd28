public import Foundation
import SafeFiles

/// A study's folder: one ``RunFolder`` per run under `runs/`, and their report under `report/`. A study
/// that tunes its losses has a ``TuningRecord`` in `tuning.json` and the runs of its tries under
/// `tuning/runs/`, which are not runs of the study.
public struct StudyFolder: Sendable, Hashable {
    /// The folder's path.
    public let url: URL

    /// Names a folder, which need not exist yet.
    public init(_ url: URL) {
        self.url = url
    }

    /// Folder of the runs.
    public var runsURL: URL { url.appendingPathComponent("runs") }
    /// Folder of the report.
    public var reportURL: URL { url.appendingPathComponent("report") }

    /// Folder of the results of the last scan of the sets' images.
    public var scansURL: URL { url.appendingPathComponent("scans") }

    /// File of ``TuningRecord``.
    public var tuningURL: URL { url.appendingPathComponent("tuning.json") }
    /// The folder of the tries, whose runs are in its own `runs/`.
    public var tries: StudyFolder { StudyFolder(url.appendingPathComponent("tuning")) }

    /// Reads `tuning.json`, or returns `nil` if the study does not tune.
    ///
    /// - Throws: ``FaceRunsError`` where the file is damaged or of another format.
    public func readTuning() throws(FaceRunsError) -> TuningRecord? {
        guard let data = try RunFolder(url).read(tuningURL) else { return nil }
        let path = tuningURL.path
        do throws(FaceRunsError) {
            let format = try JSONRecord.format(of: data, path: path)
            guard format == TuningRecord.currentFormat else {
                throw FaceRunsError.unknownFormat(
                    path: path, format: format, supported: TuningRecord.currentFormat)
            }
            return try JSONRecord.decode(TuningRecord.self, from: data, path: path)
        } catch {
            guard case .damagedFile(_, _, let reason) = error else { throw error }
            throw .damagedTuning(path: path, reason: reason)
        }
    }

    /// Writes `tuning.json`, atomically.
    public func write(_ tuning: TuningRecord) throws(FaceRunsError) {
        let data = try JSONRecord.file(tuning, path: tuningURL.path)
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try AtomicFile.write(data, to: tuningURL)
        }
    }

    /// Refuses a study in which the lock, a run, a report or any of their files is a link, a pipe or a
    /// device: a folder from another source must not redirect reads and writes. The study's own folder,
    /// which the user named, may be a link.
    ///
    /// - Throws: ``FaceRunsError/notPlain(path:kind:)``.
    public func requirePlain() throws(FaceRunsError) {
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try PlainFile.require(
                [
                    ".lock", "runs", "report", "comparison", "tuning", "tuning.json", "tensorboard",
                    "scans",
                    ".workers",
                ].map(
                    url.appendingPathComponent))
        }
    }

    /// The folder of the run with this name, which need not exist yet.
    public func run(named name: String) -> RunFolder {
        RunFolder(runsURL.appendingPathComponent(name))
    }

    /// The folders under `runs/` that contain a `run.json`, sorted by name; none if there is no `runs/`
    /// yet.
    ///
    /// - Throws: ``FaceRunsError/unreadable(path:reason:)`` where the system refuses to list them.
    public func runs() throws(FaceRunsError) -> [RunFolder] {
        try folders().filter { PlainFile.kind(of: $0.descriptionURL) != nil }
    }

    /// The folders under `runs/` that contain files of a run but no `run.json`, sorted by name.
    ///
    /// - Throws: As ``runs()``.
    public func runsWithoutDescription() throws(FaceRunsError) -> [RunFolder] {
        try folders().filter { run in
            guard PlainFile.kind(of: run.descriptionURL) == nil else { return false }
            let files = [
                run.metricsURL, run.resultURL, run.stepsURL, run.modelURL, run.environmentURL,
                run.url.appendingPathComponent("scores"),
            ]
            return files.contains { PlainFile.kind(of: $0) != nil }
        }
    }

    /// The folders under `runs/`, except hidden ones, sorted by name.
    private func folders() throws(FaceRunsError) -> [RunFolder] {
        let manager = FileManager.default
        guard manager.fileExists(atPath: runsURL.path) else { return [] }
        do {
            return try manager.contentsOfDirectory(atPath: runsURL.path)
                .filter { !$0.hasPrefix(".") }.sorted().map(run(named:))
        } catch {
            throw .unreadable(path: runsURL.path, reason: error.localizedDescription)
        }
    }
}
