import Spelling

/// A report's data on a training set.
public struct TrainSetFacts: Codable, Sendable, Hashable {
    /// Name given to the set.
    public var name: String
    /// Images that decode and are trained on.
    public var images: Int
    /// Identities with at least one image.
    public var identities: Int
    /// SHA-256 over the names and contents of the files, in hexadecimal.
    public var contentHash: String
    /// SHA-256 over the images' labels, in hexadecimal; nil in a run of a version that did not write
    /// it.
    public var labelHash: String?
    /// Files that did not decode and were left out, relative to the set's folder.
    public var skipped: [String]
    /// Warnings found while the set was read, a sentence each.
    public var warnings: [String]
    /// The set's overlap with test sets; nil if there is none, or if it was not determined.
    public var overlaps: [OverlapFacts]?
    /// Terms of use of the set, if stated.
    public var terms: String?

    /// Memberwise initialiser.
    public init(
        name: String, images: Int, identities: Int, contentHash: String, skipped: [String] = [],
        warnings: [String] = []
    ) {
        self.name = name
        self.images = images
        self.identities = identities
        self.contentHash = contentHash
        self.skipped = skipped
        self.warnings = warnings
    }
}

/// The overlap of a training set and a test set.
public struct OverlapFacts: Codable, Sendable, Hashable {
    /// Name of the test set.
    public var test: String
    /// Identities of the training set whose names the test set has as well.
    public var people: [String]
    /// Matches of names that the two sets spell differently, as `annlee = Ann_Lee`; nil if all are spelt
    /// alike.
    public var respellings: [String]?
    /// Training images that show a picture of the test set.
    public var pictures: Int
    /// Identities of the training set that these images are filed under.
    public var owners: [String]

    /// Memberwise initialiser.
    public init(test: String, people: [String], pictures: Int, owners: [String]) {
        self.test = test
        self.people = people
        self.pictures = pictures
        self.owners = owners
    }

    /// The overlap as a sentence without its full stop.
    public func sentence(trainSet: String) -> String {
        let parts = [
            people.isEmpty
                ? nil
                : "\(counted(people.count, "person", "people")) of \(quoted: test) "
                    + "\(people.count == 1 ? "is" : "are") also in \(quoted: trainSet), so that "
                    + "accuracy on it is optimistic: \(people.someJoined())"
                    + (respellings.map { " (\($0.count) spelt differently: \($0.someJoined()))" }
                        ?? ""),
            pictures == 0
                ? nil
                : "\(counted(pictures, "picture")) of \(quoted: test) \(pictures == 1 ? "is" : "are") also "
                    + "in \(quoted: trainSet), of \(counted(owners.count, "identity", "identities")): "
                    + owners.someJoined(),
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }
}

/// A report's data on a test set.
public struct TestSetFacts: Codable, Sendable, Hashable {
    /// Name given to the set.
    public var name: String
    /// Pairs of the protocol.
    public var pairs: Int
    /// Folds of the protocol.
    public var folds: Int
    /// Pairs evaluated after each epoch but the last (the last always sees all).
    public var pairsEachEpoch: Int
    /// SHA-256 over the names and contents of the images, in hexadecimal.
    public var contentHash: String?
    /// SHA-256 over the pairs and folds, in hexadecimal; nil in a run of a version that did not
    /// write it.
    public var pairsHash: String?
    /// Whether the run had epochs, or was finished, when the set was added to it, so that not every epoch's
    /// model was tested on it; nil if not.
    public var isAdded: Bool?
    /// Warnings found while the set was read, a sentence each.
    public var warnings: [String]

    /// Memberwise initialiser.
    public init(
        name: String, pairs: Int, folds: Int, pairsEachEpoch: Int, contentHash: String? = nil,
        warnings: [String] = []
    ) {
        self.name = name
        self.contentHash = contentHash
        self.pairs = pairs
        self.folds = folds
        self.pairsEachEpoch = pairsEachEpoch
        self.warnings = warnings
    }
}
