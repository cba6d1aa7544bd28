import Foundation

/// How a face must be turned for its five points to be at their positions, and how well they fit then.
///
/// A face that looks aside has points that no rotation of a picture brings near to the template, and is a
/// face all the same. So the template's points get a depth, the tip of the nose before the others, and
/// are seen from angles up to a profile; the best similarity to each view is known in closed form.
struct FacePose {
    /// Mean distance (root of the mean square) between the points and those of the nearest view, in pixels
    /// of an aligned face of 112 pixels.
    let distance: Double
    /// Degrees that the picture would have to be turned by, -180...180.
    let roll: Double
    /// Pixels of the picture for one of an aligned face.
    let scale: Double

    /// Finds the nearest view.
    init(_ points: FacePoints) {
        let seen = Self.centred(points.points.map { ($0.x, $0.y) })
        var (distance, roll, scale) = (Double.infinity, 0.0, 0.0)
        for view in Self.views {
            var (dot, cross, own, other) = (0.0, 0.0, 0.0, 0.0)
            for (from, to) in zip(view, seen) {
                dot += from.x * to.x + from.y * to.y
                cross += from.x * to.y - from.y * to.x
                own += from.x * from.x + from.y * from.y
                other += to.x * to.x + to.y * to.y
            }
            // What is left of the points' square, in units of the view.
            let square = dot * dot + cross * cross
            guard square > 0, square.isFinite, other.isFinite else { continue }
            let left = max(0, other * own * own / square - own)
            let found = (left / 5).squareRoot()
            if found < distance {
                (distance, roll) = (found, atan2(cross, dot) * 180 / .pi)
                scale = square.squareRoot() / own
            }
        }
        (self.distance, self.roll, self.scale) = (distance, roll, scale)
    }

    private static func centred(_ points: [(Double, Double)]) -> [(x: Double, y: Double)] {
        let (x, y) = points.reduce((0, 0)) { ($0.0 + $1.0 / 5, $0.1 + $1.1 / 5) }
        return points.map { ($0.0 - x, $0.1 - y) }
    }

    /// The template from all sides.
    private static let views: [[(x: Double, y: Double)]] = {
        let flat = centred(FacePoints.template(side: 112).points.map { ($0.x, $0.y) })
        // Of a mean head, whose eyes are 35 pixels of the template apart.
        let depths = [0.0, 0, 15, 1, 1]
        var views: [[(x: Double, y: Double)]] = []
        for yaw in stride(from: -90.0, through: 90, by: 15) {
            for pitch in stride(from: -45.0, through: 45, by: 15) {
                let (a, b) = (yaw * .pi / 180, pitch * .pi / 180)
                views.append(
                    centred(
                        zip(flat, depths).map { point, depth in
                            let x = point.x * cos(a) + depth * sin(a)
                            let z = depth * cos(a) - point.x * sin(a)
                            return (x, point.y * cos(b) - z * sin(b))
                        }))
            }
        }
        return views
    }()
}
