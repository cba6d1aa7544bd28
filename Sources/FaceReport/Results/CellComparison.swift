import FaceRuns
package import FaceStatistics

/// One cell of two studies on one test set.
package struct CellComparison: Sendable {
    /// Training set, backbone and loss.
    package let configuration: Configuration
    /// Title of the loss.
    package let loss: String
    /// Name of the test set.
    package let test: String
    /// Accuracy in the first study over its seeds.
    package let first: Summary
    /// Accuracy in the second study over its seeds.
    package let second: Summary
    /// Second minus first on the same pairs, over the seeds that both have; `nil` if they share no seed or
    /// were tested on different pairs.
    package let difference: SeedPairEstimate?
    /// Accuracy over the seeds of both, each once; `nil` if nothing was learned in one of them.
    package let pooled: Summary?
    /// The marks after the accuracies of studies in which nothing was learned in the cell.
    package let marks: (first: String, second: String)
    /// Whether something was learned in both, so that the difference can be tested.
    package let isTested: Bool

    /// Compares the cells that two studies share.
    package static func all(
        _ first: StudyResults, _ second: StudyResults
    ) -> [CellComparison] {
        first.testSets.map(\.name).flatMap { test in
            first.configurations.flatMap { configuration in
                first.losses.compactMap { loss in
                    let other = second.losses.first {
                        $0.loss == loss.loss && $0.sampler == loss.sampler
                    }
                    return other.flatMap {
                        CellComparison(
                            first.cell(configuration, loss), second.cell(configuration, $0),
                            configuration,
                            loss.title, test)
                    }
                }
            }
        }
    }

    private init?(
        _ mine: Cell, _ theirs: Cell, _ configuration: Configuration, _ loss: String, _ test: String
    ) {
        guard let first = mine.accuracy(on: test), let second = theirs.accuracy(on: test) else {
            return nil
        }
        self.configuration = configuration
        self.loss = loss
        self.test = test
        self.first = first
        self.second = second
        difference = Cell.difference(from: mine, to: theirs, on: test)
        marks = (mine.mark, theirs.mark)
        isTested = mine.hasLearned && theirs.hasLearned
        let seeds = Set(mine.finished.map(\.seed))
        let others = theirs.finished.filter { !seeds.contains($0.seed) }
        let added = others.compactMap { run in
            run.result?.tests.named(test)?.accuracy
        }
        pooled = isTested ? Summary(first.values + added) : nil
    }
}
