public import FaceConfiguration
public import SafeFiles

/// The record that a process working on a study publishes for the others.
public struct WorkerRecord: Codable, Sendable, Hashable {
    /// The process and its machine.
    public var holder: ProcessIdentity
    /// The settings that determine the study's numbers, so that other workers can check whether theirs are
    /// the same.
    public var request: JSONValue
    /// Hashes of the contents of the study's sets, by the sets' names; nil until they have been read.
    public var content: [String: String]?
    /// Names of the folders of the study's runs, as far as known.
    public var planned: [String]?
    /// Whether it retries failed runs, including those of other workers.
    public var retries: Bool?
    /// Whether all runs are finished for it and it only waits for the report.
    public var isDone: Bool?

    /// Memberwise initialiser.
    public init(
        holder: ProcessIdentity = .current, request: JSONValue, content: [String: String]? = nil,
        planned: [String]? = nil, retries: Bool? = nil
    ) {
        self.holder = holder
        self.request = request
        self.content = content
        self.planned = planned
        self.retries = retries
    }
}
