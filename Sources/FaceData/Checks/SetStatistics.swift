import Foundation

/// The size of a set and the distribution of its images over identities; nothing is decoded.
public struct SetStatistics: Codable, Sendable, Hashable {
    /// Number of images.
    public var images: Int
    /// Number of identities; 0 for a test set.
    public var identities: Int
    /// Numbers of matching and non-matching pairs; nil for a training set.
    public var pairs: [Int]?
    /// Number of folds of a test set; nil for a training set.
    public var folds: Int?
    /// Total size of the encoded images, in bytes.
    public var bytes: Int
    /// Size of the smallest image, in bytes.
    public var smallest: Int
    /// Size of the largest image, in bytes.
    public var largest: Int
    /// The number of images of each ``ImageKind``.
    public var kinds: [String: Int]
    /// The smallest, median and largest number of images of an identity; nil for a test set.
    public var imagesEach: [Int]?
    /// The number of identities with 1, 2-4, 5-9, 10-19, 20-49, 50-99, 100-199, 200-499 and 500 or
    /// more images; nil for a test set.
    public var histogram: [String: Int]?

    /// Reads every image's bytes.
    ///
    /// - Parameter progress: Receives the number of images done; an error thrown by it stops the
    ///   work.
    public init(
        _ collection: ImageCollection, threads: Int, progress: (Int) throws -> Void = { _ in }
    ) throws {
        let source = collection.source
        images = source.count
        identities = 0
        (bytes, smallest, largest, kinds) = (0, Int.max, 0, [:])
        switch collection {
        case .labelled(let set):
            identities = set.identities.count
            spread(set)
        case .pairs(let pairs):
            let same = pairs.pairs.count { $0.same }
            self.pairs = [same, pairs.pairs.count - same]
            folds = pairs.folds
        }
        try ParallelParts.forEach(
            source.count, size: 256, threads: threads,
            make: { range in
                Result { () throws(FaceDataError) in try Self.sizes(range, source) }
            },
            take: { part, done in
                for (kind, count) in try part.get() {
                    bytes += count
                    smallest = min(smallest, count)
                    largest = max(largest, count)
                    kinds[kind.rawValue, default: 0] += 1
                }
                try progress(done)
            })
        if images == 0 { smallest = 0 }
    }

    private static func sizes(
        _ indices: Range<Int>, _ source: any ImageSource
    ) throws(FaceDataError) -> [(ImageKind, Int)] {
        let buffer = ReadBuffer()
        var sizes: [(ImageKind, Int)] = []
        for index in indices {
            try source.read(index, into: buffer)
            sizes.append((ImageKind(buffer.bytes), buffer.count))
        }
        return sizes
    }

    private mutating func spread(_ set: LabelledImageSet) {
        var counts = [Int](repeating: 0, count: set.identities.count)
        for label in set.labels { counts[label] += 1 }
        counts.sort()
        guard let first = counts.first, let last = counts.last else { return }
        imagesEach = [first, counts[counts.count / 2], last]
        let bounds = [1, 2, 5, 10, 20, 50, 100, 200, 500]
        var histogram: [String: Int] = [:]
        for (index, bound) in bounds.enumerated() {
            let next = index + 1 < bounds.count ? bounds[index + 1] : Int.max
            let name = next == bound + 1 ? "1" : next == .max ? "500+" : "\(bound)-\(next - 1)"
            histogram[name] = counts.count { $0 >= bound && $0 < next }
        }
        self.histogram = histogram
    }
}
