/// Friedman's test: whether losses have different ranks over many configurations (Friedman 1937),
/// as Demšar (2006) recommends for comparing over data sets.
public struct FriedmanTest: Sendable, Hashable {
    /// Mean rank of each loss over the configurations, 1 for the highest value; ties share their
    /// mean.
    public let meanRanks: [Double]
    /// Number of configurations.
    public let configurations: Int
    /// The chi-square statistic, corrected for ties.
    public let statistic: Double

    /// Ranks losses in each configuration.
    ///
    /// - Parameter configurations: For each configuration the value of each loss; a high value is
    ///   good.
    /// - Throws: ``FaceStatisticsError/tooFew(what:found:needed:)`` for fewer than two
    ///   configurations or losses, ``FaceStatisticsError/differentCounts(expected:found:)`` where a
    ///   configuration has a different number of losses from the first.
    public init(_ configurations: [[Double]]) throws(FaceStatisticsError) {
        guard configurations.count > 1 else {
            throw .tooFew(what: "configurations", found: configurations.count, needed: 2)
        }
        let losses = configurations[0].count
        guard losses > 1 else { throw .tooFew(what: "losses", found: losses, needed: 2) }
        for values in configurations where values.count != losses {
            throw .differentCounts(expected: losses, found: values.count)
        }
        let ranks = configurations.map(Self.ranks)
        let (n, k) = (Double(configurations.count), Double(losses))
        let sums = (0..<losses).map { loss in ranks.reduce(0) { $0 + $1[loss] } }
        meanRanks = sums.map { $0 / n }
        self.configurations = configurations.count
        let tied = configurations.reduce(0) { $0 + Self.tieSum($1) }
        let correction = 1 - tied / (k * (k * k - 1) * n)
        let raw =
            12 / (k * n * (k + 1)) * sums.reduce(0) { $0 + $1 * $1 } - 3 * n * (k + 1)
        statistic = correction > 0 ? raw / correction : 0
    }

    /// p-value: probability of ranks at least as different if the losses do not differ, from the chi-square
    /// distribution.
    public var pValue: Double {
        ChiSquareDistribution(degreesOfFreedom: Double(meanRanks.count - 1)).survival(statistic)
    }

    /// Ranks from 1 for the highest; equal values share the mean of their ranks.
    static func ranks(_ values: [Double]) -> [Double] {
        values.map { value in
            let above = values.count { $0 > value }
            let equal = values.count { $0 == value }
            return Double(above) + Double(equal + 1) / 2
        }
    }

    /// Σ t³ − t over the groups of equal values.
    private static func tieSum(_ values: [Double]) -> Double {
        // A value of a group of t adds t² − 1, and there are t of it.
        values.reduce(0) { sum, value in
            let equal = Double(values.count { $0 == value })
            return sum + equal * equal - 1
        }
    }
}

/// Nemenyi's test after Friedman's: which mean ranks differ (Nemenyi 1963; Demšar 2006, section
/// 3.2.2).
public struct NemenyiTest: Sendable, Hashable {
    /// Number of losses that were ranked, at least 2.
    public let losses: Int
    /// Number of configurations they were ranked in, at least 1.
    public let configurations: Int

    /// A test of mean ranks.
    public init(losses: Int, configurations: Int) {
        self.losses = losses
        self.configurations = configurations
    }

    /// The critical difference: mean ranks farther apart differ significantly at a level.
    public func criticalDifference(level: Double = 0.05) -> Double {
        StudentizedRange(count: losses).quantile(1 - level) / 2.0.squareRoot() * standardError
    }

    /// p-value: probability of two mean ranks at least as far apart if no loss differs.
    public func pValue(rankDistance: Double) -> Double {
        StudentizedRange(count: losses)
            .survival(abs(rankDistance) / standardError * 2.0.squareRoot())
    }

    private var standardError: Double {
        let k = Double(losses)
        return (k * (k + 1) / (6 * Double(configurations))).squareRoot()
    }
}
