import Charts
import Documents
import FaceRuns
import FaceStatistics

/// The dependence of the ranking on the budget: the expected best score of n tries of each loss.
enum TuningBudgetFigures {
    static func blocks(_ study: TunedStudy) -> [Block] {
        let panels = study.configurations.compactMap { panel($0, study) }
        guard !panels.isEmpty else { return [] }
        return [
            .heading("How the ranking depends on the budget"), .paragraph(text(study)),
            .figure(
                Figure(
                    caption: """
                        Expected validation accuracy of the best of n tries (Dodge et al. 2019). \
                        Bands reach one standard deviation of that best score to both sides, by the \
                        variance of the same distribution, cut at the lowest and highest score seen\
                        \(rungNote(study)). Failed tries count as guessing.
                        """, panels: panels, data: table(study))),
        ]
    }

    /// A note that a figure shows the first rung, if some tries were repeated with longer schedules.
    static func rungNote(_ study: TunedStudy) -> String {
        study.record.cells.contains { $0.budget.rungs.count > 1 }
            ? "; of the first schedule, which all tries had" : ""
    }

    /// The loss that leads after one try, and after all, in each configuration.
    private static func text(_ study: TunedStudy) -> RichText {
        let sentences = study.configurations.compactMap { configuration -> RichText? in
            let curves = study.losses(configuration).compactMap { loss in
                loss.expected.map { (loss.cell.lossTitle, $0.points) }
            }
            guard curves.count > 1, let tries = curves.map(\.1.count).min() else { return nil }
            let place =
                study.configurations.count > 1 ? "\(study.title(configuration)): " : ""
            let leaders = (0..<tries).map { index in
                curves.max { $0.1[index].mean < $1.1[index].mean }?.0 ?? ""
            }
            guard let first = leaders.first, let last = leaders.last else { return nil }
            guard first != last else {
                return """
                    \(place)\(first) is ahead with one random try as well as with the best of \
                    \(Format.count(tries)).
                    """
            }
            let change = (leaders.lastIndex { $0 != last } ?? 0) + 2
            return """
                \(place)With a single random try, \(first) has the highest expected accuracy; from \
                \(Format.count(change, "try", plural: "tries")) on, \(last) has.
                """
        }
        let what: RichText = """
            Which loss looks best depends on how much was spent on it. The scores are those of the \
            held-out identities, with one seed.
            """
        return .sentences([what] + sentences)
    }

    private static func panel(_ configuration: Configuration, _ study: TunedStudy) -> Figure.Panel?
    {
        let lines = study.losses(configuration).compactMap { loss -> LineChart.Line? in
            loss.expected.map { curve in
                LineChart.Line(
                    title: loss.cell.lossTitle, style: loss.style,
                    points: curve.points.map { point in
                        LineChart.Point(
                            Double(point.tries), point.mean * 100,
                            range: point.band.lower * 100...point.band.upper * 100)
                    })
            }
        }
        guard let most = lines.map(\.points.count).max(), most > 1 else { return nil }
        // The wide band of a single try, which may have failed, would compress the rest.
        let ends = lines.flatMap { line in
            line.points.map(\.y) + line.points.dropFirst(3).compactMap(\.range?.lowerBound)
                + line.points.compactMap(\.range?.upperBound)
        }
        return Figure.Panel(
            title: study.title(configuration),
            chart: .lines(
                LineChart(
                    x: .counting("tries", from: 1, to: most),
                    y: .linear(
                        "expected best validation accuracy, %", covering: ends, limits: 0...100),
                    lines: lines)))
    }

    /// The curves' numbers at 1, 2, 4, 8, … tries and at the last.
    private static func table(_ study: TunedStudy) -> Table {
        let most = study.losses.compactMap { $0.expected?.points.count }.max() ?? 1
        var tries = Array(sequence(first: 1) { $0 * 2 < most ? $0 * 2 : nil })
        if most > 1 { tries.append(most) }
        let groups = study.configurations.map { configuration in
            let rows = study.losses(configuration).compactMap { loss -> [Table.Entry]? in
                guard let points = loss.expected?.points else { return nil }
                return [Table.Entry(loss.cell.lossTitle, key: loss.style)]
                    + tries.map { count in
                        guard points.indices.contains(count - 1) else { return .missing }
                        let point = points[count - 1]
                        return Table.Entry(
                            Format.percent(point.mean),
                            detail: "± " + Format.percent(point.standardDeviation))
                    }
            }
            return Table.Group(title: study.title(configuration), rows: rows)
        }
        return Table(
            caption: """
                Expected validation accuracy of the best of n tries, in percent, with its \
                standard deviation.
                """,
            columns: [.words("Loss")]
                + tries.map { .numbers(Format.count($0, "try", plural: "tries")) },
            groups: groups)
    }
}
