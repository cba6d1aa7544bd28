import Charts
import Documents
import FaceRuns
import FaceStatistics
import SafeNumbers

/// The paper's Figures 3 and 4: the best test accuracy, and the epochs it took.
enum BestEpochSection {
    static func section(_ results: StudyResults) -> Section? {
        guard results.count(.finished) > 0 else { return nil }
        return Section(
            "best", "Best accuracy, and epochs to it",
            [.figure(accuracyFigure(results)), .figure(epochFigure(results))])
    }

    private static func accuracyFigure(_ results: StudyResults) -> Figure {
        let cells = results.configurations.flatMap { configuration in
            results.losses.map { results.cell(configuration, $0) }
        }
        let values = cells.flatMap { cell -> [Double] in
            guard let best = cell.bestAccuracy, let interval = cell.bestInterval else { return [] }
            return [interval.lower, interval.upper] + best.values
        }
        let axis = Axis.linear(
            "best test accuracy, %", covering: values.map { min(100, $0 * 100) },
            limits: 0...100)
        let panels = results.configurations.map { configuration in
            Figure.Panel(
                title: results.title(configuration),
                chart: .dots(DotPlot(x: axis, rows: accuracyRows(results, configuration))))
        }
        return Figure(
            caption: """
                Highest test accuracy of any epoch (Figure 3 of the paper). Whiskers are 95 % \
                intervals for the number of pairs (Wilson)\(seedNote(results)). The axis does not \
                start at zero; compare positions, not lengths.
                """,
            panels: panels,
            data: data(
                results, "Highest test accuracy of any epoch, in percent.",
                entries: { AccuracySection.entries($0, \.bestAccuracy) }))
    }

    private static func seedNote(_ results: StudyResults) -> String {
        results.seeds > 1
            ? "; dots are means over the seeds, which are the small strokes below" : ""
    }

    private static func accuracyRows(
        _ results: StudyResults, _ configuration: Configuration
    ) -> [DotPlot.Row] {
        let cells = results.losses.map { results.cell(configuration, $0) }
        let means = cells.filter(\.hasLearned).compactMap { $0.bestAccuracy?.mean }
        let highest = means.count > 1 ? means.max() : nil
        return zip(results.losses, cells).map { loss, cell in
            let percent = cell.bestAccuracy.map { $0.mean * 100 }
            return DotPlot.Row(
                title: loss.title, style: loss.style, value: percent,
                text: percent.map { Format.fixed($0, 2) + cell.mark } ?? "–",
                whisker: cell.bestInterval.flatMap {
                    ClosedRange(checked: $0.lower * 100, $0.upper * 100)
                },
                seeds: cell.bestAccuracy?.values.map { $0 * 100 } ?? [],
                isBest: cell.hasLearned && highest != nil && cell.bestAccuracy?.mean == highest)
        }
    }

    private static func epochFigure(_ results: StudyResults) -> Figure {
        let planned = results.runs.map(\.description.epochs).max() ?? 1
        let axis = Axis.counting("epoch", from: 0, to: planned)
        let panels = results.configurations.map { configuration in
            Figure.Panel(
                title: results.title(configuration),
                chart: .dots(DotPlot(x: axis, rows: epochRows(results, configuration), stems: true))
            )
        }
        return Figure(
            caption: """
                Epochs to the best model (Figure 4 of the paper): the first epoch with the highest \
                test accuracy, filled and as a number, and hollow the first epoch within 95 % of \
                the way there from the first epoch’s accuracy. The first is the maximum of a noisy \
                curve; the second is robust to the noise.
                """,
            panels: panels,
            data: data(results, "First epoch with the highest test accuracy.") { cells in
                cells.map { cell in Format.entry(cell.bestEpoch) { Format.fixed($0, 1) } }
            })
    }

    private static func epochRows(_ results: StudyResults, _ configuration: Configuration)
        -> [DotPlot.Row]
    {
        results.losses.map { loss in
            let cell = results.cell(configuration, loss)
            let best = cell.bestEpoch
            return DotPlot.Row(
                title: loss.title, style: loss.style, value: best?.mean,
                text: best.map { Format.fixed($0.mean, $0.count > 1 ? 1 : 0) } ?? "–",
                seeds: best?.values ?? [], other: cell.nearlyBestEpoch?.mean)
        }
    }

    private static func data(
        _ results: StudyResults, _ caption: RichText, entries: ([Cell]) -> [Table.Entry]
    ) -> Table {
        let columns = results.configurations.map { configuration in
            entries(results.losses.map { results.cell(configuration, $0) })
        }
        let rows = results.losses.enumerated().map { index, loss in
            [Table.Entry(loss.title)] + columns.map { $0[index] }
        }
        let headings = results.configurations.map { configuration in
            Table.Column.numbers(
                configuration.trainSet, group: results.title(ofBackbone: configuration.backbone))
        }
        return Table(caption: caption, columns: [.words("Loss")] + headings, rows: rows)
    }
}
