import Charts
import Documents
import FaceEvaluation
import FaceRuns
import FaceStatistics
import Foundation
import SafeNumbers

/// ROC curves and rates read from them.
enum ROCSection {
    static func section(_ results: StudyResults) -> Section? {
        guard results.count(.finished) > 0 else { return nil }
        let figure = figure(results).map { [Block.figure($0)] } ?? []
        return Section("roc", "Verification at every threshold", figure + [.table(table(results))])
    }

    private static func curves(_ cell: Cell) -> [ROCCurve] {
        cell.finished.compactMap { run in run.primaryTest.flatMap { run.curves[$0.name] } }
    }

    private static func figure(_ results: StudyResults) -> Figure? {
        let configurations = results.configurations.filter { configuration in
            results.losses.contains { !curves(results.cell(configuration, $0)).isEmpty }
        }
        let all = configurations.flatMap { configuration in
            results.losses.flatMap { curves(results.cell(configuration, $0)) }
        }
        guard let most = all.map(\.negatives).max(), let few = all.map(\.positives).max() else {
            return nil
        }
        let x = Axis.fractions("false acceptance rate", from: 1 / Double(most))
        let y = Axis(
            title: "true acceptance rate, %", domain: 0...100,
            ticks: [0, 20, 40, 60, 80, 100].map { .init(value: $0, label: Format.whole($0)) })
        let panels = configurations.flatMap { configuration in
            [
                panel(results, configuration, "ROC", x, y) { 100 * $0 },
                panel(
                    results, configuration, "DET", x,
                    .fractions("false rejection rate", from: 1 / Double(few))
                ) { 1 - $0 },
            ]
        }
        return Figure(caption: caption(results, most), panels: panels)
    }

    private static func panel(
        _ results: StudyResults, _ configuration: Configuration, _ kind: String, _ x: Axis,
        _ y: Axis,
        _ value: (Double) -> Double
    ) -> Figure.Panel {
        let lines = results.losses.map { loss in
            LineChart.Line(
                title: loss.title, style: loss.style,
                points: points(curves(results.cell(configuration, loss)), x, value))
        }
        return Figure.Panel(
            title: "\(results.title(configuration)), \(kind)",
            chart: .lines(LineChart(x: x, y: y, lines: lines, naming: .inCorner)))
    }

    private static func caption(_ results: StudyResults, _ pairs: Int) -> RichText {
        let test = results.testSets.first?.name ?? "the test set"
        let bands =
            results.seeds > 1
            ? "means over the seeds, bands from the lowest to the highest"
            : "bands are 95 % intervals for the number of pairs of one person (Wilson)"
        let smallest = Format.count(pairs, "pair")
        return """
            ROC and DET curves on \(test) for the last epoch’s model; \(bands). The DET curve has \
            the false rejection rate on a logarithmic axis, which separates good models. With \
            \(smallest) of two people, a rate below \
            \(Format.significantFraction(1 / Double(pairs))) corresponds to no pair at all.
            """
    }

    /// The mean curve at rates that are evenly spaced on the axis, with its band.
    private static func points(
        _ curves: [ROCCurve], _ axis: Axis, _ value: (Double) -> Double
    ) -> [LineChart.Point] {
        guard !curves.isEmpty else { return [] }
        let (low, high) = (log10(axis.domain.lowerBound), log10(axis.domain.upperBound))
        let count = 140
        let points = (0...count).map { index in
            let rate = pow(10, low + (high - low) * Double(index) / Double(count))
            let rates = curves.map { $0.tar(atFAR: rate) }
            let ends = band(rates, positives: curves[0].positives).map(value).sorted()
            let mean = rates.reduce(0, +) / Double(rates.count)
            return LineChart.Point(rate, value(mean), range: ClosedRange(checked: ends[0], ends[1]))
        }
        // On a horizontal segment, the end points suffice.
        return points.indices.filter { index in
            index == 0 || index == count || points[index].y != points[index - 1].y
                || points[index].y != points[index + 1].y
        }.map { points[$0] }
    }

    /// The lowest and the highest rate of the seeds, or the interval of a single one.
    private static func band(_ rates: [Double], positives: Int) -> [Double] {
        if rates.count > 1 { return [rates.min() ?? 0, rates.max() ?? 1] }
        let interval = BinomialInterval.wilson(fraction: rates[0], of: positives)
        return [interval.lower, interval.upper]
    }

    private static func table(_ results: StudyResults) -> Table {
        let groups = results.configurations.map { configuration in
            Table.Group(
                title: results.title(configuration),
                rows: results.losses.map { row($0, results.cell(configuration, $0)) })
        }
        return Table(
            caption: """
                Area under the ROC curve, equal error rate, true acceptance rate (TAR) at a false \
                acceptance rate of 0.001\(needed), threshold in squared L2 distance, and mean norm \
                of the embeddings before they are normalised.
                """,
            columns: [
                .words("Loss"), .numbers("AUC"), .numbers("EER, %"),
                .numbers("TAR at 0.001, %"), .numbers("Threshold"), .numbers("Mean norm"),
            ],
            groups: groups)
    }

    /// The number of impostor pairs that the true acceptance rate needs.
    private static var needed: String {
        OperatingPoint.negativesNeeded(forRate: ReportedRun.statedFAR).map {
            " (where there are \(Format.count($0)) pairs of two people)"
        } ?? ""
    }

    private static func row(_ loss: LossSeries, _ cell: Cell) -> [Table.Entry] {
        func entry(
            _ value: (TestResult) -> Double?, _ number: (Double) -> String
        ) -> Table.Entry {
            Format.entry(cell.summary { $0.primaryResult.flatMap(value) }, number: number)
        }
        return [
            Table.Entry(loss.title),
            entry(\.auc) { Format.fixed($0, 4) },
            entry(\.eer) { Format.percent($0) },
            Format.entry(cell.summary(\.supportedTAR)) { Format.percent($0, 1) },
            entry(\.threshold) { Format.fixed($0, 3) },
            entry(\.meanNorm) { Format.fixed($0, 2) },
        ]
    }
}

extension Format {
    /// A small fraction with two significant digits.
    static func significantFraction(_ fraction: Double) -> String {
        guard fraction > 0 else { return "0" }
        return fixed(
            fraction, max(2, min(12, 1 - Int(saturating: max(-99, log10(fraction).rounded(.down)))))
        )
    }
}
