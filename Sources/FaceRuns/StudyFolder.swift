public import Foundation
import SafeFiles

/// A study's folder: one ``RunFolder`` a run under `runs/`, and the report made of them under
/// `report/`.
public struct StudyFolder: Sendable, Hashable {
    /// Where the folder is.
    public let url: URL

    /// Names a folder, which need not exist yet.
    public init(_ url: URL) {
        self.url = url
    }

    /// Folder of the runs.
    public var runsURL: URL { url.appendingPathComponent("runs") }
    /// Folder of the report.
    public var reportURL: URL { url.appendingPathComponent("report") }

    /// Refuses a study in which a link, a pipe or a device stands for the lock, a run, a report or
    /// any file of them: what came from somebody else must not lead what is read or written out of
    /// it. The study's own folder, which the user named, may be a link.
    ///
    /// - Throws: ``FaceRunsError/notPlain(path:kind:)``.
    public func requirePlain() throws(FaceRunsError) {
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try PlainFile.require(
                [".lock", "runs", "report", "comparison", "tensorboard"].map(
                    url.appendingPathComponent))
        }
    }

    /// The folder of the run with this name, which need not exist yet.
    public func run(named name: String) -> RunFolder {
        RunFolder(runsURL.appendingPathComponent(name))
    }

    /// The folders under `runs/` that hold a `run.json`, sorted by name; none where there is no
    /// `runs/` yet.
    ///
    /// - Throws: ``FaceRunsError/unreadable(path:reason:)`` where the system refuses to list them.
    public func runs() throws(FaceRunsError) -> [RunFolder] {
        let manager = FileManager.default
        guard manager.fileExists(atPath: runsURL.path) else { return [] }
        let names: [String]
        do {
            names = try manager.contentsOfDirectory(atPath: runsURL.path)
        } catch {
            throw .unreadable(path: runsURL.path, reason: error.localizedDescription)
        }
        return names.sorted().map(run(named:)).filter {
            manager.fileExists(atPath: $0.descriptionURL.path)
        }
    }
}
