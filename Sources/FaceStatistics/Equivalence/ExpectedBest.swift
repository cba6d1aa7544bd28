import Foundation

/// The expected score of the best of n tries of a random search (Dodge, Gururangan, Card, Schwartz
/// and Smith, "Show Your Work: Improved Reporting of Experimental Results", EMNLP 2019).
///
/// From N tries, n are drawn with replacement; the best of them is at most the i-th lowest score
/// with the probability (i / N)ⁿ (equation 7). The mean over that distribution is the expected best
/// score, and its standard deviation shows how much a search of n tries depends on chance.
public struct ExpectedBest: Sendable, Hashable {
    /// The best of a number of tries.
    public struct Point: Sendable, Hashable {
        /// Number of tries.
        public let tries: Int
        /// Expected score of the best of them.
        public let mean: Double
        /// Standard deviation of that score from one search to another, by the variance of the same
        /// distribution (no bootstrap); at least 0.
        public let standardDeviation: Double
        /// One standard deviation to each side, clipped at the lowest and the highest score seen, beyond
        /// which the tries contain no information.
        public let band: Interval
    }

    /// The best of 1, 2, … tries, up to the number that were made.
    public let points: [Point]

    /// Computes the curve, or returns `nil` without scores.
    ///
    /// - Parameter scores: The score of each try, the higher the better, in any order.
    public init?(_ scores: [Double]) {
        let sorted = scores.sorted()
        guard let lowest = sorted.first, let highest = sorted.last else { return nil }
        let count = Double(sorted.count)
        points = (1...sorted.count).map { tries in
            let power = Double(tries)
            let shares = sorted.indices.map { index in
                pow(Double(index + 1) / count, power) - pow(Double(index) / count, power)
            }
            let mean = zip(sorted, shares).reduce(0) { $0 + $1.0 * $1.1 }
            let variance = zip(sorted, shares).reduce(0) {
                $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1
            }
            let deviation = variance.squareRoot()
            return Point(
                tries: tries, mean: mean, standardDeviation: deviation,
                band: Interval(max(lowest, mean - deviation), min(highest, mean + deviation)))
        }
    }
}
