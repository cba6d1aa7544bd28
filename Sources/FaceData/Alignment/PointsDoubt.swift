import Foundation

/// Why five points cannot be those of a face in a picture, and what they probably are.
///
/// One face cannot tell all wrong orders of its points; ``LandmarkOrderCheck`` judges a set's faces together.
struct PointsDoubt {
    /// The problem, and the expected points.
    let reason: String
    /// The probable kind of the points; nil when none fits.
    let cause: String?

    /// Faces' points lie within 5 pixels, detectors' worst within 7; those of faces in another order
    /// beyond 10, but for some orders and faces.
    static let maxDistance = 8.0
    /// Beyond so many pixels, points are not believed where another order has them within half of it.
    private static let likelyDistance = 5.0
    /// A face that hangs head down is rather one whose points are in reverse order.
    private static let maxRoll = 90.0
    /// Faces that are turned further are rather upside down than on their side.
    static let upsideDownRoll = 135.0
    /// Pixels of a picture for one of the aligned face: eyes 2 pixels apart.
    private static let minScale = 0.06
    /// See ``FacePose/width(_:)``.
    private static let minWidth = 0.15
    private static let maxOutside = 0.5

    /// Looks at the points; nil when they may be a face's.
    init?(_ points: FacePoints, width: Int, height: Int) {
        guard let problem = Self.problem(points, width, height) else { return nil }
        cause = Self.cause(points, width, height)
        reason = problem + (cause.map { "; they would fit as \($0)" } ?? "")
    }

    private static func problem(_ points: FacePoints, _ width: Int, _ height: Int) -> String? {
        let pose = FacePose(points)
        guard FacePose.width(points) >= minWidth else { return "its landmarks lie on a line" }
        guard pose.distance <= maxDistance, !hasBetterOrder(points, than: pose) else {
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

    /// Whether points that are seldom a face's would be one's in another order.
    private static func hasBetterOrder(_ points: FacePoints, than pose: FacePose) -> Bool {
        guard pose.distance > likelyDistance else { return false }
        let numbers = points.points.flatMap { [$0.x, $0.y] }
        return PointOrder.all.contains { order in
            guard let other = order.points(numbers).map(FacePose.init) else { return false }
            return other.distance < pose.distance / 2 && abs(other.roll) <= maxRoll
        }
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

    private static func cause(_ points: FacePoints, _ width: Int, _ height: Int) -> String? {
        let numbers = points.points.flatMap { [$0.x, $0.y] }
        let isRelative = OrderGuess.areRelative(numbers)
        let (right, bottom) = isRelative ? (Double(width), Double(height)) : (1, 1)
        func guesses(_ orders: [PointOrder]) -> [OrderGuess] {
            orders.compactMap { order in
                guard let other = order.points(numbers, width: right, height: bottom),
                    problem(other, width, height) == nil
                else { return nil }
                let pose = FacePose(other)
                return OrderGuess(order: order, distance: pose.distance, roll: abs(pose.roll))
            }
        }
        let known = guesses(PointOrder.known)
        let name = OrderGuess.name(known.isEmpty ? guesses(PointOrder.all) : known)
        guard isRelative else {
            return named(name?.text, name?.distance, points, width, height)
        }
        return name.map { OrderGuess.relative($0.text) }
    }

    /// The name of another order, or of what the points are without one.
    private static func named(
        _ other: String?, _ distance: Double?, _ points: FacePoints, _ width: Int, _ height: Int
    ) -> String? {
        let pose = FacePose(points)
        guard pose.distance <= maxDistance, pose.scale >= minScale else { return other }
        guard abs(pose.roll) > maxRoll else {
            // Points that are a face's, but not within the picture.
            return other ?? "landmarks of another picture, or of one of another size"
        }
        guard abs(pose.roll) > upsideDownRoll, outside(points, width, height) <= maxOutside else {
            return other
        }
        // A face is nearly the same from below.
        let isClearlyOther = distance.map { $0 < pose.distance * 0.6 } ?? false
        let isClearlyThis = distance.map { pose.distance < $0 * 0.6 } ?? true
        let upsideDown = "an upside-down face"
        guard let other, !isClearlyThis else { return upsideDown }
        return isClearlyOther ? other : "\(upsideDown), or as \(other)"
    }
}

/// An order of points that would make a face of them.
struct OrderGuess {
    let order: PointOrder
    /// See ``FacePose/distance``; of many faces the median.
    let distance: Double
    /// Degrees without sign; of many faces the median.
    let roll: Double

    /// The names of the orders that fit best, and how well they do; nil for no orders.
    ///
    /// Axes that are exchanged and sides that are exchanged make the same of a face, but for a quarter of a
    /// turn: whichever has it more upright is named, and behind it the other one where a face may lean as much.
    ///
    /// - Parameter withLying: Whether an order that programs are known to write is also named where it has the
    ///   faces on their side, as pictures of a set may be.
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

    /// Whether numbers may be fractions of a picture's width and height.
    static func areRelative(_ numbers: [Double]) -> Bool {
        numbers.allSatisfy { (-0.5...1.5).contains($0) }
    }

    /// What fractions of the picture's width and height are, in an order.
    static func relative(_ name: String) -> String {
        "fractions of the picture's width and height"
            + (name == PointOrder.given.name ? "" : ", \(name)")
    }

    /// Faces in photographs lean by less, as a rule.
    private static let likelyRoll = 60.0
}
