/// Which loss scored highest in a setting on the first test set.
package struct Verdict: Sendable {
    /// A loss with its accuracy.
    package struct Entry: Sendable {
        /// The loss.
        package let loss: LossSeries
        /// Its test accuracy over the seeds.
        package let accuracy: Spread
    }

    /// The setting.
    package let setting: Setting
    /// The losses with a finished run, the highest accuracy first.
    package let ranking: [Entry]

    /// Ranks the losses of a setting, or gives `nil` where none has a finished run.
    package init?(_ results: StudyResults, _ setting: Setting) {
        let entries = results.losses.compactMap { loss -> Entry? in
            let accuracy = results.cell(setting, loss).testAccuracy
            return accuracy.map { Entry(loss: loss, accuracy: $0) }
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
}
