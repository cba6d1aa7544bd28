import Foundation

/// Why five points cannot be those of a face in a picture, and what they probably are.
///
/// A single face does not reveal every wrong order of its points; ``LandmarkOrderCheck`` examines a set's
/// faces together.
struct PointsDoubt {
    /// The problem and, if known, its cause.
    let reason: String
    /// What the points probably are; nil if nothing fits.
    let cause: String?

    /// The largest ``FacePose/distance`` of a face. Annotated points are within 5 pixels and
    /// detectors' worst within 7; points in a wrong order are beyond 10, except for some orders and
    /// faces.
    static let maxDistance = 8.0
    /// Beyond this distance, points are rejected if another order halves it.
    private static let likelyDistance = 5.0
    /// Points rotated by more degrees are more probably in reverse order than an upside-down face.
    private static let maxRoll = 90.0
    /// Faces rotated by more degrees are upside down rather than on their side.
    static let upsideDownRoll = 135.0
    /// The least pixels of the picture per pixel of the aligned face: eyes 2 pixels apart.
    private static let minScale = 0.06
    /// See ``FacePose/width(_:)``.
    private static let minWidth = 0.15
    private static let maxOutside = 0.5

    /// Checks the points; nil if they may be those of a face.
    init?(_ points: FacePoints, width: Int, height: Int) {
        var readings = Readings(points)
        guard
            let problem = Self.problem(
                points, FacePose(points), width, height, { readings.least })
        else { return nil }
        cause = Self.cause(points, width, height, &readings)
        reason = problem + (cause.map { "; they would fit as \($0)" } ?? "")
    }

    /// Ten numbers read as five points in every order.
    private struct Readings {
        let numbers: [Double]
        let width: Double
        let height: Double
        lazy var all = PointOrder.all.compactMap { order in
            order.points(numbers, width: width, height: height).map {
                (order: order, points: $0, pose: FacePose($0))
            }
        }
        /// The least distance of the orders in which the face is not upside down.
        lazy var least =
            all.filter { abs($0.pose.roll) <= maxRoll }.map(\.pose.distance).min() ?? .infinity

        /// - Parameters:
        ///   - width: The factor of all x.
        ///   - height: The factor of all y.
        init(_ points: FacePoints, width: Double = 1, height: Double = 1) {
            numbers = points.points.flatMap { [$0.x, $0.y] }
            (self.width, self.height) = (width, height)
        }
    }

    /// - Parameter least: The least distance in any order, which points that are unlike most faces are compared with.
    private static func problem(
        _ points: FacePoints, _ pose: FacePose, _ width: Int, _ height: Int, _ least: () -> Double
    ) -> String? {
        guard FacePose.width(points) >= minWidth else { return "its landmarks lie on a line" }
        guard
            pose.distance <= likelyDistance
                || pose.distance <= maxDistance && least() >= pose.distance / 2
        else {
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

    /// The fraction of an aligned face that is outside the picture.
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

    private static func cause(
        _ points: FacePoints, _ width: Int, _ height: Int, _ readings: inout Readings
    ) -> String? {
        let isRelative = OrderGuess.areRelative(readings.numbers)
        if isRelative {
            readings = Readings(points, width: Double(width), height: Double(height))
        }
        let least = readings.least
        let guesses = readings.all.compactMap { order, other, pose -> OrderGuess? in
            guard problem(other, pose, width, height, { least }) == nil else { return nil }
            return OrderGuess(order: order, distance: pose.distance, roll: abs(pose.roll))
        }
        let known = guesses.filter(\.order.isKnown)
        let name = OrderGuess.name(known.isEmpty ? guesses : known)
        guard isRelative else {
            return named(name?.text, name?.distance, points, width, height)
        }
        return name.map { OrderGuess.relative($0.text) }
    }

    /// What the points probably are: in another order, of an upside-down face, or of another
    /// picture.
    private static func named(
        _ other: String?, _ distance: Double?, _ points: FacePoints, _ width: Int, _ height: Int
    ) -> String? {
        let pose = FacePose(points)
        guard pose.distance <= maxDistance, pose.scale >= minScale else { return other }
        guard abs(pose.roll) > maxRoll else {
            // The points are those of a face, but outside the picture.
            return other ?? "landmarks of another picture, or of one of another size"
        }
        guard abs(pose.roll) > upsideDownRoll, outside(points, width, height) <= maxOutside else {
            return other
        }
        // The layout of an upside-down face is nearly that of an upright one in another order.
        let isClearlyOther = distance.map { $0 < pose.distance * 0.6 } ?? false
        let isClearlyThis = distance.map { pose.distance < $0 * 0.6 } ?? true
        let upsideDown = "an upside-down face"
        guard let other, !isClearlyThis else { return upsideDown }
        return isClearlyOther ? other : "\(upsideDown), or as \(other)"
    }
}

/// An order in which the points would be those of a face.
struct OrderGuess {
    let order: PointOrder
    /// See ``FacePose/distance``; the median for several faces.
    let distance: Double
    /// Absolute rotation in degrees; the median for several faces.
    let roll: Double

    /// The names of the orders that fit best, and their distance; nil for no orders.
    ///
    /// Swapped axes and swapped sides differ only by a quarter turn of the face: the order in which it is more
    /// upright is named first, followed by the other one if a face may lean that much.
    ///
    /// - Parameter withLying: Whether an order that programs are known to write is named even if it has the
    ///   faces on their side, as the pictures of a set may have.
    static func name(
        _ guesses: [OrderGuess], withLying: Bool = false
    ) -> (text: String, distance: Double)? {
        guard let least = guesses.map(\.distance).min() else { return nil }
        let equal = guesses.filter { $0.distance <= least * 1.2 + 0.2 }.sorted {
            ($0.roll, $0.distance) < ($1.roll, $1.distance)
        }
        guard let first = equal.first else { return nil }
        let others = equal.dropFirst()
        if let other = others.first(where: { $0.roll <= likelyRoll }) {
            return ("\(first.order.name), or as \(other.order.name)", least)
        }
        let lying = others.first { $0.order.isKnown }
        let further =
            withLying
            ? lying.map { ", or, if the faces lie on one side, as \($0.order.name)" } : nil
        return (first.order.name + (further ?? ""), least)
    }

    /// Whether all numbers may be fractions of a picture's width and height.
    static func areRelative(_ numbers: [Double]) -> Bool {
        numbers.allSatisfy { (-0.5...1.5).contains($0) }
    }

    /// A description of fractions of the picture's width and height in an order.
    static func relative(_ name: String) -> String {
        "fractions of the picture's width and height"
            + (name == PointOrder.given.name ? "" : ", \(name)")
    }

    /// Faces in photographs usually lean by less than this, in degrees.
    private static let likelyRoll = 60.0
}
