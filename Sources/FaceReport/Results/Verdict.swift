/// Which loss scored highest in a setting, and whether the lead says anything.
package struct Verdict: Sendable {
    /// A loss with its accuracy.
    package struct Entry: Sendable {
        /// The loss.
        package let loss: LossSeries
        /// Its test accuracy over the seeds.
        package let accuracy: Spread
        /// Standard error of that accuracy for its finite number of pairs.
        package let error: Double
    }

    /// The setting.
    package let setting: Setting
    /// The losses with a finished run, the highest accuracy first.
    package let ranking: [Entry]

    /// Ranks the losses of a setting, or gives `nil` where none has a finished run.
    package init?(_ results: StudyResults, _ setting: Setting) {
        let entries = results.losses.compactMap { loss -> Entry? in
            let cell = results.cell(setting, loss)
            guard let accuracy = cell.testAccuracy, let error = cell.testError else { return nil }
            return Entry(loss: loss, accuracy: accuracy, error: error)
        }
        guard !entries.isEmpty else { return nil }
        self.setting = setting
        ranking = entries.enumerated().sorted { a, b in
            (b.element.accuracy.mean, a.offset) < (a.element.accuracy.mean, b.offset)
        }.map(\.element)
    }

    /// The loss that scored highest.
    package var leader: Entry { ranking[0] }
    /// The next one, where a second loss has a finished run.
    package var runnerUp: Entry? { ranking.count > 1 ? ranking[1] : nil }

    /// How far the leader is ahead; 0...1.
    package var lead: Double? { runnerUp.map { leader.accuracy.mean - $0.accuracy.mean } }

    /// Two standard errors of the lead: a smaller one is not evidence of a difference.
    ///
    /// The pairs' part is the larger of the two accuracies' √(p(1 − p)/pairs); both losses see
    /// the same pairs, so their errors go together and do not add up. To it comes the seeds' part,
    /// the variances of the two means.
    package var yardstick: Double? {
        runnerUp.map { Verdict.twoErrors(leader, $0) }
    }

    /// Whether the lead is longer than the yardstick.
    package var isEvidence: Bool {
        guard let lead, let yardstick else { return false }
        return lead > yardstick
    }

    /// The losses whose distance to the leader is within two standard errors, the leader first.
    package var indistinguishable: [Entry] {
        ranking.filter {
            $0.loss == leader.loss
                || leader.accuracy.mean - $0.accuracy.mean <= Verdict.twoErrors(leader, $0)
        }
    }

    private static func twoErrors(_ a: Entry, _ b: Entry) -> Double {
        let pairs = max(a.error, b.error)
        return 2
            * (pairs * pairs + a.accuracy.varianceOfMean + b.accuracy.varianceOfMean)
            .squareRoot()
    }
}
