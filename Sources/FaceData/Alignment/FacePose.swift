import Foundation

/// The rotation and scale that best fit a face's five points to the template, and how well they fit.
///
/// No rotation in the plane fits the points of a face that looks aside to the template. Therefore the
/// template's points are given a depth, with the tip of the nose in front of the others, and projected
/// from angles up to a profile; the best similarity transform to each of these views has a closed form.
struct FacePose {
    /// Root-mean-square distance between the points and those of the nearest view, in pixels of an aligned
    /// face of 112 pixels.
    let distance: Double
    /// Rotation that would bring the face upright, in degrees, -180...180.
    let roll: Double
    /// Pixels of the picture per pixel of an aligned face of 112 pixels.
    let scale: Double

    /// Finds the nearest view.
    init(_ points: FacePoints) { self.init(CentredPoints(points)) }

    /// Finds the nearest view of the five points that ten finite numbers are when read in an order.
    init(_ numbers: [Double], _ order: PointOrder) {
        self.init(
            CentredPoints { index in
                let position = order.positions[index]
                return (numbers[position.x], numbers[position.y])
            })
    }

    private init(_ seen: CentredPoints) {
        var left = SIMD8<Double>(repeating: .infinity)
        var dot = SIMD8<Double>()
        var cross = SIMD8<Double>()
        var square = SIMD8<Double>(repeating: 1)
        // Beyond it, squares would overflow.
        let views = seen.square < 1e200 ? Self.views : []
        for view in views {
            var (dots, crosses) = (SIMD8<Double>(), SIMD8<Double>())
            for index in 0..<5 {
                dots += view.x[index] * seen.x[index] + view.y[index] * seen.y[index]
                crosses += view.x[index] * seen.y[index] - view.y[index] * seen.x[index]
            }
            // The sum of squares that each view does not explain, in units of the view; infinite or not a
            // number, and so never less, where a view explains nothing.
            let explained = dots * dots + crosses * crosses
            let unexplained = seen.square * view.square * view.square / explained - view.square
            let isNearer = unexplained .< left
            left.replace(with: unexplained, where: isNearer)
            dot.replace(with: dots, where: isNearer)
            cross.replace(with: crosses, where: isNearer)
            square.replace(with: view.square, where: isNearer)
        }
        let best = (0..<8).min { left[$0] < left[$1] } ?? 0
        distance = (max(0, left[best]) / 5).squareRoot()
        roll = atan2(cross[best], dot[best]) * 180 / .pi
        scale = (dot[best] * dot[best] + cross[best] * cross[best]).squareRoot() / square[best]
    }

    /// The spread of the points across their line of best fit, as a fraction of that along it (the ratio of
    /// their standard deviations along the principal axes): 0 on a line, 1 for equal spread in all directions.
    ///
    /// Faces have 0.6 or more, profiles 0.3.
    static func width(_ points: FacePoints) -> Double {
        let seen = CentredPoints(points)
        let (xx, yy) = ((seen.x * seen.x).sum(), (seen.y * seen.y).sum())
        let xy = (seen.x * seen.y).sum()
        let spread = ((xx - yy) * (xx - yy) / 4 + xy * xy).squareRoot()
        let longest = (xx + yy) / 2 + spread
        guard longest > 0, longest.isFinite else { return 0 }
        // The shorter eigenvalue is the determinant over the longer one, which loses less precision
        // than a difference.
        return max(0, (xx * yy - xy * xy) / longest / longest).squareRoot()
    }

    /// Five points relative to their mean; the unused lanes after the fifth are 0.
    private struct CentredPoints {
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

    /// Eight views, a lane each, of the template's five points.
    private struct Views {
        var x = [SIMD8<Double>](repeating: .zero, count: 5)
        var y = [SIMD8<Double>](repeating: .zero, count: 5)
        var square = SIMD8<Double>()
    }

    /// The template's points as seen from all sides.
    private static let views: [Views] = {
        let points = FacePoints.template(side: 112).points
        let (x, y) = points.reduce((0, 0)) { ($0.0 + $1.x / 5, $0.1 + $1.y / 5) }
        let flat = points.map { ($0.x - x, $0.y - y) }
        // Depths of a mean head in pixels of the template, in which the eyes are 35 pixels apart.
        let depths = [0.0, 0, 15, 1, 1]
        var seen: [CentredPoints] = []
        for yaw in stride(from: -90.0, through: 90, by: 15) {
            for pitch in stride(from: -45.0, through: 45, by: 15) {
                let (a, b) = (yaw * .pi / 180, pitch * .pi / 180)
                seen.append(
                    CentredPoints { index in
                        let (point, depth) = (flat[index], depths[index])
                        let x = point.0 * cos(a) + depth * sin(a)
                        let z = depth * cos(a) - point.0 * sin(a)
                        return (x, point.1 * cos(b) - z * sin(b))
                    })
            }
        }
        return stride(from: 0, to: seen.count, by: 8).map { start in
            var views = Views()
            for lane in 0..<8 {
                // The last view fills what is left of the last eight.
                let view = seen[min(start + lane, seen.count - 1)]
                for index in 0..<5 {
                    views.x[index][lane] = view.x[index]
                    views.y[index][lane] = view.y[index]
                }
                views.square[lane] = view.square
            }
            return views
        }
    }()
}
