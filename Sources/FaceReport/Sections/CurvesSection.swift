import FaceStatistics
import Charts
import Documents
import FaceRuns
import SafeNumbers

/// Loss and accuracies by epoch.
enum CurvesSection {
    static func section(_ results: StudyResults) -> Section? {
        let configurations = results.configurations.filter { configuration in
            results.losses.contains { !results.cell(configuration, $0).drawn.isEmpty }
        }
        guard !configurations.isEmpty else { return nil }
        let quantities = Quantity.all(results)
        let figures = configurations.enumerated().map { index, configuration in
            Block.figure(figure(results, configuration, quantities, isFirst: index == 0))
        }
        return Section("curves", "Curves by epoch", figures)
    }

    /// The quantity of a panel, with the same axis in every figure.
    private struct Quantity {
        let title: String
        let axis: Axis
        let value: (ReportedRun, EpochRecord) -> Double?

        static func all(_ results: StudyResults) -> [Quantity] {
            [
                make(results, "Training loss", "loss", zero: true) { $1.loss },
                make(results, "Training accuracy", "%", percent: true) {
                    $1.trainAccuracy * 100
                },
                make(results, "Training accuracy with the margin", "%", percent: true) {
                    $1.trainAccuracyWithMargin * 100
                },
                make(results, "Test accuracy", "%", percent: true) { run, epoch in
                    run.testAccuracy(epoch).map { $0 * 100 }
                },
            ]
        }

        private static func make(
            _ results: StudyResults, _ title: String, _ unit: String, zero: Bool = false,
            percent: Bool = false, _ value: @escaping (ReportedRun, EpochRecord) -> Double?
        ) -> Quantity {
            let values = results.runs.flatMap { run in run.epochs.compactMap { value(run, $0) } }
            let axis = Axis.linear(
                unit, covering: values, includesZero: zero,
                limits: percent ? 0...100 : -Double.infinity...Double.infinity)
            return Quantity(title: title, axis: axis, value: value)
        }
    }

    private static func figure(
        _ results: StudyResults, _ configuration: Configuration, _ quantities: [Quantity],
        isFirst: Bool
    ) -> Figure {
        let epochs = results.runs.map { max($0.description.epochs, $0.epochs.last?.epoch ?? 0) }
        let axis = Axis.counting("epoch", from: 1, to: epochs.max() ?? 1)
        let panels = quantities.map { quantity in
            let lines = results.losses.map { loss in
                LineChart.Line(
                    title: loss.title, style: loss.style,
                    points: points(results.cell(configuration, loss).drawn, quantity))
            }
            return Figure.Panel(
                title: quantity.title,
                chart: .lines(LineChart(x: axis, y: quantity.axis, lines: lines)))
        }
        return Figure(
            caption: caption(results, configuration, isFirst: isFirst), panels: panels,
            legend: isFirst
                ? results.losses.map { LegendEntry(style: $0.style, title: $0.title) } : [])
    }

    private static func caption(
        _ results: StudyResults, _ configuration: Configuration, isFirst: Bool
    ) -> RichText {
        let what: RichText = "\(strong: results.title(configuration)), by epoch."
        guard isFirst else { return what }
        let bands: [RichText] =
            results.seeds > 1
            ? ["Lines are means over the seeds, bands reach from the lowest to the highest seed."]
            : []
        return .sentences(
            [what] + bands + warmUps(results) + [
                """
                Loss values of different losses are not comparable: each has its own scale and \
                margin. Accuracy with the margin is measured on logits whose target is \
                penalised. Unfinished runs are drawn only where a loss has no \
                finished one. All figures of curves have the same axes.
                """
            ])
    }

    /// Losses that change their margin or scale during training, and until when: their curves may rise
    /// there although nothing is wrong.
    private static func warmUps(_ results: StudyResults) -> [RichText] {
        let changes = results.losses.compactMap { loss -> String? in
            let runs = results.configurations.flatMap { results.cell($0, loss).drawn }
            let ends = ["lambda", "margin", "scale"].compactMap { key in
                runs.compactMap { lastChange($0.epochs, key) }.max().map { (key: key, last: $0) }
            }
            let end = runs.compactMap(\.epochs.last?.epoch).max()
            let spans = ends.map(\.last).uniqued.map { last in
                Format.list(ends.filter { $0.last == last }.map(\.key))
                    + (last == end ? " throughout" : " until epoch \(last)")
            }
            return spans.isEmpty ? nil : "\(loss.title) (\(Format.list(spans)))"
        }
        guard !changes.isEmpty else { return [] }
        return [
            """
            The margin or the scale changes during training with \
            \(Format.list(changes)): while it grows, the loss may rise although the network gets \
            better, as the training accuracy without the margin shows.
            """
        ]
    }

    /// The last epoch at whose end a quantity of the loss differs from that of the previous epoch.
    private static func lastChange(_ epochs: [EpochRecord], _ key: String) -> Int? {
        Array(zip(epochs, epochs.dropFirst())).last { before, after in
            guard let old = before.lossState[key], let new = after.lossState[key] else {
                return false
            }
            return abs(new - old) > 1e-6 * max(1, abs(old))
        }?.1.epoch
    }

    /// The mean over the runs at each epoch that they all have reached.
    private static func points(_ runs: [ReportedRun], _ quantity: Quantity) -> [LineChart.Point] {
        let byRun = runs.map { run in
            Dictionary(
                run.epochs.compactMap { epoch in
                    quantity.value(run, epoch).map { (epoch.epoch, $0) }
                }, uniquingKeysWith: { a, _ in a })
        }
        let all = byRun.flatMap(\.keys)
        return Set(all).sorted().compactMap { epoch in
            let values = byRun.compactMap { $0[epoch] }
            guard values.count == runs.count, let summary = Summary(values),
                let low = values.min(), let high = values.max()
            else { return nil }
            return LineChart.Point(
                Double(epoch), summary.mean,
                range: values.count > 1 ? ClosedRange(checked: low, high) : nil)
        }
    }
}
