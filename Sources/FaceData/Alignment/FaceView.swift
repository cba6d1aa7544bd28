import Foundation

/// How a face is seen in its picture, by its five points: how large, how far turned aside, and how it leans.
///
/// With `E` and `M` between the eyes and between the corners of the mouth, `N` the tip of the nose, and `u` the
/// direction across the face, at a right angle to `M - E`:
///
/// * `roll` is the angle between `M - E` and the vertical of the picture;
/// * `yaw = atan(a / (0.9 w))`, where `a = (N - E) u` is how far the nose is beside the line through `E` and `M`, and
///   `w` the mean of half the distances of the eyes and of the corners of the mouth along `u`.
///
/// Far away, a head that is turned by `yaw` shows `a = h sin(yaw)` and `w = b cos(yaw)`, where `h` is how far the nose
/// stands before that line and `b` half the width; of the head that landmarks are compared with (``FacePose``) `h / b` is
/// 0.9. So Gee and Cipolla (1994, "Determining the gaze of faces in images") take a head's direction from eyes, nose
/// and mouth. Noses differ: a face that looks ahead is estimated to within some 10 degrees.
public struct FaceView: Sendable, Hashable, Codable {
    /// Side of the square of the picture that becomes the aligned face, in pixels.
    public let size: Double
    /// Degrees that the head is turned aside by, -90...90; positive where the nose points to the right of the
    /// picture.
    public let yaw: Double
    /// Degrees that the face leans by, -180...180; positive clockwise. Aligning undoes it.
    public let roll: Double

    /// Faces are small whose square has fewer pixels than this fraction of the network's input.
    public static let minFraction = 0.5
    /// Faces are turned aside by more degrees than this.
    public static let maxYaw = 45.0
    /// Faces lean by more degrees than this.
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

    /// How far the tip of the nose stands before the line from the eyes to the mouth, in half widths of these.
    private static let noseDepth = 0.9

    private static func middle(
        _ first: FacePoints.Point, _ second: FacePoints.Point
    ) -> FacePoints.Point {
        .init((first.x + second.x) / 2, (first.y + second.y) / 2)
    }

    /// What is doubtful, the end of a sentence about the picture each.
    ///
    /// - Parameter inputSize: Height and width that the network takes, in pixels.
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
    /// How the face is seen; nil for one without points.
    public var view: FaceView? { points.map { FaceView($0) } }
}
