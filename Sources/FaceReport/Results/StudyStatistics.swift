import FaceRuns
package import FaceStatistics

/// The statistics of a study's accuracies: intervals of every cell, and comparisons of all pairs of losses
/// in which something was learned, on every test set.
package struct StudyStatistics: Sendable {
    /// A loss in a configuration on a test set.
    private struct Key: Hashable {
        let configuration: Configuration
        let test: String
        let loss: LossSeries
    }

    /// The margin of practical equivalence: the largest such difference of accuracies; 0...1.
    package let rope: Double
    /// All comparisons, corrected together: by test set, by configuration, by loss.
    package let comparisons: [LossComparison]
    /// The statistics that could not be computed although the scores are present.
    let problems: [SectionError]
    private var cells: [Key: CellOutcomes] = [:]
    private var foldIntervals: [Key: Interval] = [:]

    /// Computes the statistics of a study, except those for which pair scores are missing.
    ///
    /// - Parameter rope: The largest difference of accuracies that counts as practically equal; 0...1.
    package init(_ results: StudyResults, rope: Double = Report.defaultRope / 100) {
        self.rope = rope
        let tests = results.testSets.map(\.name)
        var comparisons: [LossComparison] = []
        var problems: [SectionError] = []
        func attempt<Value>(_ run: String?, _ body: () throws -> Value) -> Value? {
            do { return try body() } catch {
                problems.append(SectionError(run: run, reason: "\(error)"))
                return nil
            }
        }
        for test in tests {
            guard let pairs = Self.defaultPairs(results, test) else { continue }
            let example = results.runs.first { $0.outcomes[test]?.pairs == pairs }?.name
            guard let design = attempt(example, pairs.design) else { continue }
            let people = PairBootstrap(design, unit: .people, resamples: Self.resamples)
            for configuration in results.configurations {
                let losses = results.losses.compactMap { loss -> (LossSeries, CellOutcomes)? in
                    let cell = Self.outcomes(results.cell(configuration, loss), test, pairs, design)
                    return cell.map { (loss, $0) }
                }
                for (loss, cell) in losses {
                    let key = Key(configuration: configuration, test: test, loss: loss)
                    cells[key] = cell
                    foldIntervals[key] = Self.foldInterval(cell)
                }
                let learned = losses.filter { results.cell(configuration, $0.0).hasLearned }
                comparisons +=
                    attempt(nil) { try Self.compare(learned, configuration, test, people, rope) }
                    ?? []
            }
        }
        let adjusted = HolmCorrection.adjusted(comparisons.map(\.pValue))
        for index in comparisons.indices { comparisons[index].adjusted = adjusted[index] }
        self.comparisons = comparisons
        self.problems = problems
    }

    /// Number of bootstrap replicates: with a thousand, the ends of an interval vary by a twentieth of its
    /// length.
    private static let resamples = 999

    /// The accuracy of a loss on a test set; `nil` without pair scores.
    package func estimate(
        _ configuration: Configuration, _ loss: LossSeries, test: String
    ) -> SeedPairEstimate? {
        cells[Key(configuration: configuration, test: test, loss: loss)].flatMap { cell in
            try? SeedPairEstimate(cell.values(cell.seeds), cell.design, of: .fraction)
        }
    }

    /// Student's interval of the seeds' mean accuracy over the folds; `nil` if the folds do not differ.
    package func foldInterval(
        _ configuration: Configuration, _ loss: LossSeries, test: String
    ) -> Interval? {
        foldIntervals[Key(configuration: configuration, test: test, loss: loss)]
    }

    /// The comparisons of a configuration on a test set.
    package func comparisons(_ configuration: Configuration, test: String) -> [LossComparison] {
        comparisons.filter { $0.configuration == configuration && $0.test == test }
    }

    /// The comparison of two losses, in either order.
    package func comparison(
        _ a: LossSeries, _ b: LossSeries, _ configuration: Configuration, test: String
    ) -> LossComparison? {
        comparisons(configuration, test: test).first {
            ($0.better == a && $0.worse == b) || ($0.better == b && $0.worse == a)
        }
    }
}

extension StudyStatistics {
    /// The list of pairs that most finished runs have, so that a run with a different list does not prevent
    /// the comparison of the others.
    private static func defaultPairs(_ results: StudyResults, _ test: String) -> TestPairs? {
        let lists = results.runs.filter { $0.status == .finished }
            .compactMap { $0.outcomes[test]?.pairs }
        let counts = Dictionary(grouping: lists) { $0 }.mapValues(\.count)
        let most = counts.values.max()
        return lists.first { counts[$0] == most }
    }

    private static func outcomes(
        _ cell: Cell, _ test: String, _ pairs: TestPairs, _ design: PairDesign
    ) -> CellOutcomes? {
        let runs = cell.finished.compactMap { run in
            run.outcomes[test].flatMap {
                $0.pairs == pairs ? (seed: run.seed, values: $0.values) : nil
            }
        }
        return runs.isEmpty ? nil : CellOutcomes(design: design, runs: runs)
    }

    private static func foldInterval(_ cell: CellOutcomes) -> Interval? {
        let folds = cell.values(cell.seeds).map(cell.design.foldMeans)
        let means = (0..<cell.design.foldCount).map { fold in
            folds.reduce(0) { $0 + $1[fold] } / Double(folds.count)
        }
        return Summary(means).flatMap { $0.hasSpread ? $0.interval() : nil }
    }

    private static func compare(
        _ losses: [(LossSeries, CellOutcomes)], _ configuration: Configuration, _ test: String,
        _ bootstrap: PairBootstrap, _ rope: Double
    ) throws -> [LossComparison] {
        try losses.indices.flatMap { first in
            try losses.indices.dropFirst(first + 1).compactMap { second in
                // Without a common seed there is nothing to compare.
                guard losses[first].1.seeds.contains(where: losses[second].1.seeds.contains) else {
                    return nil
                }
                return try LossComparison(
                    losses[first], losses[second], configuration: configuration, test: test,
                    bootstrap: bootstrap, rope: rope)
            }
        }
    }
}
