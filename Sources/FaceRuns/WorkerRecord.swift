public import FaceConfiguration
public import SafeFiles

/// What a process that works on a study says about itself to the others.
public struct WorkerRecord: Codable, Sendable, Hashable {
    /// The process and its machine.
    public var holder: ProcessIdentity
    /// What decides about the study's numbers, so that others can check whether theirs is the same.
    public var request: JSONValue
    /// Hashes of what the study's sets hold, by the sets' names; nil until they have been read.
    public var content: [String: String]?
    /// Names of the folders of the study's runs, as far as known.
    public var planned: [String]?
    /// Whether it tries failed runs again, those of other workers included.
    public var retries: Bool?
    /// Whether all runs are finished for it, and it waits for the report.
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
