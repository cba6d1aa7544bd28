public import FaceStatistics

/// The mean of a figure over seeds, and its uncertainty over other people and other seeds.
///
/// The variance is that of the seeds' mean plus that of the people, on whom all seeds are tested.
public struct SeedPeopleEstimate: Sendable, Hashable {
    /// The mean over the seeds.
    public let mean: Double
    /// Number of seeds.
    public let seeds: Int
    /// Standard deviation of the seeds; nil for one.
    public let seedStandardDeviation: Double?
    private let people: PeopleReplicates

    /// Combines seeds; nil without any, or if their draws of people differ.
    public init?(_ seeds: [PeopleReplicates]) {
        guard let people = PeopleReplicates.mean(seeds),
            let summary = Summary(seeds.map(\.estimate))
        else { return nil }
        self.mean = summary.mean
        self.seeds = seeds.count
        seedStandardDeviation = summary.standardDeviation
        self.people = people
    }

    /// Differences between two losses seed by seed; nil unless both have the same seeds.
    public static func difference(
        _ first: [PeopleReplicates], _ second: [PeopleReplicates]
    ) -> SeedPeopleEstimate? {
        guard first.count == second.count else { return nil }
        let pairs = zip(first, second).compactMap { $0.minus($1) }
        return pairs.count == first.count ? SeedPeopleEstimate(pairs) : nil
    }

    private var seedVariance: Double {
        seedStandardDeviation.map { $0 * $0 / Double(seeds) } ?? 0
    }

    /// Student's distribution with Satterthwaite's degrees of freedom.
    private var distribution: StudentDistribution {
        let (mine, theirs) = (seedVariance, people.variance)
        let whole = (mine + theirs) * (mine + theirs)
        let parts =
            mine * mine / Double(max(1, seeds - 1)) + theirs * theirs
            / Double(max(1, people.people - 1))
        return StudentDistribution(degreesOfFreedom: parts > 0 ? max(1, whole / parts) : 1)
    }

    /// The interval on other people and, with several seeds, with other seeds.
    public func interval(level: Double = Interval.defaultLevel) -> Interval {
        let own = people.interval(level: level)
        guard seedVariance > 0 else { return own }
        let reach = distribution.critical(twoSided: 1 - level) * seedVariance.squareRoot()
        func joined(_ side: Double) -> Double { (side * side + reach * reach).squareRoot() }
        return Interval(mean - joined(mean - own.lower), mean + joined(own.upper - mean))
    }

    /// Two-sided p-value of the mean's difference from zero; 0...1.
    public var pValue: Double {
        let variance = seedVariance + people.variance
        guard variance > 0 else { return mean == 0 ? 1 : 0 }
        return distribution.twoSided(mean / variance.squareRoot())
    }
}
