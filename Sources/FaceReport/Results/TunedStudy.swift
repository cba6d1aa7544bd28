package import Charts
package import Documents
package import FaceRuns
package import FaceStatistics

/// A study whose losses were tuned, with the chosen values compared with the defaults.
package struct TunedStudy: Sendable {
    /// The tries and the chosen values; without cells if the study's record is damaged or missing.
    package let record: TuningRecord
    /// The tuned losses, including those that the record lacks.
    private let cells: [TuningCell]
    /// Each loss of each configuration, in the order of the report.
    package let losses: [TunedLoss]
    /// The runs with the chosen values, on which the answer is based; those at the defaults where these
    /// were chosen. `nil` while there are none.
    package let results: StudyResults?
    /// The comparisons of ``results``, corrected together.
    package let statistics: StudyStatistics?
    /// The margin of practical equivalence; 0...1.
    package let rope: Double
    /// Name of the test set on which gains are measured.
    package let test: String
    private let titles: [Configuration: String]

    /// Pairs the runs with the tuned cells; `nil` for a study without tuning.
    package init?(_ all: StudyResults, rope: Double) {
        cells = all.tunedCells
        guard !cells.isEmpty else { return nil }
        record = all.tuning ?? TuningRecord(cells: [], finalSeeds: [])
        self.rope = rope
        test = all.testSets.first?.name ?? ""
        titles = Dictionary(
            all.configurations.map { ($0, all.title($0)) }, uniquingKeysWith: { a, _ in a })
        let known = TuningRecord(cells: cells, finalSeeds: [])
        let runs = all.runs.filter { Self.isAnswer($0, known) }
        let results =
            runs.contains { $0.status == .finished }
            ? StudyResults(runs: runs, scope: nil) : nil
        self.results = results
        statistics = results.map { StudyStatistics($0, rope: rope) }
        losses = Self.losses(all, known)
    }

    /// Whether the record of the tries is damaged or missing, so that only the runs state the chosen
    /// values.
    package var isRecordLost: Bool { record.cells.isEmpty }

    /// Whether a run represents its loss in the answer: with tuned values, or at the default if nothing
    /// else was chosen or planned.
    private static func isAnswer(_ run: ReportedRun, _ record: TuningRecord) -> Bool {
        let identity = run.description.identity
        guard identity.tuned == nil else { return true }
        let cell = record.cell(
            trainSet: identity.trainSet, backbone: identity.backbone,
            loss: run.description.lossName)
        guard let cell else { return true }
        return cell.isComplete && (cell.chosenTry?.index ?? 0) == 0
    }

    private static func losses(_ all: StudyResults, _ record: TuningRecord) -> [TunedLoss] {
        var names: [String] = []
        for cell in record.cells where !names.contains(cell.loss) { names.append(cell.loss) }
        names.sort { (KnownLoss.rank($0), $0) < (KnownLoss.rank($1), $1) }
        let styles = Dictionary(
            zip(names, SeriesStyle.assign(names)), uniquingKeysWith: { a, _ in a })
        var losses = names.flatMap { name in
            record.cells.filter { $0.loss == name }.map { cell in
                TunedLoss(cell, all, style: styles[name] ?? SeriesStyle(slot: 0))
            }
        }
        let adjusted = HolmCorrection.adjusted(losses.map { $0.gain?.pValue ?? 1 })
        for index in losses.indices { losses[index].adjusted = adjusted[index] }
        return losses
    }

    /// A configuration's name in the report.
    package func title(_ configuration: Configuration) -> String {
        titles[configuration] ?? "\(configuration.backbone) on \(configuration.trainSet)"
    }

    /// The configurations that were tuned, in the order of the report.
    package var configurations: [Configuration] {
        var found: [Configuration] = []
        for loss in losses where !found.contains(loss.configuration) {
            found.append(loss.configuration)
        }
        return found
    }

    /// The losses of a configuration.
    package func losses(_ configuration: Configuration) -> [TunedLoss] {
        losses.filter { $0.configuration == configuration }
    }

    /// A note before the answer on which runs it is based on.
    package var preface: [RichText] {
        let tries = Set(cells.map(\.budget.tries)).sorted()
        let count =
            tries.count == 1 && tries[0] > 0
            ? Format.count(tries[0], "try", plural: "tries") : "tries"
        guard cells.allSatisfy(\.isComplete) else {
            let open = losses.count { !$0.cell.isComplete }
            return [
                """
                Tuning is in progress: \(open) of \(losses.count) losses have remaining tries. What \
                follows is about the runs that have finished.
                """
            ]
        }
        let kept = losses.count(where: \.keepsDefault)
        let rest: RichText =
            kept == 0
            ? "" : " Of \(Format.count(losses.count, "choice")), \(kept) kept the default."
        guard let results else {
            return [
                """
                The losses were tuned with the same budget, but no run with the chosen values has \
                finished yet: the following is about their defaults.
                """
            ]
        }
        return [
            """
            Every loss was tuned with the same budget of \(count) on held-out training identities. \
            This answer compares the losses \(strong: "with the values chosen there"), retrained \
            with \(Format.count(results.seeds, "seed")) that no try had used.
            """ + rest
                + Self.regressions(
                    losses.map { ($0.cell.lossTitle, $0.gain?.mean) }, rope: rope, test: test)
        ]
    }

    /// The losses that scored relevantly lower with the chosen values than at their default, for readers
    /// who look for the highest accuracy.
    ///
    /// - Parameter gains: Gain of each loss, as a fraction of the pairs; `nil` if unknown.
    static func regressions(
        _ gains: [(title: String, mean: Double?)], rope: Double, test: String
    ) -> RichText {
        let lower = gains.compactMap { title, mean -> String? in
            guard let mean, mean < -rope else { return nil }
            return "\(title) (by \(Format.percent(-mean)) points)"
        }
        guard !lower.isEmpty else { return "" }
        return RichText(
            " \(Format.list(lower)) scored lower on \(test) than at the default: the values were chosen on "
                + "held-out identities, not on the test set.")
    }

    /// The summary for a terminal; `nil` while no run has tuned values.
    package var answer: StudyAnswer? {
        guard let results, let statistics else { return nil }
        return StudyAnswer(results, statistics, preface: preface)
    }
}

