import FaceRuns
import Foundation

/// A fabricated run's whole folder, from which its files follow.
struct MadeRun: Hashable {
    var description: RunDescription
    var numbers: SampleRun
    var failed = false
    var stopAfter: Int?

    /// Writes the folder. A second one of the same content gets the files of the first: computing them takes
    /// longer, and writing them as a run does waits for the disk.
    func write(to folder: RunFolder) throws {
        if let files = Self.made.files(of: self) {
            for (name, content) in files {
                let url = folder.url.appendingPathComponent(name)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try content.write(to: url)
            }
            return
        }
        try folder.write(description)
        try folder.write(SampleStudy.environment)
        try numbers.write(to: folder, failed: failed, stopAfter: stopAfter)
        Self.made.keep(try Self.files(in: folder.url), of: self)
    }

    private static func files(in folder: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appendingPathComponent(name)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            files[name] = try Data(contentsOf: url)
        }
        return files
    }

    private static let made = MadeRuns()
}

/// The files of the runs that tests have made so far.
private final class MadeRuns: @unchecked Sendable {
    private let lock = NSLock()
    private var contents: [MadeRun: [String: Data]] = [:]

    func files(of run: MadeRun) -> [String: Data]? { lock.withLock { contents[run] } }

    func keep(_ files: [String: Data], of run: MadeRun) { lock.withLock { contents[run] = files } }
}
