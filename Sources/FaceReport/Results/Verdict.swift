package import FaceStatistics

/// The ranking of the losses in a configuration on the first test set.
package struct Verdict: Sendable {
    /// A loss with its accuracy.
    package struct Entry: Sendable {
        package let loss: LossSeries
        /// Its test accuracy over the seeds.
        package let accuracy: Summary
    }

    package let configuration: Configuration
    /// The losses with a finished run that learned something, the highest accuracy first.
    package let ranking: [Entry]

    /// Ranks the losses of a configuration; `nil` if none has a run that can be ranked.
    package init?(_ results: StudyResults, _ configuration: Configuration) {
        let entries = results.losses.compactMap { loss -> Entry? in
            let cell = results.cell(configuration, loss)
            guard cell.hasLearned else { return nil }
            return cell.testAccuracy.map { Entry(loss: loss, accuracy: $0) }
        }
        guard !entries.isEmpty else { return nil }
        self.configuration = configuration
        ranking = entries.enumerated().sorted { a, b in
            (b.element.accuracy.mean, a.offset) < (a.element.accuracy.mean, b.offset)
        }.map(\.element)
    }

    /// The loss that scored highest.
    package var leader: Entry { ranking[0] }
    /// The losses that share the highest accuracy, ``leader`` first.
    package var leaders: [Entry] {
        // Means of the same counts may differ in their last bits.
        ranking.filter { leader.accuracy.mean - $0.accuracy.mean < 1e-9 }
    }
    /// The first loss below the highest accuracy; nil if there is none.
    package var runnerUp: Entry? { ranking.dropFirst(leaders.count).first }

    /// How far the leaders are ahead; 0...1.
    package var lead: Double? { runnerUp.map { leader.accuracy.mean - $0.accuracy.mean } }
}
