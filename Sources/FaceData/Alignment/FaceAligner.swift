public import Foundation

/// Finds and aligns the face of a picture in one call.
///
/// ```swift
/// let aligner = FaceAligner(FaceSearch(try MTCNN()))
/// let face = try aligner.face(of: URL(fileURLWithPath: "photo.jpg")).image
/// ```
public struct FaceAligner: Sendable {
    /// How the face is found.
    public let search: FaceSearch
    /// How it is aligned.
    public let alignment: FaceAlignment

    /// A face that was found in a picture and aligned.
    public struct Face: Sendable, Hashable {
        /// The aligned crop, of the template's side.
        public var image: RGBImage
        /// Its position in the picture.
        public var detected: DetectedFace
        /// Number of faces found in the picture, including this one.
        public var count = 1
    }

    /// Creates an aligner from a search (the detector and the rule that chooses the face) and a
    /// template.
    public init(_ search: FaceSearch, _ template: FaceTemplate = .insightface()) {
        self.search = search
        alignment = FaceAlignment(template)
    }

    /// Distinguishes the results from those of other aligners.
    public var identity: String {
        "\(search.identity) \(alignment.template.name) \(alignment.template.height)"
    }

    /// The chosen face of a picture's file.
    ///
    /// - Throws: ``FaceDataError/badImage(path:reason:)`` for a file that does not decode,
    ///   ``FaceDataError/noFace(path:reason:)`` for a picture without such a face, and what the detector throws.
    public func face(of url: URL) throws -> Face {
        try face(of: ImageDecoder().decode(url), path: url.path)
    }

    /// The chosen face of a picture.
    ///
    /// - Parameter path: Names the picture in messages.
    /// - Throws: ``FaceDataError/noFace(path:reason:)`` for a picture without such a face, and what the
    ///   detector throws.
    public func face(of image: RGBImage, path: String) throws -> Face {
        let found = try search.find(in: image)
        guard found.verdict == .face, let face = found.face, let points = face.points,
            let aligned = alignment.align(image, points)
        else { throw FaceDataError.noFace(path: path, reason: Self.reason(found)) }
        return Face(image: aligned, detected: face, count: found.faces.count)
    }

    /// All faces of a picture whose points are plausible, in descending order of their scores.
    ///
    /// - Throws: What the detector throws.
    public func faces(of image: RGBImage) throws -> [Face] {
        let all = try search.find(in: image).faces
        return all.compactMap { face in
            guard let points = face.points,
                PointsDoubt(points, width: image.width, height: image.height) == nil
            else { return nil }
            return alignment.align(image, points).map {
                Face(image: $0, detected: face, count: all.count)
            }
        }
    }

    private static func reason(_ found: FaceSearch.Found) -> String {
        switch found.verdict {
        case .face: "its landmarks coincide"
        case .none: "no face was found in it"
        case .several: "\(found.remark), and no rule for choosing one is set; choose a rule"
        case .small, .cutOff, .rotated, .implausible: found.remark
        }
    }
}
