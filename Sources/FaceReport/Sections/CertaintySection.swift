import Charts
import Documents
import FaceRuns
import FaceStatistics
import SafeNumbers

/// The uncertainty of each accuracy due to the seeds, to the pairs, and to both.
enum CertaintySection {
    static func section(_ results: StudyResults, _ statistics: StudyStatistics) throws -> Section? {
        if let problem = statistics.problems.first { throw problem }
        guard let test = results.testSets.first?.name else { return nil }
        let groups = results.configurations.map { configuration in
            Table.Group(
                title: results.title(configuration),
                rows: results.losses.compactMap { loss in
                    row(
                        loss, configuration, statistics, test,
                        results.cell(configuration, loss).mark)
                })
        }
        guard groups.contains(where: { !$0.rows.isEmpty }) else { return nil }
        return Section(
            "certainty", "Uncertainty of the accuracies",
            [
                .paragraph(text(results)), .table(table(groups, test, results)),
                .figure(figure(results, statistics, test)),
            ])
    }

    private static func text(_ results: StudyResults) -> RichText {
        let reasons: RichText = """
            An accuracy is uncertain for two reasons. Another \(emphasis: "seed") gives another \
            model, and other \(emphasis: "pairs") of other people would be easier or harder.
            """
        if results.seeds == 1, let planned = results.scope?.seeds, planned > 1 {
            return reasons + """
                 Only one of \(planned) seeds has finished so far: the intervals apply to these models only.
                """
        }
        guard results.seeds > 1 else {
            return reasons + """
                 This study has one seed: how much results vary with the seed is unknown, and the \
                intervals apply to these models only. Use \(code: "--seeds 5") to measure it.
                """
        }
        return reasons + " The last column has both."
    }

    private static func table(
        _ groups: [Table.Group], _ test: String, _ results: StudyResults
    ) -> Table {
        let what: RichText = """
            Accuracy on \(test) in percent with 95 % intervals. Seeds: Student’s interval over \
            the seeds. Pairs: the same models on other pairs, where pairs that share a person \
            go together (dyadic clustering). Folds: Student’s interval over the folds. Both: \
            other seeds and other pairs, in a two-way model of seeds and pairs (Hillis 2007). \
            Pairs and both are Wilson intervals, with the number of pairs that has that variance, or all of \
            them if all are correct; a dash means that seeds or folds do not differ.
            """
        return Table(
            caption: .sentences([what] + AccuracySection.markNote(results)),
            columns: [
                .words("Loss"), .numbers("Seeds"), .numbers("Mean"), .numbers("SD"),
                .numbers("seeds", group: "95 % interval from"),
                .numbers("pairs", group: "95 % interval from"),
                .numbers("folds", group: "95 % interval from"),
                .numbers("both", group: "95 % interval from"),
            ], groups: groups)
    }

    private static func row(
        _ loss: LossSeries, _ configuration: Configuration, _ statistics: StudyStatistics,
        _ test: String,
        _ mark: String
    ) -> [Table.Entry]? {
        guard let estimate = statistics.estimate(configuration, loss, test: test) else {
            return nil
        }
        func entry(_ interval: Interval?) -> Table.Entry {
            interval.map { Table.Entry(ComparisonText.points($0)) } ?? Table.Entry("–")
        }
        let standardDeviation = Summary(estimate.seedMeans)?.standardDeviation
        return [
            Table.Entry(loss.title, key: loss.style), Table.Entry(Format.count(estimate.seeds)),
            Table.Entry(Format.percent(estimate.mean) + mark),
            Table.Entry(standardDeviation.map { Format.percent($0) } ?? "–"),
            entry(estimate.seedInterval()?.limited), entry(estimate.pairInterval()),
            entry(statistics.foldInterval(configuration, loss, test: test)?.limited),
            entry(estimate.interval()),
        ]
    }

    private static func figure(
        _ results: StudyResults, _ statistics: StudyStatistics, _ test: String
    ) -> Figure {
        let panels = results.configurations.map { configuration in
            (configuration, results.losses.map { dotRow($0, configuration, statistics, test) })
        }
        let values = panels.flatMap(\.1).flatMap { row in
            row.seeds + (row.whisker.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        let axis = Axis.linear(
            "accuracy on \(test), %", covering: values, limits: 0...100, atMost: 5)
        let whiskers =
            results.seeds > 1
            ? "for other seeds and other pairs; small strokes are the seeds" : "for other pairs"
        let compared =
            statistics.comparisons.isEmpty
            ? "" : ": \(ComparisonSection.title) compares them pair by pair"
        return Figure(
            caption: """
                Accuracy of the last epoch’s model with its 95 % interval \(whiskers). The \
                intervals of two losses may overlap even though the losses differ, because they \
                are tested on the same pairs\(compared).
                """,
            panels: panels.map { configuration, rows in
                Figure.Panel(
                    title: results.title(configuration), chart: .dots(DotPlot(x: axis, rows: rows)))
            })
    }

    private static func dotRow(
        _ loss: LossSeries, _ configuration: Configuration, _ statistics: StudyStatistics,
        _ test: String
    ) -> DotPlot.Row {
        guard let estimate = statistics.estimate(configuration, loss, test: test) else {
            return DotPlot.Row(title: loss.title, style: loss.style, value: nil, text: "–")
        }
        let interval = estimate.interval() ?? estimate.pairInterval()
        return DotPlot.Row(
            title: loss.title, style: loss.style, value: estimate.mean * 100,
            text: Format.percent(estimate.mean),
            whisker: ClosedRange(checked: interval.lower * 100, interval.upper * 100),
            seeds: estimate.seedMeans.map { $0 * 100 })
    }
}

extension Interval {
    /// The interval clipped to 0...1, since Student's intervals may extend beyond.
    fileprivate var limited: Interval {
        Interval(min(1, max(0, lower)), min(1, max(0, upper)))
    }
}
