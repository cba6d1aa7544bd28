/// A rectangle in a picture, in pixels; the centre of the first pixel is (0, 0).
public struct FaceBox: Sendable, Hashable, Codable {
    /// Column of the left side.
    public var left: Double
    /// Row of the top side.
    public var top: Double
    /// Column of the right side.
    public var right: Double
    /// Row of the bottom side.
    public var bottom: Double

    /// Creates a rectangle from its edges, in pixels.
    public init(left: Double, top: Double, right: Double, bottom: Double) {
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    /// Width in pixels; negative if the sides are swapped.
    public var width: Double { right - left }
    /// Height in pixels; negative if the sides are swapped.
    public var height: Double { bottom - top }
    /// Area in square pixels; 0 if opposite sides are swapped.
    public var area: Double { max(0, width) * max(0, height) }
    /// The centre.
    public var middle: FacePoints.Point { .init((left + right) / 2, (top + bottom) / 2) }

    /// The rectangle shifted and then scaled.
    public func moved(by shift: (x: Double, y: Double), scale: Double = 1) -> FaceBox {
        FaceBox(
            left: (left + shift.x) * scale, top: (top + shift.y) * scale,
            right: (right + shift.x) * scale, bottom: (bottom + shift.y) * scale)
    }

    /// The fraction of the rectangle's area that is within a picture, 0...1; 0 if it has no area.
    public func fractionInside(width: Int, height: Int) -> Double {
        guard area > 0 else { return 0 }
        let part = FaceBox(
            left: max(left, -0.5), top: max(top, -0.5), right: min(right, Double(width) - 0.5),
            bottom: min(bottom, Double(height) - 0.5))
        return part.area / area
    }
}

/// A face that a detector found.
public struct DetectedFace: Sendable, Hashable {
    /// Its box, which may extend beyond the picture.
    public var box: FaceBox
    /// The detector's confidence, 0...1.
    public var score: Double
    /// Its five points; nil for detectors that only find boxes.
    public var points: FacePoints?

    /// Creates a face from a detector's output.
    public init(box: FaceBox, score: Double, points: FacePoints?) {
        (self.box, self.score, self.points) = (box, score, points)
    }
}

/// Finds faces in pictures.
///
/// Detectors are thread-safe and deterministic.
public protocol FaceDetector: Sendable {
    /// Distinguishes its results from those of other detectors, settings and weights: `mtcnn min=20 3f2a...`.
    var identity: String { get }

    /// The score from which a face is certainly upright; rotated copies of the picture are searched as
    /// well if no face reaches it. 0 for detectors that do not find faces in rotated pictures.
    var certainScore: Double { get }

    /// All faces of a picture, in descending order of their scores.
    func faces(in image: RGBImage) throws -> [DetectedFace]
}

extension FaceDetector {
    /// 0: the detector never finds an upright face in a rotated picture.
    public var certainScore: Double { 0 }
}
