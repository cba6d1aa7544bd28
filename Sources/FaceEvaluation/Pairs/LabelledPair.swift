/// Two images of a test set and whether they show the same person.
public struct LabelledPair: Codable, Sendable, Hashable {
    /// Row of the first image in the embedding table.
    public var first: Int
    /// Row of the second image in the embedding table.
    public var second: Int
    /// Whether the images show the same person.
    public var same: Bool
    /// Fold the protocol puts the pair in, from 0.
    public var fold: Int

    /// Creates a pair from its parts.
    public init(first: Int, second: Int, same: Bool, fold: Int) {
        self.first = first
        self.second = second
        self.same = same
        self.fold = fold
    }
}
