public import FaceRuns
public import FaceTraining
public import Foundation
import SafeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder with all diagnostics of a step whose loss or gradient was not finite.
///
/// | file | content |
/// |---|---|
/// | `failure.json` | `StepFailure`: batch, steps before, statistics by layer |
/// | `run.json`, `environment.json`, `study.json` | as in the run's folder |
/// | `checkpoint/` | the run's last checkpoint, from which the step can be repeated |
///
/// Together with the images, it suffices to repeat the step on another machine. Randomness is a function of
/// the seed and the position in the run, so that no generator's state is needed.
public struct FailureBundle {
    /// Folder of the bundle.
    public let url: URL
    /// Numbers of the step that failed.
    public let failure: StepFailure
    /// Description of the run it belongs to.
    public let description: RunDescription
    /// The environment of the run.
    public let environment: RunEnvironment?

    /// Reads a bundle.
    ///
    /// - Throws: ``FaceStudyError/noBundle(path:reason:)`` if there is none, and the errors of a run's
    ///   folder.
    public init(reading url: URL) throws {
        self.url = url
        let file = url.appendingPathComponent(Self.fileName)
        do {
            guard let data = try PlainFile.read(file) else {
                throw FaceStudyError.noBundle(path: url.path, reason: "it has no \(Self.fileName)")
            }
            failure = try Self.decoder.decode(StepFailure.self, from: data)
        } catch let error as DecodingError {
            throw FaceStudyError.noBundle(
                path: url.path, reason: "in \(Self.fileName), \(JSONRecord.reason(error))")
        } catch let error as SafeFilesError {
            throw FaceStudyError.noBundle(path: url.path, reason: error.description)
        }
        description = try RunFolder(url).readDescription()
        environment = try RunFolder(url).readEnvironment()
    }

    /// Writes the bundle of a run into the run's folder, replacing an older one.
    ///
    /// - Returns: The bundle's folder.
    static func write(_ failure: StepFailure, of run: RunFolder) throws -> URL {
        let url = run.url.appendingPathComponent("failure")
        try? FileManager.default.removeItem(at: url)
        try AtomicFile.write(
            encoder.encode(failure), to: url.appendingPathComponent(fileName))
        for file in [run.descriptionURL, run.environmentURL, run.studyURL] {
            try AtomicFile.write(
                try PlainFile.read(file) ?? Data(),
                to: url.appendingPathComponent(file.lastPathComponent))
        }
        try keepCheckpoint(of: run, in: RunFolder(url))
        return url
    }

    /// Links the checkpoint into the bundle, or copies it if the file system does not support links.
    private static func keepCheckpoint(of run: RunFolder, in bundle: RunFolder) throws {
        let name = "last.safetensors"
        let source = run.checkpointURL.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: source.path) else { return }
        try AtomicFile.createFolder(bundle.checkpointURL)
        let target = bundle.checkpointURL.appendingPathComponent(name)
        if link(source.path, target.path) != 0 {
            try FileManager.default.copyItem(at: source, to: target)
        }
    }

    private static let fileName = "failure.json"

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}

extension RunFolder {
    /// File of the run's `StudyConfiguration`.
    public var studyURL: URL { url.appendingPathComponent("study.json") }
}
