package import FaceRuns
package import FaceStatistics

/// The losses of a study with values that were tuned in another one, compared with their defaults.
package struct ForeignTuning: Sendable {
    /// Each loss of each configuration, in the order of the report.
    package let losses: [ForeignLoss]
    /// The margin of practical equivalence; 0...1.
    package let rope: Double
    /// Name of the test set on which gains are measured.
    package let test: String

    /// Pairs the runs of a study with those at the defaults; `nil` for a study without values from another
    /// one.
    package init?(_ all: StudyResults, rope: Double) {
        self.rope = rope
        let test = all.testSets.first?.name ?? ""
        self.test = test
        var losses = all.configurations.flatMap { configuration in
            all.losses.compactMap { ForeignLoss(all, configuration, $0, test) }
        }
        guard !losses.isEmpty else { return nil }
        let adjusted = HolmCorrection.adjusted(losses.map { $0.gain?.pValue ?? 1 })
        for index in losses.indices { losses[index].adjusted = adjusted[index] }
        self.losses = losses
    }
}

/// A loss of a configuration with values that were tuned in another study.
package struct ForeignLoss: Sendable {
    /// The study and cell in which the values were tuned.
    package let origin: TunedOrigin
    /// The runs' record of that tuning; `nil` in runs of a version that did not write it.
    package let role: TuningRole?
    /// The configuration in which the values are used.
    package let configuration: Configuration
    /// The loss with these values.
    package let series: LossSeries
    /// The runs at its default.
    package let standard: Cell
    /// The runs with the values.
    package let tuned: Cell
    /// Tuned minus default on the first test set, on the same pairs and seeds; `nil` if no seed has
    /// finished both.
    package let gain: SeedPairEstimate?
    /// p-value of the gain, corrected for all such losses.
    package var adjusted = 1.0

    fileprivate init?(
        _ all: StudyResults, _ configuration: Configuration, _ series: LossSeries, _ test: String
    ) {
        tuned = all.cell(configuration, series)
        guard let description = tuned.runs.first?.description,
            let origin = description.identity.tuned, origin.study != nil
        else { return nil }
        self.origin = origin
        self.configuration = configuration
        self.series = series
        role = description.tuning
        standard = Cell(
            runs: all.runs.filter {
                $0.configuration == configuration && $0.description.identity.tuned == nil
                    && $0.description.lossName == origin.loss
            })
        gain =
            standard.hasLearned && tuned.hasLearned
            ? Cell.difference(from: standard, to: tuned, on: test) : nil
    }

    /// The loss's title, without its values.
    package var title: String { role?.lossTitle ?? origin.loss }
}
