public import Foundation

/// What one look at every image of a set finds, before any of it is trained on.
public struct ImageScan: Codable, Sendable, Hashable {
    /// An image that does not decode.
    public struct BadImage: Codable, Sendable, Hashable {
        /// The file, relative to the set's folder.
        public var path: String
        /// Why.
        public var reason: String
    }

    /// Images that decode.
    public var good: Int
    /// Images that do not.
    public var bad: [BadImage]
    /// SHA-256 over names and contents, in the set's order.
    public var contentHash: String
    /// How many images have each size, as `112x112`.
    public var sizes: [String: Int]
    /// Mean of all images in grey, `MeanFace.side` pixels in square; 0...255.
    public var meanFace: [Double]
}

extension ImageScan {
    /// Decodes every image of a list.
    ///
    /// - Parameters:
    ///   - paths: Files relative to `root`.
    ///   - threads: Workers; the result does not depend on their number.
    ///   - progress: Told how many images are done, on the caller's thread.
    public init(
        _ paths: [String], root: URL, threads: Int, progress: (Int) throws -> Void = { _ in }
    ) throws {
        let chunks = stride(from: 0, to: paths.count, by: 256).map {
            Array(paths[$0..<min($0 + 256, paths.count)])
        }
        var total = ScanPart()
        var hash = SHA256()
        var done = 0
        for start in stride(from: 0, to: chunks.count, by: max(1, threads)) {
            let group = Array(chunks[start..<min(start + max(1, threads), chunks.count)])
            for part in ScanPart.scan(group, root: root) {
                hash.update(Array(part.digest.utf8))
                total.add(part)
            }
            done += group.reduce(0) { $0 + $1.count }
            try progress(done)
        }
        good = total.good
        bad = total.bad
        contentHash = hash.hexDigest()
        sizes = total.sizes
        meanFace = total.sum.map { $0 / Double(max(1, total.good)) }
    }
}

/// What a part of the images adds to a scan.
private struct ScanPart: Sendable {
    var good = 0
    var bad: [ImageScan.BadImage] = []
    var digest = ""
    var sizes: [String: Int] = [:]
    var sum = [Double](repeating: 0, count: MeanFace.side * MeanFace.side)

    mutating func add(_ other: ScanPart) {
        good += other.good
        bad += other.bad
        sizes.merge(other.sizes, uniquingKeysWith: +)
        for index in sum.indices { sum[index] += other.sum[index] }
    }

    static func scan(_ groups: [[String]], root: URL) -> [ScanPart] {
        let results = Results(groups.count)
        DispatchQueue.concurrentPerform(iterations: groups.count) { index in
            results.set(index, ScanPart(groups[index], root: root))
        }
        return results.all
    }

    init() {}

    init(_ paths: [String], root: URL) {
        let decoder = ImageDecoder()
        var hash = SHA256()
        for path in paths {
            hash.update(Array(path.utf8))
            do throws(FaceDataError) {
                let bytes = try Self.bytes(path, root: root)
                hash.update(bytes)
                add(try decoder.decode(bytes, path: path))
            } catch {
                bad.append(ImageScan.BadImage(path: path, reason: error.description))
            }
        }
        digest = hash.hexDigest()
    }

    private static func bytes(_ path: String, root: URL) throws(FaceDataError) -> Data {
        do {
            return try Data(contentsOf: root.appendingPathComponent(path))
        } catch {
            throw .badImage(path: path, reason: "it cannot be read")
        }
    }

    private mutating func add(_ image: RGBImage) {
        good += 1
        sizes["\(image.width)x\(image.height)", default: 0] += 1
        let small = MeanFace.grey(image)
        for index in sum.indices { sum[index] += small[index] }
    }

    /// Slots that workers fill, each its own.
    private final class Results: @unchecked Sendable {
        private let lock = NSLock()
        private var parts: [ScanPart]

        init(_ count: Int) {
            parts = Array(repeating: ScanPart(), count: count)
        }

        func set(_ index: Int, _ part: ScanPart) {
            lock.withLock { parts[index] = part }
        }

        var all: [ScanPart] { lock.withLock { parts } }
    }
}
