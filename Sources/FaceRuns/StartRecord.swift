public import Foundation

/// The weights that a run's network began with instead of random ones.
public struct StartFacts: Codable, Sendable, Hashable {
    /// The end of the file's path.
    public var file: String
    /// SHA-256 of the file, and of the class weights beside it where there are some, in hexadecimal.
    public var contentHash: String

    /// Memberwise initialiser.
    public init(file: String, contentHash: String) {
        self.file = file
        self.contentHash = contentHash
    }
}

/// `start.json`: what a run loaded from its starting weights, and the results of the untouched network.
public struct StartRecord: Codable, Sendable, Hashable {
    /// The untouched network on all pairs of a test set.
    public struct Test: Codable, Sendable, Hashable {
        /// Name of the test set.
        public var name: String
        /// Number of evaluated pairs.
        public var pairs: Int
        /// Mean accuracy over the folds; 0...1.
        public var accuracy: Double
        /// Population standard deviation of the folds' accuracies.
        public var standardDeviation: Double

        /// Memberwise initialiser.
        public init(name: String, pairs: Int, accuracy: Double, standardDeviation: Double) {
            self.name = name
            self.pairs = pairs
            self.accuracy = accuracy
            self.standardDeviation = standardDeviation
        }
    }

    /// The file of the weights and its hash.
    public var facts: StartFacts
    /// One sentence on the weights that were loaded.
    public var summary: String
    /// Number of the network's tensors that the file has.
    public var fitted: Int
    /// Tensors that did not fit, one line each: name, shape and expected shape.
    public var misfits: [String]
    /// One sentence on how the class weights were initialised; nil if the loss has none.
    public var classes: String?
    /// Number of identities whose class weights were copied, matched by name.
    public var classesTaken: Int
    /// Number of identities whose class weights are new.
    public var classesNew: Int
    /// The untouched network on each test set.
    public var tests: [Test]

    /// Memberwise initialiser.
    public init(
        facts: StartFacts, summary: String, fitted: Int, misfits: [String], classes: String? = nil,
        classesTaken: Int = 0, classesNew: Int = 0, tests: [Test] = []
    ) {
        self.facts = facts
        self.summary = summary
        self.fitted = fitted
        self.misfits = misfits
        self.classes = classes
        self.classesTaken = classesTaken
        self.classesNew = classesNew
        self.tests = tests
    }
}

extension RunFolder {
    /// File of ``StartRecord``.
    public var startURL: URL { url.appendingPathComponent("start.json") }
    /// The folder of the untouched network, whose `scores/<test>.csv` are its scores.
    public var start: RunFolder { RunFolder(url.appendingPathComponent("start")) }

    /// Reads `start.json`, or returns `nil` if the run began with random weights.
    public func readStart() throws(FaceRunsError) -> StartRecord? {
        try readRecord(StartRecord.self, at: startURL)
    }

    /// Writes `start.json`, atomically.
    public func write(_ start: StartRecord) throws(FaceRunsError) {
        try replace(startURL, with: start)
    }
}
