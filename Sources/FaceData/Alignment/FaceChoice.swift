/// Which face to align where a picture has several.
public enum FaceChoice: String, Sendable, CaseIterable {
    /// None; such pictures are reported.
    case ask
    /// The largest one.
    case largest
    /// A large one near the centre: area minus twice the squared distance from the centre is
    /// largest, as insightface chooses among detections.
    case central
    /// The first one listed.
    case first
    /// The one with the highest score, which detectors list first.
    case best

    /// The chosen one of at least one face; nil if the choice is ``ask`` and there are several.
    ///
    /// A face's area is that of the square of the picture that becomes the aligned face.
    func face(of faces: [FacePoints], width: Int, height: Int) -> FacePoints? {
        guard faces.count > 1 else { return faces.first }
        switch self {
        case .ask: return nil
        case .first, .best: return faces.first
        case .largest: return Self.best(faces) { Self.area($0) }
        case .central:
            return Self.best(faces) { face in
                let middle = face.points.reduce((x: 0.0, y: 0.0)) {
                    ($0.x + $1.x / 5, $0.y + $1.y / 5)
                }
                let (x, y) = (middle.x - Double(width) / 2, middle.y - Double(height) / 2)
                return Self.area(face) - 2 * (x * x + y * y)
            }
        }
    }

    /// The chosen one of at least one detected face, in descending order of their scores; nil if
    /// the choice is ``ask`` and there are several.
    ///
    /// A face's area and position are those of its box, as in insightface.
    func face(of faces: [DetectedFace], width: Int, height: Int) -> DetectedFace? {
        guard faces.count > 1 else { return faces.first }
        switch self {
        case .ask: return nil
        case .first, .best: return faces.first
        case .largest: return Self.best(faces) { $0.box.area }
        case .central:
            return Self.best(faces) { face in
                let middle = face.box.middle
                let (x, y) = (middle.x - Double(width) / 2, middle.y - Double(height) / 2)
                return face.box.area - 2 * (x * x + y * y)
            }
        }
    }

    private static func area(_ face: FacePoints) -> Double {
        let side = 112 * FacePose(face).scale
        return side * side
    }

    /// The first face with the highest value.
    private static func best<Face>(_ faces: [Face], _ value: (Face) -> Double) -> Face? {
        var best: (face: Face, value: Double)?
        for face in faces {
            let value = value(face)
            if value > best?.value ?? -.infinity { best = (face, value) }
        }
        return best?.face ?? faces.first
    }
}
