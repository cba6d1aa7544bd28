import Foundation
public import SeededRandom

/// Bootstrap intervals of a mean over few values, e.g. over the seeds.
public enum SeedBootstrap {
    /// The bias-corrected and accelerated interval of the mean (Efron 1987).
    ///
    /// It does not assume normal values but needs more of them than Student's interval: with 5
    /// seeds it is too short (`Benchmarks/statistics` measures how much).
    ///
    /// - Parameters:
    ///   - values: At least two values.
    ///   - level: Confidence, strictly between 0 and 1.
    ///   - resamples: Number of resamples, at least 100.
    ///   - stream: Determines the draws.
    public static func interval(
        of values: [Double], level: Double = Interval.defaultLevel, resamples: Int = 9999,
        stream: inout SeededRandom
    ) -> Interval? {
        guard let summary = Summary(values), let variance = summary.variance, variance > 0 else {
            return values.first.map { Interval($0, $0) }
        }
        let means = (0..<max(resamples, 100)).map { _ in
            let sum = values.reduce(0) { sum, _ in
                sum + values[stream.below(values.count)]
            }
            return sum / Double(values.count)
        }.sorted()
        let below = means.count { $0 < summary.mean }
        let equal = means.count { $0 == summary.mean }
        let fraction = (Double(below) + Double(equal) / 2) / Double(means.count)
        let bias = NormalDistribution.quantile(min(max(fraction, 1e-6), 1 - 1e-6))
        let acceleration = acceleration(summary)
        func end(_ fraction: Double) -> Double {
            let z = bias + NormalDistribution.quantile(fraction)
            let position = NormalDistribution.cdf(bias + z / (1 - acceleration * z))
            return Summary.quantile(position, ofSorted: means)
        }
        return Interval(end((1 - level) / 2), end((1 + level) / 2))
    }

    /// Efron's acceleration by the jackknife; for a mean it is a sixth of
    /// the skewness over √n.
    private static func acceleration(_ summary: Summary) -> Double {
        let deviations = summary.values.map { $0 - summary.mean }
        let cubes = deviations.reduce(0) { $0 + $1 * $1 * $1 }
        let squares = deviations.reduce(0) { $0 + $1 * $1 }
        return cubes / (6 * pow(squares, 1.5))
    }
}
