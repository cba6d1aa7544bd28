import FaceEvaluation

/// The errors of a configuration's losses on the pairs of a test set: their models with the first
/// seed.
package struct ConfigurationErrors {
    /// Losses whose models were tested on the same pairs.
    package let losses: [LossSeries]
    package let pairs: TestPairs
    /// Name of the test set.
    package let test: String
    /// Pairs that all losses misclassify.
    package let hard: [Int]
    private let outcomes: [LossSeries: PairOutcomes]
    private let anyOutcome: PairOutcomes

    /// Reads the outcomes of a configuration, or returns `nil` if there are none.
    package init?(_ results: StudyResults, _ configuration: Configuration, test: String) {
        var outcomes: [LossSeries: PairOutcomes] = [:]
        for loss in results.losses {
            let run = results.cell(configuration, loss).finished.first { $0.outcomes[test] != nil }
            outcomes[loss] = run?.outcomes[test]
        }
        let known = results.losses.filter { outcomes[$0] != nil }
        guard let first = known.first.flatMap({ outcomes[$0] }) else { return nil }
        let pairs = first.pairs
        anyOutcome = first
        losses = known.filter { outcomes[$0]?.pairs == pairs }
        self.pairs = pairs
        self.test = test
        self.outcomes = outcomes
        let all = losses.compactMap { outcomes[$0] }
        hard = (0..<pairs.count).filter { pair in all.allSatisfy { !$0.isCorrect[pair] } }
    }

    /// The outcomes of a loss on the pairs; one of ``losses``.
    package func outcome(of loss: LossSeries) -> PairOutcomes { outcomes[loss] ?? anyOutcome }

    /// The loss that classifies the most pairs correctly; the first of several.
    package var leader: LossSeries? {
        let right = losses.map { outcome(of: $0).isCorrect.count { $0 } }
        return right.max().flatMap { best in right.firstIndex(of: best) }.map { losses[$0] }
    }

    /// Pairs that a loss misclassifies, in the order of the test set.
    package func wrong(of loss: LossSeries) -> [Int] {
        let isCorrect = outcome(of: loss).isCorrect
        return isCorrect.indices.filter { !isCorrect[$0] }
    }

    /// Pairs of two people taken for one, the smallest distance first.
    package func falseAccepts(of loss: LossSeries) -> [Int] {
        let distances = outcome(of: loss).distances
        return wrong(of: loss).filter { !pairs.same[$0] }
            .sorted { (distances[$0], $0) < (distances[$1], $1) }
    }

    /// Pairs of one person taken for two, the largest distance first.
    package func falseRejects(of loss: LossSeries) -> [Int] {
        let distances = outcome(of: loss).distances
        return wrong(of: loss).filter { pairs.same[$0] }
            .sorted { (-distances[$0], $0) < (-distances[$1], $1) }
    }

    /// Pairs that one loss classifies correctly and another does not, first those on which the two are
    /// farthest from their thresholds.
    package func classified(correctlyBy loss: LossSeries, incorrectlyBy other: LossSeries) -> [Int]
    {
        let (mine, theirs) = (outcome(of: loss), outcome(of: other))
        func clearness(_ pair: Int) -> Double {
            mine.clearness(of: pair) + theirs.clearness(of: pair)
        }
        return pairs.same.indices.filter { mine.isCorrect[$0] && !theirs.isCorrect[$0] }
            .map { ($0, clearness($0)) }.sorted { (-$0.1, $0.0) < (-$1.1, $1.0) }.map(\.0)
    }

    /// The cosine of a pair, and the cosine above which a loss accepts it.
    package func cosine(of pair: Int, by loss: LossSeries) -> (value: Double, limit: Double) {
        let outcome = outcome(of: loss)
        return (
            ScoredPair.cosine(squaredDistance: Double(outcome.distances[pair])),
            ScoredPair.cosine(squaredDistance: outcome.thresholds[pair])
        )
    }
}
