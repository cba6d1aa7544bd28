import Foundation
import SafeFiles

/// The results of decoding every image of a set once, before training.
public struct ImageScan: Sendable, Hashable, Codable {
    /// An image that does not decode.
    public struct BadImage: Codable, Sendable, Hashable {
        /// Index of the image in its set.
        public var index: Int
        /// The image's name.
        public var path: String
        /// Why it cannot be decoded, as a clause.
        public var reason: String

        /// Keys in the file; some are older than the properties' names.
        private enum CodingKeys: String, CodingKey {
            case index = "place"
            case path, reason
        }
    }

    /// What to do with the images' fingerprints.
    public enum Pictures: Sendable {
        /// They are not computed.
        case ignored
        /// All of them are collected in ``ImageScan/pictures``.
        case collected
        /// Images that show one of these pictures are listed in ``ImageScan/matches``.
        case sought(PictureIndex)
    }

    /// Number of images that decode.
    public var good: Int
    /// Images that do not.
    public var bad: [BadImage]
    /// SHA-256 of names and contents in the set's order, in hexadecimal digits.
    public var contentHash: String
    /// The number of images of each size, such as `112x112`.
    public var sizes: [String: Int]
    /// Mean of all images in grey, ``MeanFace/side`` pixels square, row by row; 0...255.
    public var meanFace: [Double]
    /// Fingerprints of the images, except blank ones; empty unless collected. Not encoded.
    public var pictures = PictureTable()
    /// Images that show one of the sought pictures, in the set's order.
    public var matches: [PictureIndex.Match]

    private enum CodingKeys: String, CodingKey {
        case good, bad, contentHash, sizes, meanFace, matches
    }
}

extension ImageScan {
    /// Decodes every image of a source.
    ///
    /// - Parameters:
    ///   - threads: Number of threads; the result does not depend on it.
    ///   - pictures: What to do with the images' fingerprints.
    ///   - progress: Receives the number of images done, on the caller's thread; an error thrown by it
    ///     stops the scan.
    public init(
        _ source: any ImageSource, threads: Int, pictures: Pictures = .ignored,
        progress: (Int) throws -> Void = { _ in }
    ) throws {
        var total = ScanPart()
        var hash = SHA256()
        try ParallelParts.forEach(
            source.count, size: 256, threads: threads,
            make: { ScanPart($0, of: source, pictures) },
            take: { part, done in
                hash.update(Array(part.digest.utf8))
                total.add(part)
                try progress(done)
            })
        good = total.good
        bad = total.bad
        contentHash = hash.hexDigest()
        sizes = total.sizes
        meanFace = total.sum.map { $0 / Double(max(1, total.good)) }
        self.pictures = total.pictures
        matches = total.matches
    }
}

/// The contribution of a range of images to a scan.
private struct ScanPart: Sendable {
    var good = 0
    var bad: [ImageScan.BadImage] = []
    var digest = ""
    var sizes: [String: Int] = [:]
    var sum = [Double](repeating: 0, count: MeanFace.side * MeanFace.side)
    var pictures = PictureTable()
    var matches: [PictureIndex.Match] = []

    mutating func add(_ other: ScanPart) {
        good += other.good
        bad += other.bad
        sizes.merge(other.sizes, uniquingKeysWith: +)
        for index in sum.indices { sum[index] += other.sum[index] }
        pictures.append(contentsOf: other.pictures)
        matches += other.matches
    }

    init() {}

    init(_ indices: Range<Int>, of source: any ImageSource, _ use: ImageScan.Pictures) {
        let decoder = ImageDecoder()
        let buffer = ReadBuffer()
        var hash = SHA256()
        for index in indices {
            let name = source.name(of: index)
            hash.update(Array(name.utf8))
            do throws(FaceDataError) {
                try source.read(index, into: buffer)
                hash.update(buffer.bytes)
                let image = try decoder.decode(buffer.bytes, path: name)
                add(image)
                look(at: image, index, use)
            } catch {
                bad.append(
                    ImageScan.BadImage(index: index, path: name, reason: error.description))
            }
        }
        digest = hash.hexDigest()
    }

    private mutating func look(at image: RGBImage, _ index: Int, _ use: ImageScan.Pictures) {
        switch use {
        case .ignored: break
        case .collected: pictures.append(PictureFingerprint(image), at: index)
        case .sought(let known):
            guard let picture = PictureFingerprint(image) else { return }
            matches += known.copies(of: picture).map {
                PictureIndex.Match(index: index, picture: $0)
            }
        }
    }

    private mutating func add(_ image: RGBImage) {
        good += 1
        sizes["\(image.width)x\(image.height)", default: 0] += 1
        let small = MeanFace.grey(image)
        for index in sum.indices { sum[index] += small[index] }
    }
}
