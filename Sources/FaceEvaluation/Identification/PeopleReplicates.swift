import FaceData
public import FaceStatistics
import SeededRandom

/// A rate on a test set and its distribution over other people: the estimate, its value on draws of
/// the people with replacement, and its value without groups of the enrolled people.
///
/// Draws depend on the seed and the number of people alone, so models that are tested on the same
/// templates are compared on the same people, and the difference of two is the replicate of their
/// difference: comparisons are paired.
public struct PeopleReplicates: Codable, Sendable, Hashable {
    /// The figure on the set itself.
    public let estimate: Double
    /// The figure on each draw of people.
    public let draws: [Double]
    /// The figure without each group of enrolled people; empty if the draws already include them.
    public let withoutGroups: [Double]
    /// Number of people that the figure refers to.
    public let people: Int
    /// Whether the figure is the difference of two others; not stored.
    private(set) var isDifference = false

    private enum CodingKeys: String, CodingKey { case estimate, draws, withoutGroups, people }

    /// Number of draws of people.
    public static let defaultDraws = 500
    /// Number of groups of enrolled people.
    static let groups = 20

    /// Creates replicates from computed values.
    public init(estimate: Double, draws: [Double], withoutGroups: [Double] = [], people: Int) {
        self.estimate = estimate
        self.draws = draws
        self.withoutGroups = withoutGroups
        self.people = people
    }

    /// The figure of one model minus that of another, on the same people; nil if their draws
    /// differ.
    public func minus(_ other: PeopleReplicates) -> PeopleReplicates? {
        guard draws.count == other.draws.count, withoutGroups.count == other.withoutGroups.count
        else {
            return nil
        }
        var difference = PeopleReplicates(
            estimate: estimate - other.estimate, draws: zip(draws, other.draws).map(-),
            withoutGroups: zip(withoutGroups, other.withoutGroups).map(-),
            people: min(people, other.people))
        difference.isDifference = true
        return difference
    }

    /// The mean of a figure over seeds; nil if their draws of people differ.
    static func mean(_ seeds: [PeopleReplicates]) -> PeopleReplicates? {
        guard let first = seeds.first,
            seeds.allSatisfy({
                $0.draws.count == first.draws.count
                    && $0.withoutGroups.count == first.withoutGroups.count
            })
        else { return nil }
        func mean(_ lists: [[Double]]) -> [Double] {
            (lists.first ?? []).indices.map { index in
                lists.reduce(0) { $0 + $1[index] } / Double(lists.count)
            }
        }
        var result = PeopleReplicates(
            estimate: seeds.reduce(0) { $0 + $1.estimate } / Double(seeds.count),
            draws: mean(seeds.map(\.draws)), withoutGroups: mean(seeds.map(\.withoutGroups)),
            people: seeds.map(\.people).min() ?? 0)
        result.isDifference = seeds.contains(where: \.isDifference)
        return result
    }

    /// The variance over other people, those who are searched for and those who are enrolled.
    public var variance: Double { (Summary(draws)?.variance ?? 0) + enrolledVariance }

    /// The delete-a-group jackknife of the enrolled people (Kott 2001). It is centred at its own mean,
    /// because a smaller gallery is easier.
    private var enrolledVariance: Double {
        guard let summary = Summary(withoutGroups), summary.count > 1 else { return 0 }
        let count = Double(summary.count)
        return (count - 1) * summary.populationStandardDeviation
            * summary.populationStandardDeviation
            * (count - 1) / count
    }

    /// The percentile interval of the draws, widened around the estimate to account for the enrolled
    /// people.
    ///
    /// If no draw differs, as without an error, or too few do for the percentiles, it is Wilson's interval
    /// for as many trials as there are people; for a difference, which may have either sign, as far to both
    /// sides as Wilson's of zero reaches.
    public func interval(level: Double = Interval.defaultLevel) -> Interval {
        guard let summary = Summary(draws), summary.hasSpread else {
            return intervalWithoutSpread(level)
        }
        let ends = summary.quantiles([(1 - level) / 2, (1 + level) / 2])
        if ends.allSatisfy({ $0 == estimate }) { return intervalWithoutSpread(level) }
        let own = summary.variance ?? 0
        let stretch = own > 0 ? ((own + enrolledVariance) / own).squareRoot() : 1
        return Interval(
            estimate + (min(ends[0], estimate) - estimate) * stretch,
            estimate + (max(ends[1], estimate) - estimate) * stretch)
    }

