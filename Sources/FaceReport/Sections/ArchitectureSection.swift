import FaceStatistics
import Charts
import Documents
import FaceRuns

/// The cost and the accuracy of each backbone.
enum ArchitectureSection {
    static func section(_ results: StudyResults) -> Section {
        var blocks: [Block] = [.table(table(results))]
        if results.backbones.count > 1 {
            blocks.append(.table(differences(results)))
            let panels = scatterPanels(results)
            if !panels.isEmpty { blocks.append(.figure(scatter(results, panels))) }
        }
        return Section("architecture", "Effect of the architecture", blocks)
    }

    private static func table(_ results: StudyResults) -> Table {
        let accuracies = results.trainSets.map {
            Table.Column.numbers($0, group: "Mean test accuracy, %")
        }
        let columns: [Table.Column] = [
            .words("Backbone"), .numbers("Parameters"), .numbers("Multiply-adds"),
            .numbers("Input, px"), .numbers("Embedding"), .numbers("Images/s"),
        ]
        return Table(
            caption: """
                Size of the backbones (without the loss’s class weights), speed of their training \
                over all their runs, and test accuracy: mean ± standard deviation over the losses.
                """,
            columns: columns + accuracies,
            rows: results.backbones.map { row(results, $0) })
    }

    private static func row(_ results: StudyResults, _ backbone: String) -> [Table.Entry] {
        let facts = results.facts(ofBackbone: backbone)
        let speed = Summary(
            results.runs.filter { $0.configuration.backbone == backbone && $0.status == .finished }
                .compactMap(\.imagesPerSecond))
        let accuracies = results.trainSets.map { trainSet in
            let means = results.losses.compactMap {
                results.cell(backbone, trainSet, $0).testAccuracy?.mean
            }
            return Format.entry(Summary(means)) { Format.percent($0) }
        }
        return [
            Table.Entry(results.title(ofBackbone: backbone)),
            Table.Entry(facts.map { Format.quantity(Double($0.parameters)) } ?? "–"),
            Table.Entry(facts.map { Format.quantity(Double($0.multiplyAdds)) } ?? "–"),
            Table.Entry(facts.map { "\($0.inputSize) × \($0.inputSize)" } ?? "–"),
            Table.Entry(facts.map { Format.count($0.embeddingSize) } ?? "–"),
            Table.Entry(speed.map { Format.significant($0.mean) } ?? "–"),
        ] + accuracies
    }

    /// Every other backbone against the smallest.
    private static func differences(_ results: StudyResults) -> Table {
        let base = results.backbones[results.backbones.count - 1]
        let others = results.backbones.dropLast()
        let pairs = others.flatMap { other in results.trainSets.map { (other, $0) } }
        let rows = results.losses.map { loss in
            [Table.Entry(loss.title)]
                + pairs.map { other, trainSet in
                    DifferenceText.entry(
                        Difference(
                            from: results.cell(base, trainSet, loss),
                            to: results.cell(other, trainSet, loss)))
                }
        }
        return Table(
            caption: """
                Change of the test accuracy from \(results.title(ofBackbone: base)) to the larger \
                backbone, in points. \(DifferenceText.note)
                """,
            columns: [.words("Loss")]
                + pairs.map { .numbers($1, group: "to \(results.title(ofBackbone: $0))") },
            rows: rows)
    }

    private static func scatter(_ results: StudyResults, _ panels: [Figure.Panel]) -> Figure {
        Figure(
            caption: """
                Test accuracy over the backbone’s cost (left) and over the speed of training \
                (right), means over the seeds. Lines connect the backbones of a loss.
                """,
            panels: panels,
            legend: results.losses.map { LegendEntry(style: $0.style, title: $0.title) })
    }

    private static func scatterPanels(_ results: StudyResults) -> [Figure.Panel] {
        let all = results.configurations.flatMap { configuration in
            results.losses.compactMap { results.cell(configuration, $0).testAccuracy?.mean }
        }
        guard !all.isEmpty else { return [] }
        let accuracy = Axis.linear(
            "test accuracy, %", covering: all.map { $0 * 100 }, limits: 0...100)
        return results.trainSets.flatMap { trainSet -> [Figure.Panel] in
            let cost = series(results, trainSet) { backbone, _ in
                results.facts(ofBackbone: backbone).map { Double($0.multiplyAdds) / 1e9 }
            }
            let speed = series(results, trainSet) { _, cell in cell.imagesPerSecond?.mean }
            return [("multiply-adds of an image, billions", cost), ("images/s in training", speed)]
                .map { title, series in
                    let axis = Axis.linear(
                        title, covering: series.flatMap(\.points).map(\.x), includesZero: true)
                    return Figure.Panel(
                        title: "Trained on \(trainSet)",
                        chart: .scatter(ScatterPlot(x: axis, y: accuracy, series: series)))
                }
        }
    }

    private static func series(
        _ results: StudyResults, _ trainSet: String, x: (String, Cell) -> Double?
    ) -> [ScatterPlot.Series] {
        results.losses.map { loss in
            let points = results.backbones.compactMap { backbone -> ScatterPlot.Point? in
                let cell = results.cell(backbone, trainSet, loss)
                guard let y = cell.testAccuracy?.mean, let x = x(backbone, cell) else { return nil }
                return ScatterPlot.Point(
                    x: x, y: y * 100, group: results.title(ofBackbone: backbone))
            }
            return ScatterPlot.Series(title: loss.title, style: loss.style, points: points)
        }
    }
}
