import Foundation

/// Why five points cannot be those of a face in a picture, and what they probably are.
struct PointsDoubt {
    /// The problem, and the expected points.
    let reason: String
    /// The probable kind of the points; nil when none fits.
    let cause: String?

    /// Faces' points are within 5 pixels, detectors' worst within 7; those of faces in another order
    /// beyond 10.
    static let maxDistance = 8.0
    /// A face that hangs head down is rather one whose points are in reverse order.
    private static let maxRoll = 90.0
    /// Pixels of a picture for one of the aligned face: eyes 2 pixels apart.
    private static let minScale = 0.06
    private static let maxOutside = 0.5

    /// Looks at the points; nil when they may be a face's.
    init?(_ points: FacePoints, width: Int, height: Int) {
        guard let problem = Self.problem(points, width, height) else { return nil }
        cause = Self.cause(points, width, height)
        reason = problem + (cause.map { "; they would fit as \($0)" } ?? "")
    }

    private static func problem(_ points: FacePoints, _ width: Int, _ height: Int) -> String? {
        let pose = FacePose(points)
        guard pose.distance <= maxDistance else {
            return "its landmarks do not have the layout of a face"
                + (pose.distance < 1000
                    ? " (by \(Int(pose.distance.rounded())) pixels of 112 on average)" : "")
        }
        guard abs(pose.roll) <= maxRoll else {
            return "its landmarks rotate the face by \(Int(abs(pose.roll).rounded())) degrees"
        }
        guard pose.scale >= minScale else {
            return "its landmarks are too close together"
        }
        let fraction = outside(points, width, height)
        guard fraction <= maxOutside else {
            return
                "\(Int((fraction * 100).rounded())) % of the aligned face would be outside the "
                + "picture of \(width)x\(height) pixels"
        }
        return nil
    }

    /// The fraction of an aligned face that a picture does not cover.
    static func outside(_ points: FacePoints, _ width: Int, _ height: Int) -> Double {
        let side = 28
        guard let transform = SimilarityTransform(from: points, to: .template(side: 112)) else {
            return 1
        }
        var count = 0
        for index in 0..<side * side {
            let (column, row) = (Double(index % side) * 4 + 1.5, Double(index / side) * 4 + 1.5)
            let seen = transform.inverse(column, row)
            let isInside =
                seen.x > -1 && seen.y > -1 && seen.x < Double(width) && seen.y < Double(height)
            count += isInside ? 0 : 1
        }
        return Double(count) / Double(side * side)
    }

    // MARK: Causes

    /// An order in which files have the ten numbers.
    private struct Order {
        let name: String
        /// Indices of the five points' x and y among the numbers.
        let indices: [(Int, Int)]

        init(_ name: String, points: [Int]? = nil, _ indices: [(Int, Int)]? = nil) {
            self.name = name
            let defaultOrder = (0..<5).map { (2 * $0, 2 * $0 + 1) }
            self.indices = indices ?? points.map { $0.map { defaultOrder[$0] } } ?? defaultOrder
        }
    }

    private static let orders = [
        Order("they are"),
        Order("five x and then five y", (0..<5).map { ($0, $0 + 5) }),
        Order(
            "points with left and right swapped (left and right are as seen in the image)",
            points: [1, 0, 2, 4, 3]),
        Order("y before x", (0..<5).map { (2 * $0 + 1, 2 * $0) }),
        Order("five y and then five x", (0..<5).map { ($0 + 5, $0) }),
        Order("eyes, mouth and then nose", points: [0, 1, 4, 2, 3]),
        Order("nose, eyes and then mouth", points: [1, 2, 0, 3, 4]),
        Order("mouth, nose and then eyes", points: [3, 4, 2, 0, 1]),
        Order("mouth, nose and then eyes, from right to left", points: [4, 3, 2, 1, 0]),
        Order(
            "five x and then five y, with left and right swapped",
            [1, 0, 2, 4, 3].map { ($0, $0 + 5) }),
        Order(
            "y before x, with left and right swapped",
            [1, 0, 2, 4, 3].map { (2 * $0 + 1, 2 * $0) }),
    ]

    private static func cause(_ points: FacePoints, _ width: Int, _ height: Int) -> String? {
        let numbers = points.points.flatMap { [$0.x, $0.y] }
        let isRelative = numbers.allSatisfy { (-0.5...1.5).contains($0) }
        let (right, bottom) = isRelative ? (Double(width), Double(height)) : (1, 1)
        var best: (name: String, distance: Double)?
        for order in orders {
            let placed = order.indices.map {
                FacePoints.Point(numbers[$0.0] * right, numbers[$0.1] * bottom)
            }
            guard let other = FacePoints(placed), problem(other, width, height) == nil else {
                continue
            }
            let distance = FacePose(other).distance
            if distance < best?.distance ?? .infinity { best = (order.name, distance) }
        }
        guard let best else { return ofAnotherSize(points, width, height) }
        guard isRelative else { return best.name }
        return "fractions of the picture's width and height"
            + (best.name == orders[0].name ? "" : ", \(best.name)")
    }

    /// Points that are a face's, but not within the picture.
    private static func ofAnotherSize(
        _ points: FacePoints, _ width: Int, _ height: Int
    ) -> String? {
        let pose = FacePose(points)
        guard pose.distance <= maxDistance, abs(pose.roll) <= maxRoll,
            pose.scale >= minScale
        else { return nil }
        return "landmarks of another picture, or of one of another size"
    }
}
