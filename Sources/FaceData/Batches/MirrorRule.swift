import SeededRandom

/// Decides which images are mirrored: each with probability 1/2, by the seed, the epoch and the
/// image's position in it, whatever thread decodes it and wherever the run began.
public struct MirrorRule: Sendable, Hashable {
    private let seed: UInt64
    private let epoch: Int

    /// Creates the rule of an epoch.
    public init(seed: UInt64, epoch: Int) {
        self.seed = seed
        self.epoch = epoch
    }

    /// Whether each image of a step is mirrored.
    public func decisions(step: Int, count: Int) -> [Bool] {
        var stream = SeededRandom(seed: seed, "mirror", UInt64(epoch), UInt64(step))
        return (0..<count).map { _ in stream.next() >> 63 == 1 }
    }
}
