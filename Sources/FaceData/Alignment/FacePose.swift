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
    init(_ points: FacePoints) { self.init(Places(points)) }

    /// Finds the nearest view of five points that ten finite numbers are in an order.
    init(_ numbers: [Double], _ order: PointOrder) {
        self.init(
            Places { index in
                let place = order.places[index]
                return (numbers[place.x], numbers[place.y])
            })
    }

    private init(_ seen: Places) {
        var best = (left: Double.infinity, dot: 0.0, cross: 0.0, square: 1.0)
        let views = Self.views
        for view in views {
            let dot = (view.x * seen.x + view.y * seen.y).sum()
            let cross = (view.x * seen.y - view.y * seen.x).sum()
            // What is left of the points' square, in units of the view.
            let square = dot * dot + cross * cross
            guard square > 0, square.isFinite, seen.square.isFinite else { continue }
            let left = max(0, seen.square * view.square * view.square / square - view.square)
            if left < best.left { best = (left, dot, cross, view.square) }
        }
        distance = (best.left / 5).squareRoot()
        roll = atan2(best.cross, best.dot) * 180 / .pi
        scale = (best.dot * best.dot + best.cross * best.cross).squareRoot() / best.square
    }

    /// How wide the points lie across the line that is nearest to them, as a fraction of how far they lie along
    /// it: 0 on a line, 1 for as much in all directions.
    ///
    /// Faces have 0.6 and more, profiles 0.3.
    static func width(_ points: FacePoints) -> Double {
        let seen = Places(points)
        let (xx, yy) = ((seen.x * seen.x).sum(), (seen.y * seen.y).sum())
        let xy = (seen.x * seen.y).sum()
        let spread = ((xx - yy) * (xx - yy) / 4 + xy * xy).squareRoot()
        let longest = (xx + yy) / 2 + spread
        guard longest > 0, longest.isFinite else { return 0 }
        // The product of both is the determinant, which loses less than their difference.
        return max(0, (xx * yy - xy * xy) / longest / longest).squareRoot()
    }

    /// Five points around their mean; what is behind the fifth is 0.
    private struct Places {
        var x = SIMD8<Double>()
        var y = SIMD8<Double>()
        /// Sum of the squared distances from the mean.
        let square: Double

        init(_ point: (Int) -> (Double, Double)) {
            for index in 0..<5 { (x[index], y[index]) = point(index) }
            let mean = ((x / 5).sum(), (y / 5).sum())
            for index in 0..<5 {
                x[index] -= mean.0
                y[index] -= mean.1
            }
            square = (x * x + y * y).sum()
        }

        init(_ points: FacePoints) {
            self.init { (points.points[$0].x, points.points[$0].y) }
        }
    }

    /// The template from all sides.
    private static let views: [Places] = {
        let points = FacePoints.template(side: 112).points
        let (x, y) = points.reduce((0, 0)) { ($0.0 + $1.x / 5, $0.1 + $1.y / 5) }
        let flat = points.map { ($0.x - x, $0.y - y) }
        // Of a mean head, whose eyes are 35 pixels of the template apart.
        let depths = [0.0, 0, 15, 1, 1]
        var views: [Places] = []
        for yaw in stride(from: -90.0, through: 90, by: 15) {
            for pitch in stride(from: -45.0, through: 45, by: 15) {
                let (a, b) = (yaw * .pi / 180, pitch * .pi / 180)
                views.append(
                    Places { index in
                        let (point, depth) = (flat[index], depths[index])
                        let x = point.0 * cos(a) + depth * sin(a)
                        let z = depth * cos(a) - point.0 * sin(a)
                        return (x, point.1 * cos(b) - z * sin(b))
                    })
            }
        }
        return views
    }()
}
