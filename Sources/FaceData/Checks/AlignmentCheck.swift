/// Checks whether the faces of a set are aligned to a template, by detecting them in some of its
/// pictures.
public struct AlignmentCheck: Sendable {
    /// The most pictures that are searched, evenly spread over the set.
    public static let maxPictures = 100
    /// A set is aligned if the median distance of its faces' points from a template's (root mean square, in
    /// pixels of an aligned face of 112 pixels) is at most this; detectors differ by 2 to 3.
    public static let maxDistance = 6.0

    /// Pictures that were searched.
    public let pictures: Int
    /// Distances from the points of ``template`` where a face was found, in the set's order.
    public let distances: [Double]
    /// The name of the template with the smallest median distance.
    public let template: String

    /// The median distance; nil if fewer than five faces were found, or in fewer than half of the
    /// pictures.
    public var median: Double? {
        guard distances.count >= 5, 2 * distances.count >= pictures else { return nil }
        return distances.sorted()[distances.count / 2]
    }

    /// Searches some pictures of a set, which are first fitted to a square, the input of networks.
    ///
    /// - Throws: What the detector throws. Pictures that do not decode are skipped.
    public init(
        _ source: any ImageSource, _ detector: any FaceDetector, threads: Int,
        progress: (Int) throws -> Void = { _ in }
    ) throws {
        let search = FaceSearch(detector, choice: .central, minSide: 0)
        let count = min(source.count, Self.maxPictures)
        let indices = (0..<count).map { $0 * source.count / count }
        var all: [[String: Double]?] = []
        try ParallelParts.forEach(
            count, size: 4, threads: threads,
            make: { range in
                range.map { index in
                    Result { try Self.distances(of: indices[index], source, search) }
                }
            },
            take: { part, done in
                for result in part { all.append(try result.get()) }
                try progress(done)
            })
        let found = all.compactMap(\.self)
        func sorted(_ name: String) -> [Double] { found.compactMap { $0[name] }.sorted() }
        let nearest = Self.templates(side: 112).map(\.name).min { one, other in
            let (one, other) = (sorted(one), sorted(other))
            return one.isEmpty || other.isEmpty
                ? false : one[one.count / 2] < other[other.count / 2]
        }
        pictures = count
        template = nearest ?? ""
        distances = found.compactMap { [template] in $0[template] }
    }

    /// The diagnostic of the set; nil if its faces are aligned, or too few were found.
    public func diagnostic(of set: String) -> SetCheck.Diagnostic? {
        guard let median, median > Self.maxDistance else { return nil }
        return SetCheck.Diagnostic(
            severity: .warning, kind: "not-aligned",
            message:
                "the faces are not aligned: of \(distances.count) that were found in \(pictures) "
                + "pictures, half are more than \(Int(median.rounded())) pixels of 112 off the template "
                + "that networks expect; align them with facet data align \(set) FOLDER --detect",
            items: [])
    }

    /// The distances of the points of an image's face from each template's; nil if no face is
    /// found.
    private static func distances(
        of index: Int, _ source: any ImageSource, _ search: FaceSearch
    ) throws -> [String: Double]? {
        guard let image = try? source.image(index) else { return nil }
        let side = min(max(min(image.width, image.height), 112), 448)
        let found = try search.find(in: ImageFitting.fit(image, side: side))
        guard let points = found.face?.points?.points else { return nil }
        let scale = 112 / Double(side)
        return Dictionary(
            templates(side: side).map { template in
                let squares = zip(points, template.points.points).map { point, expected in
                    let (x, y) = (point.x - expected.x, point.y - expected.y)
                    return x * x + y * y
                }
                return (template.name, (squares.reduce(0, +) / 5).squareRoot() * scale)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The points of all templates, scaled to a square of a side.
    private static func templates(side: Int) -> [(name: String, points: FacePoints)] {
        let (narrow, wide) = (FacePoints.template(side: 112), FacePoints.template(side: 128))
        func scaled(_ points: FacePoints, _ length: Double, shift: Double = 0) -> FacePoints? {
            let scale = Double(side) / length
            return FacePoints(points.points.map { .init($0.x * scale, ($0.y - shift) * scale) })
        }
        // SphereFace's 112 rows of 96 columns are cropped to the square in the centre.
        return [
            ("insightface", scaled(narrow, 112)), ("insightface, 128", scaled(wide, 128)),
            ("sphereface", scaled(FaceTemplate.sphereface().points, 96, shift: 8)),
            ("dlib", scaled(FaceTemplate.dlib().points, 150)),
            ("facenet", scaled(FaceTemplate.facenet().points, 160)),
        ].compactMap { name, points in points.map { (name, $0) } }
    }
}
