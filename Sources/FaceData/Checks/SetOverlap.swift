/// What a training set shares with a test set: people by their names, and pictures by what they
/// show, copies that were compressed anew included.
public struct SetOverlap: Sendable, Hashable {
    /// Identities of the training set whose names the test set has as well; none where the test set
    /// has no names, as a verification pack.
    public let people: [String]
    /// Images of the training set that show a picture of the test set.
    public let pictures: Int
    /// Identities of the training set that these images are filed under.
    public let owners: [String]

    /// Whether nothing is shared.
    public var isEmpty: Bool { people.isEmpty && pictures == 0 }

    /// Compares a training set with a test set.
    ///
    /// - Parameter places: The training images that show a picture of the test set.
    public init(of set: LabelledImageSet, with pairs: VerificationPairs, places: [Int]) {
        let shared = Set(pairs.overlap(with: set.identities).map(VerificationPairs.plain))
        people =
            shared.isEmpty
            ? [] : set.identities.filter { shared.contains(VerificationPairs.plain($0)) }
        pictures = places.count
        owners = Set(places.map { set.identities[set.labels[$0]] }).sorted()
    }
}
