public import Foundation

/// One run's folder: the only source of information about the run.
///
/// | file | content |
/// |---|---|
/// | `run.json` | ``RunDescription`` |
/// | `environment.json` | ``RunEnvironment`` |
/// | `metrics.jsonl` | ``EpochRecord``, one per line |
/// | `steps.csv` | ``StepRecord``, one per line under a header |
/// | `scores/<test>.csv` | ``ScoreRecord``, one per line under a header |
/// | `identification/<test>.json` | `TemplateReport` of a test set of templates |
/// | `details/<test>.json` | `SetDetails` of a test set: groups of people, error against rejection |
/// | `geometry.json` | ``RunGeometry``; runs of earlier versions have none |
/// | `start.json` | ``StartRecord``; only if the run did not begin with random weights |
/// | `start/scores/` | the scores of the network that it began with |
/// | `result.json` | ``RunResult``; present once the run is finished |
/// | `checkpoint/` | the newest state, to resume from |
/// | `model.safetensors` | the last epoch's backbone |
/// | `average.safetensors` | the moving average of the backbone's weights, where one was kept |
/// | `head.safetensors` | the last epoch's class weights, with the identities' names |
/// | `tensorboard/` | the steps and epochs, for TensorBoard |
/// | `failure/` | diagnostics of a step whose loss or gradient was not finite |
///
/// A study's folder has one such folder per run under `runs/`.
public struct RunFolder: Sendable, Hashable {
    /// The folder's path.
    public let url: URL

    /// Names a folder, which need not exist yet.
    public init(_ url: URL) {
        self.url = url
    }

    /// File of ``RunDescription``.
    public var descriptionURL: URL { url.appendingPathComponent("run.json") }
    /// File of ``RunEnvironment``.
    public var environmentURL: URL { url.appendingPathComponent("environment.json") }
    /// File of ``EpochRecord`` lines.
    public var metricsURL: URL { url.appendingPathComponent("metrics.jsonl") }
    /// File of ``RunGeometry``.
    public var geometryURL: URL { url.appendingPathComponent("geometry.json") }
    /// File of ``RunResult``.
    public var resultURL: URL { url.appendingPathComponent("result.json") }
    /// Folder of the newest checkpoint.
    public var checkpointURL: URL { url.appendingPathComponent("checkpoint") }
    /// File of the last epoch's class weights.
    public var headURL: URL { url.appendingPathComponent("head.safetensors") }
    /// File of the last epoch's backbone weights.
    public var modelURL: URL { url.appendingPathComponent("model.safetensors") }

    /// File of the moving average of the backbone's weights.
    public var averageURL: URL { url.appendingPathComponent("average.safetensors") }

    /// File of ``ScoreRecord`` lines of a test set.
    ///
    /// Characters that would lead out of `scores/` are percent-encoded, so that distinct names
    /// have distinct files.
    public func scoresURL(test: String) -> URL {
        let name = test.unicodeScalars.map { scalar in
            let isPlain = scalar != "/" && scalar != "%" && scalar.value >= 0x20
            let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
            return isPlain
                ? String(scalar) : "%" + (hexadecimal.count < 2 ? "0" : "") + hexadecimal
        }
        return url.appendingPathComponent("scores")
            .appendingPathComponent("\(name.joined()).csv")
    }
}
