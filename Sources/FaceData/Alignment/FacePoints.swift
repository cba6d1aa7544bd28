/// Five points of a face, in pixels of its picture (the centre of the first pixel is (0, 0)): both
/// eyes, the tip of the nose and both corners of the mouth, left and right as seen by the viewer.
public struct FacePoints: Sendable, Hashable {
    /// A position in a picture.
    public struct Point: Sendable, Hashable {
        /// Distance from the left, in pixels.
        public var x: Double
        /// Distance from the top, in pixels.
        public var y: Double

        /// Creates a point from its column and row, in pixels.
        public init(_ x: Double, _ y: Double) {
            (self.x, self.y) = (x, y)
        }
    }

    /// Left eye, right eye, nose, left corner of the mouth, right corner.
    public let points: [Point]

    /// Creates a face from five points; nil for another number of points, or coordinates that are
    /// not finite.
    public init?(_ points: [Point]) {
        guard points.count == 5, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
            return nil
        }
        self.points = points
    }

    private init(checked points: [Point]) {
        self.points = points
    }

    /// Where insightface puts the five points in an aligned face (`face_align.py`): scaled from 112
    /// pixels for sides that are multiples of 112; for other sides scaled from 128 pixels, with 8
    /// more pixels on the left and on the right.
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
