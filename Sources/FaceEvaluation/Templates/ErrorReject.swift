/// Error against rejection (ISO/IEC 29794-1's error versus discard characteristic; Grother and
/// Tabassi 2007): the false non-match rate that remains when the pairs of the lowest quality are
/// rejected.
public struct ErrorRejectCurve: Codable, Sendable, Hashable {
    /// A point of the curve.
    public struct Point: Codable, Sendable, Hashable {
        /// Fraction of the pairs of one person that were rejected; 0...1.
        public let rejected: Double
        /// False non-match rate of the remaining pairs; 0...1.
        public let fnmr: Double
    }

    /// The curve, from no rejection on.
    public let points: [Point]
    /// Area under the curve up to ``limit``, minus that of a perfect quality, which rejects errors
    /// first; 0 for a perfect one.
    public let excessArea: Double
    /// Largest rejected fraction; 0...1.
    public let limit: Double
    /// Number of pairs of one person; nil in records of older versions.
    public let pairs: Int?

    /// Rejects pairs by quality, which is the lower of both templates' qualities.
    ///
    /// - Parameters:
    ///   - genuine: For each pair of one person its score and quality.
    ///   - threshold: A pair is accepted if its score is above.
    ///   - limit: Largest rejected fraction, in steps of a hundredth.
    /// - Throws: ``FaceEvaluationError/noPairs``, ``FaceEvaluationError/scoreNotFinite(pair:)``,
    ///   ``FaceEvaluationError/invalidRate(name:value:)``.
    public init(
        genuine: [(score: Double, quality: Double)], threshold: Double, limit: Double = 0.5
    ) throws {
        guard !genuine.isEmpty else { throw FaceEvaluationError.noPairs }
        guard limit > 0, limit < 1 else {
            throw FaceEvaluationError.invalidRate(name: "the rejected fraction", value: limit)
        }
        if let pair = genuine.firstIndex(where: { !$0.score.isFinite || !$0.quality.isFinite }) {
            throw FaceEvaluationError.scoreNotFinite(pair: pair)
        }
        // Pairs of equal quality are rejected proportionally.
        let order = genuine.sorted { $0.quality < $1.quality }
        let errors = order.map { $0.score > threshold ? 0.0 : 1 }
        let spread = Self.averagedOverTies(errors, order.map(\.quality))
        let total = errors.reduce(0, +)
        let count = Double(genuine.count)
        let steps = (0...Int((limit * 100).rounded())).map { Double($0) / 100 }
        func curve(_ errors: [Double]) -> [Point] {
            var (gone, left) = (0, total)
            return steps.map { share in
                let wanted = Int((share * count).rounded(.down))
                while gone < wanted {
                    left -= errors[gone]
                    gone += 1
                }
                // Means of ties are rounded, so that a rest of errors alone may add up to more than itself.
                return Point(
                    rejected: share, fnmr: min(1, max(0, left) / (count - Double(gone))))
            }
        }
        points = curve(spread)
        let perfect = curve(errors.sorted(by: >))
        excessArea = max(0, Self.area(points) - Self.area(perfect))
        self.limit = limit
        pairs = genuine.count
    }

    /// Each error as the mean of those of its quality.
    private static func averagedOverTies(_ errors: [Double], _ qualities: [Double]) -> [Double] {
        var result = errors
        var start = 0
        while start < errors.count {
            var end = start + 1
            while end < errors.count, qualities[end] == qualities[start] { end += 1 }
            let mean = errors[start..<end].reduce(0, +) / Double(end - start)
            for index in start..<end { result[index] = mean }
            start = end
        }
        return result
    }

    private static func area(_ points: [Point]) -> Double {
        zip(points, points.dropFirst()).reduce(0) {
            $0 + ($1.0.fnmr + $1.1.fnmr) / 2 * ($1.1.rejected - $1.0.rejected)
        }
    }
}
