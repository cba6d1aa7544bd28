import Foundation

/// What one look at every image of a set tells about each of them.
public struct ImageSurvey: Sendable {
    /// Images that do not decode.
    public private(set) var bad: [ImageScan.BadImage] = []
    /// Width and height of each image; 0 for those that do not decode.
    public private(set) var sizes: [PixelSize] = []
    /// What tells each picture from others.
    public private(set) var pictures = PictureTable()
    /// Groups of images that are copies of one another, re-saved, resized or mirrored ones included:
    /// their places, each group ascending and the groups in the order of their first images.
    public private(set) var copies: [[Int]] = []
    /// Mean red, green and blue of the middles of all images; 0...255.
    public private(set) var colour: (red: Double, green: Double, blue: Double) = (0, 0, 0)
    /// Mean of all images in grey, see ``MeanFace``.
    public private(set) var meanFace: [Double]

    /// Workers that looked at the images, and that search its pictures again.
    let threads: Int

    /// A picture's size.
    public struct PixelSize: Sendable, Hashable, CustomStringConvertible {
        /// Columns.
        public var width: Int32
        /// Rows.
        public var height: Int32

        /// As `112x112`.
        public var description: String { "\(width)x\(height)" }
    }

    /// Decodes every image, and looks for copies.
    ///
    /// - Parameters:
    ///   - threads: Workers; the result does not depend on their number.
    ///   - progress: Told how many images are done; what it throws ends the survey.
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

/// What a part of the images adds to a survey.
private struct SurveyPart: Sendable {
    struct Sums: Sendable {
        var (red, green, blue) = (0.0, 0.0, 0.0)
        var face = [Double](repeating: 0, count: MeanFace.side * MeanFace.side)

        mutating func add(_ other: Sums) {
            red += other.red
            green += other.green
            blue += other.blue
            for place in face.indices { face[place] += other.face[place] }
        }
    }

    var bad: [ImageScan.BadImage] = []
    var sizes: [ImageSurvey.PixelSize] = []
    var pictures = PictureTable()
    var sums = Sums()

    init(_ places: Range<Int>, of source: any ImageSource) {
        let decoder = ImageDecoder()
        let buffer = ReadBuffer()
        for place in places {
            do throws(FaceDataError) {
                try source.read(place, into: buffer)
                add(try decoder.decode(buffer.bytes, path: source.path(of: place)), at: place)
            } catch {
                sizes.append(ImageSurvey.PixelSize(width: 0, height: 0))
                bad.append(
                    ImageScan.BadImage(
                        place: place, path: source.name(of: place), reason: error.description))
            }
        }
    }

    private mutating func add(_ image: RGBImage, at place: Int) {
        sizes.append(
            ImageSurvey.PixelSize(width: Int32(image.width), height: Int32(image.height)))
        pictures.append(PictureFingerprint(image), at: place)
        let grey = MeanFace.grey(image)
        for place in grey.indices { sums.face[place] += grey[place] }
        let middle = ImageFitting.fit(image, side: 8)
        var (red, green, blue) = (0, 0, 0)
        for y in 2..<6 {
            for x in 2..<6 {
                let place = (y * 8 + x) * 3
                red += Int(middle.pixels[place])
                green += Int(middle.pixels[place + 1])
                blue += Int(middle.pixels[place + 2])
            }
        }
        sums.red += Double(red) / 16
        sums.green += Double(green) / 16
        sums.blue += Double(blue) / 16
    }
}
