import Foundation
import Spelling

/// Checks whether the five points of a set's faces are in the expected order, using all faces
/// together.
///
/// In some wrong orders, the points of a single face still look like a face, seen from below or lying on its
/// side. Over many faces, the right order fits better, whichever way the faces lean and look, since the
/// distance to the template does not depend on a picture's rotation.
struct LandmarkOrderCheck {
    /// Why the landmarks cannot be in the expected order, and what they probably are; nil if they can
    /// be.
    let reason: String?
    /// What else the landmarks may be, if the faces alone do not decide it; nil if there is no
    /// doubt.
    let doubt: String?

    /// The most faces that are examined, evenly spread over a set.
    static let sample = 100
    /// The fewest faces from which an order is rejected.
    private static let least = 4
    /// Faces that lean by more than this, in degrees, lie on their side.
    private static let lying = 60.0
    /// Faces that lean by less than this, in degrees, are upright.
    private static let upright = 30.0

    /// Examines a sample of the faces.
    init(_ faces: [FacePoints]) {
        let faces = Self.some(of: faces)
        let numbers = faces.map { $0.points.flatMap { [$0.x, $0.y] } }
        guard !faces.isEmpty, let own = Fit(.given, numbers) else {
            (reason, doubt) = (nil, nil)
            return
        }
        let others = PointOrder.all.filter { Self.mayBeBetter($0, own, numbers) }
            .compactMap { Fit($0, numbers) }
        reason =
            faces.count < Self.least
            ? nil : Self.coincidingPoints(faces) ?? Self.otherOrder(own, others, numbers)
        doubt = Self.doubt(own, others)
    }

    /// Rejects a file whose landmarks cannot be in the expected order.
    ///
    /// - Returns: ``doubt``.
    /// - Throws: ``FaceDataError/unknownFormat(path:reason:)``.
    @discardableResult
    static func require(_ faces: [FacePoints], path: String) throws(FaceDataError) -> String? {
        let check = LandmarkOrderCheck(faces)
        guard let reason = check.reason else { return check.doubt }
        throw .unknownFormat(path: path, reason: reason)
    }

    private static func some(of faces: [FacePoints]) -> [FacePoints] {
        guard faces.count > sample else { return faces }
        return (0..<sample).map { faces[$0 * faces.count / sample] }
    }

    // MARK: Coinciding points

    /// A message about two points that coincide in at least nine in ten faces, as where a column
    /// was copied; nil if there are none.
    private static func coincidingPoints(_ faces: [FacePoints]) -> String? {
        for first in 0..<5 {
            for second in first + 1..<5 {
                let count = faces.count { areOne($0, first, second) }
                guard count * 10 >= faces.count * 9 else { continue }
                return
                    "the \(PointOrder.parts[first]) and the \(PointOrder.parts[second]) "
                    + "coincide in \(count) of \(faces.count) faces"
            }
        }
        return nil
    }

    private static func areOne(_ face: FacePoints, _ first: Int, _ second: Int) -> Bool {
        let pose = FacePose(face)
        let (one, other) = (face.points[first], face.points[second])
        let distance =
            ((one.x - other.x) * (one.x - other.x) + (one.y - other.y) * (one.y - other.y))
            .squareRoot()
        // Half a pixel of an aligned face.
        return distance <= 0.5 * pose.scale
    }

    // MARK: Another order

    /// How well the faces' numbers fit a face when read in an order.
    private struct Fit {
        let distances: [Double]
        let rolls: [Double]
        let guess: OrderGuess

        /// nil for numbers that are not finite.
        init?(_ order: PointOrder, _ faces: [[Double]]) {
            guard faces.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
            let poses = faces.map { FacePose($0, order) }
            distances = poses.map(\.distance)
            rolls = poses.map { abs($0.roll) }
            guess = OrderGuess(
                order: order, distance: LandmarkOrderCheck.median(distances),
                roll: LandmarkOrderCheck.median(rolls))
        }
    }

    /// Whether an order fits better, or nearly as well, in a third of about twelve faces: an order that fits
    /// better in two thirds of all faces fails this test about one time in a thousand.
    private static func mayBeBetter(
        _ order: PointOrder, _ own: Fit, _ faces: [[Double]]
    ) -> Bool {
        let step = max(1, faces.count / 12)
        let some = Array(stride(from: 0, to: faces.count, by: step))
        let near = some.count { FacePose(faces[$0], order).distance <= own.distances[$0] * 1.2 }
        return near * 3 >= some.count
    }

    private static func otherOrder(
        _ own: Fit, _ others: [Fit], _ numbers: [[Double]]
    ) -> String? {
        let better = others.filter { isBetter($0, than: own) }
        guard let found = OrderGuess.name(better.map(\.guess), withLying: true) else { return nil }
        let name =
            numbers.allSatisfy(OrderGuess.areRelative)
            ? OrderGuess.relative(found.text) : found.text
        return
            "its landmarks are not in the order left eye, right eye, nose, left and right mouth corner: in "
            + "\(counted(numbers.count, "face")) of the set they lie "
            + String(format: "%.1f", own.guess.distance)
            + " pixels of 112 from those of a face, and would lie "
            + String(format: "%.1f", found.distance)
            + " from them as \(name); reorder the columns, or name them in a first line like "
            + "'path,lefteye_x,lefteye_y,...'"
    }

    /// Whether an order fits significantly better than the given one: in more of the faces than chance
    /// explains. Weaker evidence is enough where it fits much better, or where the given order has the faces
    /// on their side.
    private static func isBetter(_ fit: Fit, than own: Fit) -> Bool {
        let count = Double(own.distances.count)
        let wins = Double(zip(fit.distances, own.distances).count { $0 < $1 })
        let (mine, theirs) = (fit.guess, own.guess)
        let isLikely =
            theirs.roll > lying && mine.roll < upright
            || theirs.distance > 3 && mine.distance < 0.6 * theirs.distance
        let deviations = isLikely ? 1.8 : 3.5
        return wins > count / 2 + deviations * count.squareRoot() / 2
            && mine.distance < 0.85 * theirs.distance
    }

    /// A warning for landmarks that have the faces on their side, which may also be due to swapped axes and
    /// sides.
    private static func doubt(_ own: Fit, _ others: [Fit]) -> String? {
        let guess = own.guess
        guard guess.roll > lying, guess.roll <= PointsDoubt.upsideDownRoll,
            guess.distance <= PointsDoubt.maxDistance
        else { return nil }
        let upright = others.map(\.guess).filter {
            $0.roll < Self.upright && $0.distance <= guess.distance * 1.2 + 0.2
        }
        let count = own.rolls.count
        let faces = count == 1 ? "the face lies" : "of \(grouped(count)) faces most lie"
        return
            "by the landmarks \(faces) on one side (\(Int(guess.roll.rounded())) degrees)"
            + (OrderGuess.name(upright).map {
                "; if the pictures are upright, the landmarks are \($0.text)"
            } ?? "")
    }

    fileprivate static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }
}
