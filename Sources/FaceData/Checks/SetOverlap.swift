/// The overlap of a training set with a test set: people by their names, and pictures by their
/// content, including recompressed copies.
public struct SetOverlap: Sendable, Hashable {
    /// Identities of the training set whose names also occur in the test set, with those names;
    /// empty if the test set has no names, like a verification pack.
    public let shared: [SharedPerson]
    /// Number of images of the training set that show a picture of the test set.
    public let pictures: Int
    /// Identities of these images in the training set.
    public let owners: [String]

    /// Identities of the training set whose names also occur in the test set.
    public var people: [String] { shared.map(\.identity) }
    /// The matched names that the two sets spell differently.
    public var respellings: [String] { shared.compactMap(\.respelling) }

    /// Whether nothing is shared.
    public var isEmpty: Bool { shared.isEmpty && pictures == 0 }

    /// Compares a training set with a test set.
    ///
    /// - Parameter indices: The training images that show a picture of the test set.
    public init(of set: LabelledImageSet, with pairs: VerificationPairs, indices: [Int]) {
        shared = set.people(sharedWith: pairs)
        pictures = indices.count
        owners = Set(indices.map { set.identities[set.labels[$0]] }).sorted()
    }
}