    private func intervalWithoutSpread(_ level: Double) -> Interval {
        guard people > 0, isDifference || (0...1).contains(estimate) else {
            return Interval(around: estimate, reach: 0)
        }
        guard isDifference else {
            return BinomialInterval.wilson(fraction: estimate, of: people, level: level)
        }
        let reach = BinomialInterval.wilson(fraction: 0, of: people, level: level).upper
        return Interval(around: estimate, reach: reach)
    }

    /// Two-sided p-value of the difference from zero; 0...1.
    public var pValue: Double {
        guard variance > 0 else { return estimate == 0 ? 1 : 0 }
        let degrees = max(1, Double(people - 1))
        return StudentDistribution(degreesOfFreedom: degrees).twoSided(
            estimate / variance.squareRoot())
    }
}

/// Draws of people with replacement.
struct PeopleDraws {
    let people: Int
    let count: Int
    let seed: UInt64

    /// Number of times that each person was drawn.
    func weights(_ draw: Int) -> [Float] {
        var stream = SeededRandom(seed: seed, "people", UInt64(draw))
        var weights = [Float](repeating: 0, count: people)
        for _ in 0..<people { weights[stream.below(people)] += 1 }
        return weights
    }

    /// The group of each person.
    func groups(_ count: Int) -> [Int] {
        var stream = SeededRandom(seed: seed, "groups of people")
        let order = stream.shuffled(Array(0..<people))
        var groups = [Int](repeating: 0, count: people)
        for (place, person) in order.enumerated() { groups[person] = place % count }
        return groups
    }
}

/// A rate of identification.
public enum IdentificationMeasure: Codable, Sendable, Hashable {
    /// Rank-k identification rate.
    case rank(Int)
    /// True positive identification rate at rank 1 and a false positive identification rate.
    case tpir(fpir: Double)

    func value(_ rates: IdentificationRates, _ weights: IdentificationRates.Weights) -> Double? {
        switch self {
        case .rank(let k): rates.rate(atRank: k, weights)
        case .tpir(let fpir): rates.tpir(atFPIR: fpir, rank: 1, weights)
        }
    }
}

extension IdentificationRates {
    /// A figure with its value on draws of the people searched for and without groups of the enrolled
    /// people; nil if the searches do not define it.
    ///
    /// - Parameters:
    ///   - people: Number of people of the set.
    ///   - draws: Number of draws.
    public func replicates(
        of measure: IdentificationMeasure, people: Int,
        draws count: Int = PeopleReplicates.defaultDraws, seed: UInt64 = 1
    ) -> PeopleReplicates? {
        guard let estimate = measure.value(self, { _ in 1 }) else { return nil }
        let draws = PeopleDraws(people: max(1, people), count: count, seed: seed)
        let values = (0..<count).compactMap { draw -> Double? in
            let weights = draws.weights(draw)
            return measure.value(self) { person in person.map { Double(weights[$0]) } ?? 1 }
        }
        let searched = Set(galleries.flatMap { $0.compactMap { $0.mate == nil ? nil : $0.person } })
        let groupCount = min(PeopleReplicates.groups, people)
        let groups = draws.groups(max(1, groupCount))
        let without = (0..<groupCount).compactMap { group in
            measure.value(removing { groups[$0] == group }) { _ in 1 }
        }
        return PeopleReplicates(
            estimate: estimate, draws: values, withoutGroups: without, people: searched.count)
    }

    /// The searches as if some people had not been enrolled.
    ///
    /// Exact unless all of a probe's kept candidates are removed.
    func removing(_ isGone: (Int) -> Bool) -> IdentificationRates {
        IdentificationRates(
            galleries.map { outcomes in
                outcomes.compactMap { outcome in
                    if outcome.mate != nil, outcome.person.map(isGone) ?? false { return nil }
                    return outcome.removing(isGone)
                }
            })
    }
}

extension SearchOutcome {
    fileprivate func removing(_ isGone: (Int) -> Bool) -> SearchOutcome {
        let kept = others.filter { !isGone($0.person) }
        let gone = others.count - kept.count
        var ahead = ahead
        if let mate {
            ahead -= others.count { $0.score >= mate && isGone($0.person) }
            // Among the candidates that were not kept, the same fraction is removed.
            let beyond = self.ahead - others.count { $0.score >= mate }
            if beyond > 0 { ahead -= beyond * gone / max(1, others.count) }
        }
        return SearchOutcome(probe: probe, person: person, mate: mate, ahead: ahead, others: kept)
    }
}
