/// Five points of a face in pixels of its picture, where the middle of the first pixel is (0, 0):
/// both eyes, the tip of the nose and both corners of the mouth, left and right as seen by the viewer.
public struct FacePoints: Sendable, Hashable {
    /// A position in a picture.
    public struct Point: Sendable, Hashable {
        /// Columns from the left.
        public var x: Double
        /// Rows from the top.
        public var y: Double

        /// Creates a point from its column and row, in pixels.
        public init(_ x: Double, _ y: Double) {
            (self.x, self.y) = (x, y)
        }
    }

    /// Left eye, right eye, nose, left corner of the mouth, right corner.
    public let points: [Point]

    /// Names five points; nil for another number, or numbers that are not finite.
    public init?(_ points: [Point]) {
        guard points.count == 5, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
            return nil
        }
        self.points = points
    }

    private init(checked points: [Point]) {
        self.points = points
    }

    /// Where insightface puts the five points in an aligned face (`face_align.py`): as given for
    /// sides that are multiples of 112, and for multiples of 128 with 8 of 128 pixels more on either
    /// side.
    ///
    /// - Parameter side: Height and width of the aligned face, in pixels.
    public static func template(side: Int) -> FacePoints {
        let positions = [
            (38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655),
            (70.7299, 92.2041),
        ]
        let isNarrow = side % 112 == 0
        let scale = Double(side) / (isNarrow ? 112 : 128)
        let shift = isNarrow ? 0 : 8 * scale
        return FacePoints(checked: positions.map { Point($0.0 * scale + shift, $0.1 * scale) })
    }
}
