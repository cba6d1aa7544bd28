import FaceRuns
package import FaceStatistics

/// A backbone and a training set; losses are compared within a configuration.
package struct Configuration: Hashable, Sendable {
    /// Name of the backbone with its options.
    package let backbone: String
    /// Name of the training set.
    package let trainSet: String
}

/// The runs of one loss in one configuration: they differ in their seeds.
package struct Cell: Sendable {
    /// The runs in the order of their seeds, finished or not.
    package let runs: [ReportedRun]

    /// The finished runs that enter means: those that learned something, or all if none did. Failed runs
    /// are excluded for the same reason.
    package var finished: [ReportedRun] {
        let finished = runs.filter { $0.status == .finished }
        let learned = finished.filter { $0.nothingLearned == nil }
        return learned.isEmpty ? finished : learned
    }

    /// Whether something was learned in any of the finished runs. Other cells are shown, but neither ranked
    /// nor compared.
    package var hasLearned: Bool {
        runs.contains { $0.status == .finished && $0.nothingLearned == nil }
    }

    /// The mark after a number of a cell in which nothing was learned; empty for other cells.
    package var mark: String { hasLearned || finished.isEmpty ? "" : Self.nothingLearnedMark }

    /// Marks the numbers of a cell in which nothing was learned.
    package static let nothingLearnedMark = "†"

    /// A quantity of the finished runs, or `nil` if no run has it.
    package func summary(_ value: (ReportedRun) -> Double?) -> Summary? {
        Summary(finished.compactMap(value))
    }

    /// Training accuracy of the last epoch without the margin; 0...1.
    package var trainAccuracy: Summary? { summary(\.trainAccuracy) }
    /// Accuracy of the last epoch's model on all pairs of the first test set; 0...1.
    package var testAccuracy: Summary? { summary { $0.primaryResult?.accuracy } }
    /// Accuracy of the last epoch's model on all pairs of a test set; 0...1.
    package func accuracy(on test: String) -> Summary? {
        summary { run in run.result?.tests.named(test)?.accuracy }
    }
    /// Accuracy of the best epoch's model, chosen on the test set itself; 0...1.
    package var bestAccuracy: Summary? { summary { $0.primaryResult?.bestAccuracy } }
    /// First epoch with the highest test accuracy.
    package var bestEpoch: Summary? { summary { $0.primaryResult.map { Double($0.bestEpoch) } } }
    /// First epoch within 95 % of the way to the highest test accuracy.
    package var nearlyBestEpoch: Summary? {
        summary { $0.primaryResult.map { Double($0.epochWithin95Percent) } }
    }
    /// Images per second of the training steps.
    package var imagesPerSecond: Summary? { summary(\.imagesPerSecond) }

    /// Wilson's interval of ``bestAccuracy`` for its finite number of pairs. More seeds do not make it
    /// smaller, since they are tested on the same pairs.
    package var bestInterval: Interval? {
        let pairs = finished.compactMap(\.bestPairs).min()
        guard let accuracy = bestAccuracy, let pairs else { return nil }
        return BinomialInterval.wilson(fraction: accuracy.mean, of: pairs)
    }

    /// Second minus first on the same pairs of a test set, over the seeds that both have finished; `nil` if
    /// they share no seed or were tested on different pairs.
    package static func difference(
        from first: Cell, to second: Cell, on test: String
    ) -> SeedPairEstimate? {
        let before = Dictionary(
            first.finished.map { ($0.seed, $0) }, uniquingKeysWith: { a, _ in a })
        let pairs = first.finished.compactMap { $0.outcomes[test]?.pairs }.first
        guard let pairs, let design = try? pairs.design() else { return nil }
        let differences = second.finished.compactMap { run -> [Double]? in
            guard let new = run.outcomes[test], let old = before[run.seed]?.outcomes[test],
                new.pairs == pairs, old.pairs == pairs
            else { return nil }
            return zip(new.values, old.values).map { $0 - $1 }
        }
        return try? SeedPairEstimate(differences, design)
    }

    /// The runs whose curves are drawn: the finished ones, or all if there are none.
    package var drawn: [ReportedRun] {
        finished.isEmpty ? runs.filter { !$0.epochs.isEmpty } : finished
    }
}

/// The finished runs of a cell on one test set, all on the same pairs.
package struct CellOutcomes: Sendable {
    package let design: PairDesign
    /// The seeds, ascending.
    package let seeds: [UInt64]
    private let bySeed: [UInt64: [Double]]

    init(design: PairDesign, runs: [(seed: UInt64, values: [Double])]) {
        self.design = design
        bySeed = Dictionary(runs.map { ($0.seed, $0.values) }, uniquingKeysWith: { a, _ in a })
        seeds = bySeed.keys.sorted()
    }

    /// For each of the given seeds: 1 for a correctly classified pair, otherwise 0.
    func values(_ seeds: [UInt64]) -> [[Double]] { seeds.compactMap { bySeed[$0] } }
}
