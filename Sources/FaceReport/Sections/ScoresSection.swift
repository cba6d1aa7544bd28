import FaceStatistics
import Charts
import Documents
import FaceEvaluation
import FaceRuns

/// The distributions of the distances of both kinds of pairs.
enum ScoresSection {
    /// Number of bins of a histogram, each 0.1 wide in squared distance.
    private static let bins = 40

    static func section(_ results: StudyResults) throws -> Section? {
        let figures = try results.configurations.enumerated().compactMap { index, configuration in
            try figure(results, configuration, isFirst: index == 0)
        }
        guard !figures.isEmpty else { return nil }
        return Section("scores", "Distances of the pairs", figures.map { .figure($0) })
    }

    private static func figure(
        _ results: StudyResults, _ configuration: Configuration, isFirst: Bool
    ) throws -> Figure? {
        let test = results.testSets.first?.name ?? ""
        let histograms = try results.losses.compactMap { loss in
            try histogram(results.cell(configuration, loss), test).map { (loss, $0) }
        }
        guard !histograms.isEmpty else { return nil }
        let heights = histograms.flatMap { _, lines in lines.same + lines.different }
        let y = Axis.linear(
            "fraction of the pairs, %", covering: heights, includesZero: true, atMost: 5)
        let x = Axis(
            title: "squared L2 distance", domain: 0...ScoreHistogram.maximum,
            ticks: (0...4).map { .init(value: Double($0), label: "\($0)") })
        let panels = histograms.map { loss, fractions in
            let threshold = results.cell(configuration, loss).summary {
                $0.primaryResult?.threshold
            }
            return Figure.Panel(
                title: loss.title,
                chart: .histogram(
                    HistogramChart(
                        x: x, y: y, extent: 0...ScoreHistogram.maximum,
                        series: [
                            .init(title: "one person", style: loss.style, heights: fractions.same),
                            .init(
                                title: "two people", style: nil, heights: fractions.different),
                        ],
                        mark: threshold.map {
                            .init(value: $0.mean, label: "threshold \(Format.fixed($0.mean, 2))")
                        })))
        }
        return Figure(
            caption: caption(results, configuration, test, isFirst: isFirst), panels: panels)
    }

    private static func caption(
        _ results: StudyResults, _ configuration: Configuration, _ test: String, isFirst: Bool
    ) -> RichText {
        let what: RichText =
            "\(strong: results.title(configuration)): distances of the pairs of \(test)."
        guard isFirst else { return what }
        return what + """
             Each outline is the fraction of its kind of pairs in bins of 0.1\
            \(results.seeds > 1 ? ", over all seeds" : ""). Where the outlines overlap, no \
            threshold can decide; a distance of 2 is a right angle.
            """
    }

    /// Fractions of both kinds of pairs in percent, over all seeds.
    private static func histogram(
        _ cell: Cell, _ test: String
    ) throws -> (same: [Double], different: [Double])? {
        let histograms = try cell.finished.compactMap { run in
            try run.outcomes[test].map { outcome in
                let pairs = zip(outcome.distances, outcome.pairs.same).map {
                    ScoredPair(distance: $0, same: $1, fold: 0)
                }
                return try SectionError.naming(run) { try ScoreHistogram(of: pairs, bins: bins) }
            }
        }
        guard !histograms.isEmpty else { return nil }
        func fractions(_ counts: KeyPath<ScoreHistogram, [Int]>) -> [Double] {
            let sums = (0..<bins).map { bin in
                histograms.reduce(0) { $0 + $1[keyPath: counts][bin] }
            }
            let all = Double(max(1, sums.reduce(0, +)))
            return sums.map { 100 * Double($0) / all }
        }
        return (fractions(\.positives), fractions(\.negatives))
    }
}