/// A loss of a configuration at its default and tuned.
package struct TunedLoss: Sendable {
    /// The tries and the chosen values.
    package let cell: TuningCell
    /// Backbone and training set.
    package let configuration: Configuration
    /// Its style in figures, for the default and the tuned values.
    package let style: SeriesStyle
    /// The runs at its default.
    package let standard: Cell
    /// The runs with the chosen values; those at the default if it was chosen.
    package let tuned: Cell
    /// Tuned minus default on the first test set, on the same pairs and seeds; `nil` if the default was
    /// kept, or no seed has finished both.
    package let gain: SeedPairEstimate?
    /// p-value of the gain, corrected for all tuned losses.
    package var adjusted = 1.0

    init(_ cell: TuningCell, _ all: StudyResults, style: SeriesStyle) {
        self.cell = cell
        self.style = style
        configuration = Configuration(backbone: cell.backbone, trainSet: cell.trainSet)
        let runs = all.runs.filter {
            $0.description.identity.trainSet == cell.trainSet
                && $0.description.identity.backbone == cell.backbone
        }
        standard = Cell(
            runs: runs.filter {
                $0.description.identity.tuned == nil && $0.description.lossName == cell.loss
            })
        let chosen = runs.filter {
            $0.description.identity.tuned?.loss == cell.loss
                && $0.description.identity.tuned?.study == nil
        }
        let isKept = cell.chosenTry?.index == 0
        tuned = isKept ? standard : Cell(runs: chosen)
        let test = all.testSets.first?.name ?? ""
        gain =
            isKept || !standard.hasLearned || !tuned.hasLearned
            ? nil : Cell.difference(from: standard, to: tuned, on: test)
    }

    /// Whether the default was chosen, so that no further runs were needed.
    package var keepsDefault: Bool { cell.chosenTry?.index == 0 }

    /// The tries of the first rung, which has all settings, with the same schedule.
    package var firstRung: [TuningTry] { cell.tries.filter { $0.rung == 0 } }

    /// Scores of the tries of the first rung that have ended. A failed try, which is never chosen, counts
    /// as guessing.
    package var scores: [Double] {
        firstRung.compactMap { $0.state == .pending ? nil : $0.accuracy ?? Self.guessing }
    }

    /// Verification accuracy of guessing, on as many pairs of one person as of two.
    private static let guessing = 0.5

    /// The expected best score of n tries; `nil` before the first has ended, and for implausibly many
    /// tries.
    package var expected: ExpectedBest? {
        scores.count <= Self.maxTries ? ExpectedBest(scores) : nil
    }

    /// Maximum number of tries for which a curve is computed, in quadratic time.
    private static let maxTries = 2000

    /// Fraction of the tries that scored within some distance of the best, a measure of how easy the loss
    /// is to tune; `nil` before the first has ended.
    package func fraction(within distance: Double) -> Double? {
        guard let best = scores.max() else { return nil }
        // Accuracies of the same counts may differ in their last bits.
        let near = firstRung.count { item in
            item.accuracy.map { best - $0 <= distance + 1e-9 } ?? false
        }
        return Double(near) / Double(scores.count)
    }

    /// Tries that ended with an error, of all rungs.
    package var failed: [TuningTry] { cell.tries.filter { $0.state == .failed } }
}
