import Charts
import Documents
import FaceRuns
import FaceStatistics
import SafeNumbers

/// The effect of another training set.
enum TrainingSetSection {
    static func section(_ results: StudyResults) -> Section? {
        guard results.trainSets.count > 1 else { return nil }
        let pairs = results.trainSets.dropFirst().flatMap { other in
            results.backbones.map { (other, $0) }
        }
        let rows = results.losses.map { loss in
            [Table.Entry(loss.title)]
                + pairs.map { other, backbone in
                    DifferenceText.entry(difference(results, backbone, other, loss))
                }
        }
        let table = Table(
            caption: """
                Change of the test accuracy from training set \(results.trainSets[0]) to another, \
                in points. \(DifferenceText.note)
                """,
            columns: [.words("Loss")]
                + pairs.map { .numbers(results.title(ofBackbone: $1), group: "to \($0)") },
            rows: rows)
        var blocks: [Block] = [.paragraph(sizes(results)), .table(table)]
        if let figure = figure(results, pairs) { blocks.append(.figure(figure)) }
        return Section("training-set", "Effect of the training set", blocks)
    }

    private static func sizes(_ results: StudyResults) -> RichText {
        let texts = results.trainSets.compactMap { name in
            results.facts(ofTrainSet: name).map {
                "\(name) has \(Format.count($0.images, "image")) of "
                    + Format.count($0.identities, "identity", plural: "identities")
            }
        }
        return RichText(Format.list(texts) + ".")
    }

    private static func difference(
        _ results: StudyResults, _ backbone: String, _ other: String, _ loss: LossSeries
    ) -> Difference? {
        Difference(
            from: results.cell(backbone, results.trainSets[0], loss),
            to: results.cell(backbone, other, loss))
    }

    private static func figure(
        _ results: StudyResults, _ pairs: [(String, String)]
    ) -> Figure? {
        let panels = pairs.map { other, backbone in
            let rows = results.losses.map { loss in
                row(loss, difference(results, backbone, other, loss))
            }
            return ("\(results.title(ofBackbone: backbone)), to \(other)", rows)
        }
        let values = panels.flatMap(\.1).flatMap { row in
            row.seeds + (row.whisker.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        guard !values.isEmpty else { return nil }
        let axis = Axis.linear(
            "change of test accuracy, points", covering: values, includesZero: true, atMost: 5)
        return Figure(
            caption: """
                The same differences with their 95 % intervals over seeds and pairs (with one \
                seed over pairs alone).
                """,
            panels: panels.map {
                Figure.Panel(title: $0, chart: .dots(DotPlot(x: axis, rows: $1)))
            })
    }

    private static func row(_ loss: LossSeries, _ difference: Difference?) -> DotPlot.Row {
        guard let difference else {
            return DotPlot.Row(title: loss.title, style: loss.style, value: nil, text: "–")
        }
        let mean = difference.summary.mean * 100
        return DotPlot.Row(
            title: loss.title, style: loss.style, value: mean, text: Format.signed(mean, 2),
            whisker: difference.interval.flatMap {
                ClosedRange(checked: $0.lower * 100, $0.upper * 100)
            },
            seeds: difference.summary.values.map { $0 * 100 })
    }
}
