import Foundation
import SafeNumbers

/// The exact receiver operating characteristic of scored pairs.
///
/// Every distinct distance contributes one point, from accepting nothing to accepting all; pairs
/// with equal distances are accepted together. A pair is accepted if and only if its distance is
/// strictly below the point's threshold, as in ``InsightFaceProtocol``.
public struct ROCCurve: Codable, Sendable, Hashable {
    /// Pairs of the same person.
    public let positives: Int
    /// Pairs of different people.
    public let negatives: Int
    /// Area under the exact curve; 0...1.
    ///
    /// The Mann-Whitney statistic: the chance that a pair of the same person has a smaller
    /// distance than a pair of different people, a tie counting one half.
    public let auc: Double
    /// Where the exact curve crosses `FAR = 1 - TAR`, linearly interpolated between its points;
    /// 0...1.
    public let equalErrorRate: Double
    /// Points in the order of increasing threshold; the first is (0, 0), the last (1, 1).
    public let points: [ROCPoint]

    /// Computes the curve of scored pairs.
    ///
    /// - Throws: ``FaceEvaluationError/oneKindOnly(same:)`` if all pairs are of the same kind,
    ///   ``FaceEvaluationError/noPairs`` or ``FaceEvaluationError/notADistance(pair:value:)``.
    public init(of pairs: [ScoredPair]) throws {
        try pairs.requireDistances()
        positives = pairs.count(where: \.same)
        negatives = pairs.count - positives
        guard positives > 0, negatives > 0 else {
            throw FaceEvaluationError.oneKindOnly(same: positives > 0)
        }
        let steps = ROCStep.steps(of: pairs)
        auc = ROCStep.area(under: steps, positives: positives, negatives: negatives)
        points = ROCStep.points(of: steps, positives: positives, negatives: negatives)
        equalErrorRate = Self.crossing(of: points)
    }

    private init(_ other: ROCCurve, points: [ROCPoint]) {
        positives = other.positives
        negatives = other.negatives
        auc = other.auc
        equalErrorRate = other.equalErrorRate
        self.points = points
    }

    /// The point with the most correct decisions over all pairs, the smallest threshold first.
    ///
    /// The threshold is chosen on the pairs it is evaluated on, so its accuracy is optimistic.
    public var bestAccuracy: BestAccuracy {
        let best = points.reduce(origin) { accuracy(at: $1) > accuracy(at: $0) ? $1 : $0 }
        return BestAccuracy(threshold: best.threshold, accuracy: accuracy(at: best))
    }

    /// The largest true acceptance rate that keeps the false acceptance rate at or below a rate.
    ///
    /// - Throws: ``FaceEvaluationError/invalidRate(name:value:)`` for a rate outside 0...1.
    public func operatingPoint(atFAR rate: Double) throws -> OperatingPoint {
        guard (0...1).contains(rate) else {
            throw FaceEvaluationError.invalidRate(name: "the FAR", value: rate)
        }
        let point = point(atFAR: rate)
        return OperatingPoint(
            targetFAR: rate, threshold: point.threshold, tar: point.tar, far: point.far,
            isSupported: OperatingPoint.isSupported(rate: rate, by: negatives))
    }

    /// The largest true acceptance rate at a false acceptance rate of at most `rate`; 0...1.
    public func tar(atFAR rate: Double) -> Double { point(atFAR: rate).tar }

    /// The last point whose false acceptance rate is at most `rate`.
    private func point(atFAR rate: Double) -> ROCPoint {
        // Neither rate falls along the points, so bisection finds the point.
        let next = points.partitioningIndex { $0.far > rate }
        return next > 0 ? points[next - 1] : origin
    }

    /// The point that accepts nothing; missing only if a damaged file was decoded.
    private var origin: ROCPoint { points.first ?? ROCPoint(threshold: 0, far: 0, tar: 0) }

    /// Fraction of correct decisions over all pairs at a point.
    private func accuracy(at point: ROCPoint) -> Double {
        let accepted = (point.tar * Double(positives)).rounded()
        let rejected = Double(negatives) - (point.far * Double(negatives)).rounded()
        return (accepted + rejected) / Double(positives + negatives)
    }

    private static func crossing(of points: [ROCPoint]) -> Double {
        guard let index = points.firstIndex(where: { $0.far + $0.tar >= 1 }), index > 0 else {
            return 0
        }
        let (low, high) = (points[index - 1], points[index])
        let (before, after) = (low.far + low.tar, high.far + high.tar)
        return low.far + (high.far - low.far) * (1 - before) / (after - before)
    }
}

extension ROCCurve {
    /// The same curve with fewer points, for drawing; all numbers except the points stay exact.
    ///
    /// Points within a straight horizontal or vertical run are left out first, which changes no drawing. If
    /// more than `limit` remain, points are kept that are evenly spaced along the curve, with lengths
    /// measured in TAR and in the logarithm of FAR, so that the curve is also accurate on a logarithmic
    /// axis. Both ends are always kept; `limit` is at least 2.
    public func thinned(to limit: Int) -> ROCCurve {
        let corners = points.indices.filter { isCorner($0) }.map { points[$0] }
        let limit = max(limit, 2)
        guard corners.count > limit else { return ROCCurve(self, points: corners) }
        let lengths = pathLengths(of: corners)
        let spacing = (lengths.last ?? 0) / Double(limit - 1)
        var kept = [ROCPoint]()
        for (point, length) in zip(corners, lengths)
        where kept.isEmpty || length >= Double(kept.count) * spacing && kept.count < limit - 1 {
            kept.append(point)
        }
        return ROCCurve(self, points: kept + corners.suffix(1))
    }

    private func isCorner(_ index: Int) -> Bool {
        guard index > 0, index + 1 < points.count else { return true }
        let (before, point, after) = (points[index - 1], points[index], points[index + 1])
        let isVertical = before.far == point.far && point.far == after.far
        let isHorizontal = before.tar == point.tar && point.tar == after.tar
        return !isVertical && !isHorizontal
    }

    /// Length of the path to each point; both axes span 1.
    private func pathLengths(of points: [ROCPoint]) -> [Double] {
        let smallest = 0.5 / Double(negatives)
        func scaled(_ far: Double) -> Double {
            log(max(far, smallest) / smallest) / log(1 / smallest)
        }
        var length = 0.0
        var previous = points[0]
        return points.map { point in
            length += point.tar - previous.tar + scaled(point.far) - scaled(previous.far)
            previous = point
            return length
        }
    }
}
