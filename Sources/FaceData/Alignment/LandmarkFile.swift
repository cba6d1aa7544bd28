public import Foundation

/// The five points of many faces, by their pictures' names.
///
/// | lines | where from |
/// |---|---|
/// | `path x1 y1 ... x5 y5` | most detectors' lists, CelebA's `list_landmarks_celeba.txt` |
/// | `name,x1,y1,...,x5,y5` with a header | VGGFace2's `loose_landmark_*.csv` |
/// | `aligned path label x1 y1 x2 y2 x1 ... x5 y1 ... y5` | insightface's `.lst`, five x before five y |
///
/// Up to two lines of words or of one number at the beginning are passed over.
public struct LandmarkFile: Sendable {
    private let points: [String: FacePoints]

    /// How many faces the file has.
    public var count: Int { points.count }

    /// Reads a file.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that cannot be understood.
    public init(_ url: URL) throws(FaceDataError) {
        var points: [String: FacePoints] = [:]
        for (place, line) in try TextFile.lines(url).enumerated() {
            let fields = TextFile.fields(line.text)
            if let (name, face) = Self.face(fields) {
                points[Self.plain(name)] = face
            } else if place > 1 || !Self.isHeading(fields) {
                throw .line(
                    path: url.path, line: line.number,
                    reason: "it must be a path and ten numbers, as 'a/1.jpg x1 y1 ... x5 y5'")
            }
        }
        guard !points.isEmpty else {
            throw .line(path: url.path, line: 1, reason: "the file has no landmarks")
        }
        self.points = points
    }

    /// The points of an image's face; an image may be named with or without its ending.
    public func points(of name: String) -> FacePoints? { points[Self.plain(name)] }

    private static func plain(_ name: String) -> String {
        var plain = name.replacingOccurrences(of: "\\", with: "/")
        if LabelledImageSet.isImage(plain) { plain = PathText(plain).withoutEnding }
        return plain.hasPrefix("./") ? String(plain.dropFirst(2)) : plain
    }

    private static func face(_ fields: [String]) -> (String, FacePoints)? {
        let numbers = fields.suffix(10).compactMap(Double.init)
        guard numbers.count == 10 else { return nil }
        switch fields.count {
        case 11:
            let points = (0..<5).map { FacePoints.Point(numbers[2 * $0], numbers[2 * $0 + 1]) }
            return FacePoints(points).map { (fields[0], $0) }
        case 17:
            let points = (0..<5).map { FacePoints.Point(numbers[$0], numbers[$0 + 5]) }
            return FacePoints(points).map { (fields[1], $0) }
        default: return nil
        }
    }

    /// Whether a line is a number alone, or has no number at all.
    private static func isHeading(_ fields: [String]) -> Bool {
        (fields.count == 1 && Int(fields[0]) != nil) || fields.allSatisfy { Double($0) == nil }
    }
}
