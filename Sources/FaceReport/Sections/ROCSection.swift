import FaceEvaluation
import FaceRuns
import Foundation

/// ROC curves and what is read off them.
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
        let settings = results.settings.filter { setting in
            results.losses.contains { !curves(results.cell(setting, $0)).isEmpty }
        }
        let pairs = settings.flatMap { setting in
            results.losses.flatMap { curves(results.cell(setting, $0)).map(\.negatives) }
        }
        guard let most = pairs.max() else { return nil }
        let x = Axis.shares("false acceptance rate", from: 1 / Double(most))
        let y = Axis(
            title: "true acceptance rate, %", domain: 0...100,
            ticks: [0, 20, 40, 60, 80, 100].map { .init(value: $0, label: "\(Int($0))") })
        let panels = settings.map { setting in
            let lines = results.losses.map { loss in
                LineChart.Line(
                    title: loss.title, style: loss.style,
                    points: points(curves(results.cell(setting, loss)), x))
            }
            return Figure.Panel(
                title: results.title(setting),
                chart: .lines(LineChart(x: x, y: y, lines: lines, naming: .inCorner)))
        }
        return Figure(caption: caption(results, most), panels: panels)
    }

    private static func caption(_ results: StudyResults, _ pairs: Int) -> RichText {
        let test = results.testSets.first?.name ?? "the test set"
        let mean = results.seeds > 1 ? ", means over the seeds" : ""
        let smallest = Format.count(pairs, "pair")
        return """
            ROC curves on \(test) for the last epoch’s model\(mean). With \(smallest) of two \
            persons, a rate below \(Format.significantShare(1 / Double(pairs))) stands for no pair \
            at all.
            """
    }

    /// The mean curve at rates that are evenly spaced on the axis.
    private static func points(_ curves: [ROCCurve], _ axis: Axis) -> [LineChart.Point] {
        guard !curves.isEmpty else { return [] }
        let (low, high) = (log10(axis.domain.lowerBound), log10(axis.domain.upperBound))
        let count = 140
        let points = (0...count).map { index in
            let rate = pow(10, low + (high - low) * Double(index) / Double(count))
            let sum = curves.reduce(0) { $0 + $1.trueAcceptance(atFalseAcceptance: rate) }
            return LineChart.Point(rate, 100 * sum / Double(curves.count))
        }
        // Where the curve is level, its ends are enough.
        return points.indices.filter { index in
            index == 0 || index == count || points[index].y != points[index - 1].y
                || points[index].y != points[index + 1].y
        }.map { points[$0] }
    }

    private static func table(_ results: StudyResults) -> Table {
        let groups = results.settings.map { setting in
            Table.Group(
                title: results.title(setting),
                rows: results.losses.map { row($0, results.cell(setting, $0)) })
        }
        return Table(
            caption: """
                Area under the ROC curve, equal error rate, true acceptance rate at a false \
                acceptance rate of 0.001, threshold in squared L2 distance, and mean norm of the \
                embeddings before they are normalised.
                """,
            columns: [
                .words("Loss"), .numbers("AUC"), .numbers("EER, %"),
                .numbers("TAR at 0.001, %"), .numbers("Threshold"), .numbers("Mean norm"),
            ],
            groups: groups)
    }

    private static func row(_ loss: LossSeries, _ cell: Cell) -> [Table.Entry] {
        func entry(
            _ value: (TestResult) -> Double, _ number: (Double) -> String
        ) -> Table.Entry {
            Format.entry(cell.spread { $0.primaryResult.map(value) }, number: number)
        }
        return [
            Table.Entry(loss.title),
            entry(\.auc) { Format.fixed($0, 4) },
            entry(\.eer) { Format.percent($0) },
            entry(\.tarAtFar1e3) { Format.percent($0, 1) },
            entry(\.threshold) { Format.fixed($0, 3) },
            entry(\.meanNorm) { Format.fixed($0, 2) },
        ]
    }
}

extension Format {
    /// A small share with two significant digits.
    static func significantShare(_ share: Double) -> String {
        guard share > 0 else { return "0" }
        return fixed(share, max(2, 1 - Int(log10(share).rounded(.down))))
    }
}
