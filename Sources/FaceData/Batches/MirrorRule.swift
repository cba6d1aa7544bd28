import SeededRandom

/// Decides which images are mirrored: each with probability 1/2, as a function of the seed, the
/// epoch and the image's position in it, independent of the decoding thread and of where the run
/// was resumed.
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
