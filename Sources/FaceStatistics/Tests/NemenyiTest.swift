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

    /// The critical difference: mean ranks farther apart differ at a level.
    public func criticalDifference(level: Double = 0.05) -> Double {
        StudentizedRange(count: losses).quantile(upperTail: level) / 2.0.squareRoot()
            * standardError
    }

    /// Probability of a distance of two mean ranks at least as large where no loss differs.
    public func pValue(rankDistance: Double) -> Double {
        StudentizedRange(count: losses)
            .survival(abs(rankDistance) / standardError * 2.0.squareRoot())
    }

    private var standardError: Double {
        let k = Double(losses)
        return (k * (k + 1) / (6 * Double(configurations))).squareRoot()
    }
}
