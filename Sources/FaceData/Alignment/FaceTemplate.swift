/// The positions of an aligned face's five points, and its size in pixels.
public struct FaceTemplate: Sendable, Hashable {
    /// Its name in options: one of ``names``.
    public let name: String
    /// Width of the aligned face, in pixels.
    public let width: Int
    /// Height of the aligned face, in pixels.
    public let height: Int
    /// The five landmarks in the aligned face, in pixels.
    public let points: FacePoints

    /// insightface's, for squares: see ``FacePoints/template(side:)``.
    public static func insightface(side: Int = 112) -> FaceTemplate {
        precondition(side > 0, "a face without pixels")
        return FaceTemplate(
            name: "insightface", width: side, height: side, points: .template(side: side))
    }

    /// The faces of SphereFace and CosFace, 112 rows by 96 columns, at any scale: insightface's
    /// without 8 columns on either side.
    ///
    /// - Parameter height: Height of the aligned face, in pixels.
    public static func sphereface(height: Int = 112) -> FaceTemplate {
        precondition(height > 0, "a face without pixels")
        let scale = Double(height) / 112
        let points = FacePoints.template(side: 112).points.map {
            FacePoints.Point(($0.x - 8) * scale, $0.y * scale)
        }
        return FaceTemplate(
            name: "sphereface", width: max(1, Int((96 * scale).rounded())), height: height,
            points: points)
    }

    /// dlib's faces (`get_face_chip_details` with a padding of 0.25), which its recognition network takes
    /// at 150 pixels.
    ///
    /// dlib fits 51 points, or five different ones; these are the centres of the eyes, the tip of the
    /// nose and the corners of the mouth of the same mean face.
    public static func dlib(side: Int = 150) -> FaceTemplate {
        precondition(side > 0, "a face without pixels")
        let positions = [
            (0.2254918, 0.2159903), (0.7547613, 0.2159903), (0.490127, 0.515625),
            (0.254149, 0.780233), (0.726104, 0.780233),
        ]
        let scale = Double(side) / 1.5
        return FaceTemplate(
            name: "dlib", width: side, height: side,
            points: positions.map { .init(($0.0 + 0.25) * scale, ($0.1 + 0.25) * scale) })
    }

    /// facenet's faces of 160 pixels, which are MTCNN's boxes with a margin of 32.
    ///
    /// facenet crops boxes and does not align. These are the mean positions of the points in its crops of 300
    /// pictures of LFW, made symmetric (`Benchmarks/alignment/facenet_template.py`): faces have the size that
    /// its networks expect, but are upright and do not jitter with the boxes.
    public static func facenet(side: Int = 160) -> FaceTemplate {
        precondition(side > 0, "a face without pixels")
        let positions = [
            (51.18, 65.19), (108.82, 65.19), (80, 90.17), (54.55, 112.27), (105.45, 112.27),
        ]
        let scale = Double(side) / 160
        return FaceTemplate(
            name: "facenet", width: side, height: side,
            points: positions.map { .init($0.0 * scale, $0.1 * scale) })
    }

    private init(name: String, width: Int, height: Int, points: [FacePoints.Point]) {
        // The points above are always five and finite.
        let checked = FacePoints(points) ?? .template(side: 112)
        self.init(name: name, width: width, height: height, points: checked)
    }

    private init(name: String, width: Int, height: Int, points: FacePoints) {
        (self.name, self.width, self.height, self.points) = (name, width, height, points)
    }

    /// The names of all templates.
    public static let names = ["insightface", "sphereface", "dlib", "facenet"]

    /// The template of a name; nil for an unknown name.
    ///
    /// - Parameter height: Height of the aligned face in pixels; nil for the template's own, 112,
    ///   150 or 160.
    public static func named(_ name: String, height: Int? = nil) -> FaceTemplate? {
        switch name {
        case "insightface": insightface(side: height ?? 112)
        case "sphereface": sphereface(height: height ?? 112)
        case "dlib": dlib(side: height ?? 150)
        case "facenet": facenet(side: height ?? 160)
        default: nil
        }
    }
}
