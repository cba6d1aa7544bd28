import SeededRandom

/// Chooses the images of an epoch's batches.
///
/// The choice depends on the epoch only, so that a run can resume at any step of any epoch.
public protocol BatchSampler: Sendable {
    /// Number of batches of an epoch.
    var batchesPerEpoch: Int { get }
    /// Indices of the images of each batch.
    ///
    /// - Parameter epoch: From 0.
    func batches(epoch: Int) -> [[Int]]
}

/// Samplers by name.
public enum BatchSamplers {
    /// Creates a sampler by its name: `shuffle`, or `pk:PxK` for P identities with K images each.
    ///
    /// - Throws: ``FaceDataError/sampler(name:reason:)`` or
    ///   ``FaceDataError/tooFewIdentities(sampler:wanted:identities:)``.
    public static func make(
        _ name: String, labels: [Int], batchSize: Int, seed: UInt64
    ) throws(FaceDataError) -> any BatchSampler {
        guard let (identities, imagesEach) = try identityBatch(name, batchSize: batchSize) else {
            return ShuffleSampler(imageCount: labels.count, batchSize: batchSize, seed: seed)
        }
        return try IdentitySampler(
            name: name, labels: labels, identities: identities, imagesEach: imagesEach, seed: seed)
    }

    /// Checks what can be checked of a sampler without a training set.
    ///
    /// - Throws: ``FaceDataError/sampler(name:reason:)`` for an unknown name and for P and K whose
    ///   product is not the batch size.
    public static func require(_ name: String, batchSize: Int) throws(FaceDataError) {
        _ = try identityBatch(name, batchSize: batchSize)
    }

    /// P and K of a batch, or nil for one of shuffled images.
    private static func identityBatch(
        _ name: String, batchSize: Int
    ) throws(FaceDataError) -> (identities: Int, imagesEach: Int)? {
        guard batchSize > 0 else {
            throw .sampler(name: name, reason: "a batch cannot have \(batchSize) images")
        }
        if name == "shuffle" { return nil }
        let (identities, imagesEach) = try parts(of: name)
        guard identities.multipliedReportingOverflow(by: imagesEach) == (batchSize, false) else {
            throw .sampler(
                name: name,
                reason:
                    "\(identities) identities with \(imagesEach) images each do not make a batch "
                    + "of \(batchSize)")
        }
        return (identities, imagesEach)
    }

    /// P and K of `pk:PxK`.
    private static func parts(of name: String) throws(FaceDataError) -> (Int, Int) {
        let numbers = name.dropFirst(3).split(separator: "x", omittingEmptySubsequences: false)
            .map { Int($0) }
        guard name.hasPrefix("pk:"), numbers.count == 2, let identities = numbers[0],
            let imagesEach = numbers[1], identities >= 1, imagesEach >= 2
        else {
            throw .sampler(name: name, reason: "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'")
        }
        return (identities, imagesEach)
    }
}

/// All images in random order, each at most once per epoch; a last, incomplete batch is dropped.
public struct ShuffleSampler: BatchSampler {
    private let imageCount: Int
    private let batchSize: Int
    private let seed: UInt64

    /// Samples each image at most once per epoch, in an order that depends on `seed`.
    public init(imageCount: Int, batchSize: Int, seed: UInt64) {
        self.imageCount = imageCount
        self.batchSize = batchSize
        self.seed = seed
    }

    /// Number of full batches in the set.
    public var batchesPerEpoch: Int { imageCount / batchSize }

    /// The batches of an epoch.
    public func batches(epoch: Int) -> [[Int]] {
        var stream = SeededRandom(seed: seed, "order", UInt64(epoch))
        let order = stream.shuffled(Array(0..<imageCount))
        return (0..<batchesPerEpoch).map { batch in
            Array(order[batch * batchSize..<(batch + 1) * batchSize])
        }
    }
}

/// Batches of P identities with K images each, as pairwise losses need them.
///
/// Identities are drawn in rounds, each at most once per round in random order; those that do not fill a
/// batch at the end of a round are dropped. An identity's images are drawn without replacement if it has
/// at least K, otherwise with replacement. An epoch has as many batches as with the shuffling sampler,
/// so both see the same number of images.
public struct IdentitySampler: BatchSampler {
    private let members: [[Int]]
    private let identities: Int
    private let imagesEach: Int
    private let seed: UInt64
    /// Number of full batches in the set.
    public let batchesPerEpoch: Int

    /// Creates a sampler.
    ///
    /// - Throws: ``FaceDataError/tooFewIdentities(sampler:wanted:identities:)``.
    public init(
        name: String, labels: [Int], identities: Int, imagesEach: Int, seed: UInt64
    ) throws(FaceDataError) {
        let groups = Dictionary(grouping: labels.indices) { labels[$0] }
        guard groups.count >= identities else {
            throw .tooFewIdentities(
                sampler: name, wanted: identities, identities: groups.count)
        }
        members = groups.sorted { $0.key < $1.key }.map(\.value)
        self.identities = identities
        self.imagesEach = imagesEach
        self.seed = seed
        batchesPerEpoch = labels.count / (identities * imagesEach)
    }

    /// The batches of an epoch.
    public func batches(epoch: Int) -> [[Int]] {
        var stream = SeededRandom(seed: seed, "identities", UInt64(epoch))
        var round: [Int] = []
        return (0..<batchesPerEpoch).map { _ in
            if round.count < identities { round = stream.shuffled(Array(members.indices)) }
            let chosen = round.suffix(identities)
            round.removeLast(identities)
            return chosen.flatMap { images(of: members[$0], &stream) }
        }
    }

    private func images(of member: [Int], _ stream: inout SeededRandom) -> [Int] {
        guard member.count < imagesEach else {
            return Array(stream.shuffled(member).prefix(imagesEach))
        }
        return (0..<imagesEach).map { _ in member[stream.below(member.count)] }
    }
}
