import Foundation

/// The size and pose of a face in its picture, from its five points.
///
/// With `E` and `M` between the eyes and between the corners of the mouth, `N` the tip of the nose, and `u` the
/// direction across the face, perpendicular to `M - E`:
///
/// * `roll` is the angle between `M - E` and the vertical of the picture;
/// * `yaw = atan(a / (0.9 w))`, where `a = (N - E) u` is the distance of the nose from the line through `E` and
///   `M`, and `w` the mean of half the distance between the eyes and half that between the corners of the mouth
///   along `u`.
///
/// From a distance, a head that is turned by `yaw` shows `a = h sin(yaw)` and `w = b cos(yaw)`, where `h` is
/// the distance of the nose in front of that line and `b` half the width; `h / b` is 0.9 for the head that
/// landmarks are compared with (``FacePose``). Gee and Cipolla (1994, "Determining the gaze of faces in
/// images") estimate a head's direction from eyes, nose and mouth in the same way. Noses differ: the yaw of a
/// face that looks straight ahead is accurate to about 10 degrees.
public struct FaceView: Sendable, Hashable, Codable {
    /// Side of the square of the picture that becomes the aligned face, in pixels.
    public let size: Double
    /// How far the head is turned aside, in degrees, -90...90; positive if the nose points to the right of
    /// the picture.
    public let yaw: Double
    /// How far the face leans in the picture, in degrees, -180...180; positive clockwise. Aligning
    /// undoes it.
    public let roll: Double

    /// A face is small if the side of its square is less than this fraction of the side of the
    /// network's input.
    public static let minFraction = 0.5
    /// A face is turned aside if its yaw exceeds this, in degrees.
    public static let maxYaw = 45.0
    /// A face leans if its roll exceeds this, in degrees.
    public static let maxRoll = 30.0

    /// Measures a face.
    public init(_ points: FacePoints) {
        let p = points.points
        let eyes = Self.middle(p[0], p[1])
        let mouth = Self.middle(p[3], p[4])
        let lean = atan2(eyes.x - mouth.x, mouth.y - eyes.y)
        func across(_ from: FacePoints.Point, _ to: FacePoints.Point) -> Double {
            (to.x - from.x) * cos(lean) + (to.y - from.y) * sin(lean)
        }
        let halfWidth = (across(p[0], p[1]) + across(p[3], p[4])) / 4
        size = 112 * FacePose(points).scale
        roll = lean * 180 / .pi
        yaw = atan2(across(eyes, p[2]), Self.noseDepth * max(0, halfWidth)) * 180 / .pi
    }

    /// Distance of the tip of the nose in front of the line from the eyes to the mouth, in half widths `b`.
    private static let noseDepth = 0.9

    private static func middle(
        _ first: FacePoints.Point, _ second: FacePoints.Point
    ) -> FacePoints.Point {
        .init((first.x + second.x) / 2, (first.y + second.y) / 2)
    }

    /// Warnings about the face, each the predicate of a sentence about the picture.
    ///
    /// - Parameter inputSize: Height and width of the network's input, in pixels.
    public func warnings(inputSize: Int) -> [String] {
        var warnings: [String] = []
        if size < Self.minFraction * Double(inputSize) {
            warnings.append(
                "its face has only \(Self.text(size)) pixels and is enlarged to \(inputSize)x\(inputSize)"
            )
        }
        if abs(yaw) > Self.maxYaw {
            warnings.append("its face is turned aside by about \(Self.text(abs(yaw))) degrees")
        }
        if abs(roll) > Self.maxRoll {
            warnings.append("its face leans by \(Self.text(abs(roll))) degrees")
        }
        return warnings
    }

    private static func text(_ value: Double) -> String { "\(Int(value.rounded()))" }
}

extension DetectedFace {
    /// The face's size and pose; nil for a face without points.
    public var view: FaceView? { points.map { FaceView($0) } }
}
