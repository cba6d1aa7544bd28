import Foundation

/// Results of one pass over every image of a set.
public struct ImageSurvey: Sendable {
    /// Images that do not decode.
    public private(set) var bad: [ImageScan.BadImage] = []
    /// Width and height of each image in pixels; 0 for those that do not decode.
    public private(set) var sizes: [PixelSize] = []
    /// Fingerprints of the pictures.
    public private(set) var pictures = PictureTable()
    /// Groups of images that are copies of one another, including those that were re-saved, resized
    /// or mirrored: their indices, ascending within a group, with the groups in the order of their
    /// first images.
    public private(set) var copies: [[Int]] = []
    /// Mean red, green and blue of the central quarter of all images; 0...255.
    public private(set) var colour: (red: Double, green: Double, blue: Double) = (0, 0, 0)
    /// Mean of all images in grey, see ``MeanFace``.
    public private(set) var meanFace: [Double]

    /// Number of threads, also for later searches in its pictures.
    let threads: Int

    /// Size of a picture, in pixels.
    public struct PixelSize: Sendable, Hashable, CustomStringConvertible {
        /// Number of columns.
        public var width: Int32
        /// Number of rows.
        public var height: Int32

        /// Width and height, as `112x112`.
        public var description: String { "\(width)x\(height)" }
    }

    /// Decodes every image, and searches for copies.
    ///
    /// - Parameters:
    ///   - threads: Number of threads; the result does not depend on it.
    ///   - progress: Receives the number of images done; an error thrown by it stops the survey.
    public init(
        _ source: any ImageSource, threads: Int, progress: (Int) throws -> Void = { _ in }
    ) throws {
        var sums = SurveyPart.Sums()
        meanFace = []
        self.threads = threads
        sizes.reserveCapacity(source.count)
        try ParallelParts.forEach(
            source.count, size: 256, threads: threads, make: { SurveyPart($0, of: source) },
            take: { part, done in
                bad += part.bad
                sizes += part.sizes
                pictures.append(contentsOf: part.pictures)
                sums.add(part.sums)
                try progress(done)
            })
        copies = try PictureIndex(pictures).groups(threads: threads)
        let good = Double(max(1, source.count - bad.count))
        meanFace = sums.face.map { $0 / good }
        colour = (sums.red / good, sums.green / good, sums.blue / good)
    }
}

/// The contribution of a range of images to a survey.
private struct SurveyPart: Sendable {
    struct Sums: Sendable {
        var (red, green, blue) = (0.0, 0.0, 0.0)
        var face = [Double](repeating: 0, count: MeanFace.side * MeanFace.side)

        mutating func add(_ other: Sums) {
            red += other.red
            green += other.green
            blue += other.blue
            for index in face.indices { face[index] += other.face[index] }
        }
    }

    var bad: [ImageScan.BadImage] = []
    var sizes: [ImageSurvey.PixelSize] = []
    var pictures = PictureTable()
    var sums = Sums()

    init(_ indices: Range<Int>, of source: any ImageSource) {
        let decoder = ImageDecoder()
        let buffer = ReadBuffer()
        for index in indices {
            do throws(FaceDataError) {
                try source.read(index, into: buffer)
                add(try decoder.decode(buffer.bytes, path: source.path(of: index)), at: index)
            } catch {
                sizes.append(ImageSurvey.PixelSize(width: 0, height: 0))
                bad.append(
                    ImageScan.BadImage(
                        index: index, path: source.name(of: index), reason: error.description))
            }
        }
    }

    private mutating func add(_ image: RGBImage, at index: Int) {
        sizes.append(
            ImageSurvey.PixelSize(width: Int32(image.width), height: Int32(image.height)))
        pictures.append(PictureFingerprint(image), at: index)
        let grey = MeanFace.grey(image)
        for index in grey.indices { sums.face[index] += grey[index] }
        let middle = ImageFitting.fit(image, side: 8)
        var (red, green, blue) = (0, 0, 0)
        for y in 2..<6 {
            for x in 2..<6 {
                let index = (y * 8 + x) * 3
                red += Int(middle.pixels[index])
                green += Int(middle.pixels[index + 1])
                blue += Int(middle.pixels[index + 2])
            }
        }
        sums.red += Double(red) / 16
        sums.green += Double(green) / 16
        sums.blue += Double(blue) / 16
    }
}
