import FaceRuns
package import FaceStatistics

/// The change of test accuracy from one cell to another with the same loss and the same seeds.
package struct Difference: Sendable {
    /// Second minus first, one value per seed that both cells have finished; −1...1.
    package let summary: Summary
    /// 95 % interval of the mean difference, over seeds and pairs, with one seed over pairs alone;
    /// `nil` without pair scores.
    package let interval: Interval?

    /// Compares two cells seed by seed; `nil` if they share no finished seed, or nothing was learned in one
    /// of them.
    package init?(from first: Cell, to second: Cell) {
        guard first.hasLearned, second.hasLearned else { return nil }
        let old = Dictionary(
            first.finished.map { ($0.seed, $0) }, uniquingKeysWith: { a, _ in a })
        let differences = second.finished.compactMap { run -> Double? in
            guard let new = run.primaryResult?.accuracy,
                let before = old[run.seed]?.primaryResult?.accuracy
            else { return nil }
            return new - before
        }
        guard let summary = Summary(differences) else { return nil }
        self.summary = summary
        let test = first.finished.first?.primaryTest?.name ?? ""
        let estimate = Cell.difference(from: first, to: second, on: test)
        interval = estimate.map { $0.interval() ?? $0.pairInterval() }
    }
}
