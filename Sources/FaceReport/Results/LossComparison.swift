package import FaceStatistics

/// Two losses in one configuration on one test set, compared on the same pairs and seeds.
package struct LossComparison: Sendable {
    /// Backbone and training set.
    package let configuration: Configuration
    /// Name of the test set.
    package let test: String
    /// The loss with the higher accuracy, or the first of two with the same.
    package let better: LossSeries
    package let worse: LossSeries
    /// Accuracy of the better minus that of the worse loss; −1...1.
    package let difference: SeedPairEstimate
    /// McNemar's test of the two models of each seed; its first model is the better loss's.
    package let mcNemar: [McNemarTest]
    /// Interval of the difference on other people, by the bootstrap over people, for the mean of the seeds'
    /// models; `nil` if all draws give the same difference, which does not determine a width.
    package let bootstrap: Interval?
    /// The probabilities, over other seeds and pairs, that the better loss is better by a practically
    /// relevant amount, that the two are practically equal, and that it is worse; `nil` for a single seed.
    /// Not corrected for multiple comparisons.
    package let equivalence: EquivalenceProbabilities?
    /// p-value of the difference, corrected for all comparisons of the study.
    package var adjusted = 1.0

    init(
        _ cells: (LossSeries, CellOutcomes), _ others: (LossSeries, CellOutcomes),
        configuration: Configuration, test: String, bootstrap: PairBootstrap, rope: Double
    ) throws {
        let shared = cells.1.seeds.filter(others.1.seeds.contains)
        let (mine, theirs) = (cells.1.values(shared), others.1.values(shared))
        let differences = zip(mine, theirs).map { zip($0, $1).map { $0 - $1 } }
        let design = cells.1.design
        let estimate = try SeedPairEstimate(differences, design)
        let isTurned = estimate.mean < 0
        self.configuration = configuration
        self.test = test
        (better, worse) = isTurned ? (others.0, cells.0) : (cells.0, others.0)
        let turned = isTurned ? differences.map { $0.map { -$0 } } : differences
        difference = isTurned ? try SeedPairEstimate(turned, design) : estimate
        equivalence = difference.posterior?.probabilities(rope: rope)
        mcNemar = turned.map { seed in
            McNemarTest(
                firstOnly: seed.count { $0 > 0 }, secondOnly: seed.count { $0 < 0 })
        }
        let average = turned[0].indices.map { pair in
            turned.reduce(0) { $0 + $1[pair] } / Double(turned.count)
        }
        let drawn = bootstrap.interval(of: average)
        self.bootstrap = drawn.reach > 1e-9 ? drawn : nil
    }

    /// One of the two losses minus the other: the mean and its interval.
    package func lead(of loss: LossSeries) -> (mean: Double, interval: Interval) {
        loss == better
            ? (difference.mean, interval)
            : (-difference.mean, Interval(-interval.upper, -interval.lower))
    }

    /// ``equivalence`` of one of the two losses relative to the other.
    package func equivalence(of loss: LossSeries) -> EquivalenceProbabilities? {
        loss == better ? equivalence : equivalence?.swapped
    }

    /// Number of seeds that both losses have finished.
    package var seeds: Int { difference.seeds }

    /// The sign test on the number of seeds in which each loss is ahead.
    package var sign: SignTest { SignTest(difference.seedMeans) }

    /// p-value of the difference: over other seeds and other people, or for a single seed by McNemar's
    /// test, which only concerns the two models.
    package var pValue: Double { difference.pValue ?? mcNemar.first?.pValue ?? 1 }

    /// Interval of the difference: over other seeds and people, or with a single seed for these two
    /// models on other people.
    package var interval: Interval { difference.interval() ?? difference.pairInterval() }

    /// Whether the losses differ, at 5 % over all comparisons of the study.
    package var isSignificant: Bool { adjusted < 1 - Interval.defaultLevel }

    /// The power to detect a difference as large as this one; `nil` for a single seed,
    /// which does not show how much seeds matter.
    package var power: PairedPower? {
        guard let seedVariance = difference.seedVariance else { return nil }
        return try? PairedPower(
            seedVariance: max(seedVariance, difference.residualVariance) * Double(seeds),
            pairVariance: difference.floorVariance)
    }
}
