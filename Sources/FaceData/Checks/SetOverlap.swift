/// The overlap of a training set with a test set: people by their names, and pictures by what they
/// show, copies that were compressed again included.
public struct SetOverlap: Sendable, Hashable {
    /// Identities of the training set whose names the test set has as well, and by which names; none
    /// where the test set has no names, as a verification pack.
    public let shared: [SharedPerson]
    /// Images of the training set that show a picture of the test set.
    public let pictures: Int
    /// Identities of the training set that these images are filed under.
    public let owners: [String]

    /// Identities of the training set whose names the test set has as well.
    public var people: [String] { shared.map(\.identity) }
    /// How names were matched that the two sets write differently.
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
