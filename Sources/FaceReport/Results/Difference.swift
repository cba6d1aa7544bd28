import FaceRuns

/// How test accuracy changes from one cell to another with the same loss and the same seeds.
package struct Difference: Sendable {
    /// Second minus first, a value a seed that both cells have finished; −1...1.
    package let spread: Spread
    /// Two standard errors of the mean difference, from the pairs and the seeds.
    package let twoErrors: Double

    /// Compares two cells seed by seed, or gives `nil` where they share no finished seed.
    package init?(from first: Cell, to second: Cell) {
        let old = Dictionary(
            first.finished.map { ($0.seed, $0) }, uniquingKeysWith: { a, _ in a })
        let differences = second.finished.compactMap { run -> Double? in
            guard let new = run.primaryResult?.accuracy,
                let before = old[run.seed]?.primaryResult?.accuracy
            else { return nil }
            return new - before
        }
        guard let spread = Spread(differences) else { return nil }
        let pairs = max(first.testError ?? 0, second.testError ?? 0)
        self.spread = spread
        twoErrors = 2 * (pairs * pairs + spread.varianceOfMean).squareRoot()
    }
}
