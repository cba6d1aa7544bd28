import Charts
import Documents
import FaceRuns
import FaceStatistics

/// How easy each loss is to tune, and the cost of tuning.
enum TuningEase {
    /// Largest distance from the best score at which a try counts as near; 0...1.
    private static let near = 0.01

    static func blocks(_ study: TunedStudy) -> [Block] {
        [.heading("How easy a loss is to tune, and what was spent"), .table(table(study))]
            + [.paragraph(spent(study))]
    }

    private static func table(_ study: TunedStudy) -> Table {
        let groups = study.configurations.map { configuration in
            Table.Group(
                title: study.title(configuration), rows: study.losses(configuration).map(row))
        }
        return Table(
            caption: """
                Tries of each loss\(TuningBudgetFigures.rungNote(study)), with the number of its tuned \
                parameters: validation accuracy in percent of the default, of the median and of the \
                best try, and the fraction of tries within a point of it: the larger it is, the less \
                the values matter. Spent: images and time of all tries.
                """,
            columns: [
                .words("Loss"), .numbers("Tuned"), .numbers("finished", group: "Tries"),
                .numbers("failed", group: "Tries"), .numbers("default", group: "Accuracy, %"),
                .numbers("median", group: "Accuracy, %"), .numbers("best", group: "Accuracy, %"),
                .numbers("Near, %"), .numbers("images", group: "Spent"),
                .numbers("time", group: "Spent"),
            ], groups: groups)
    }

    private static func row(_ loss: TunedLoss) -> [Table.Entry] {
        func percent(_ value: Double?) -> Table.Entry {
            Table.Entry(value.map { Format.percent($0) } ?? "–")
        }
        let tries = loss.cell.tries
        let ended = tries.filter { $0.state != .pending }
        return [
            Table.Entry(loss.cell.lossTitle, key: loss.style),
            Table.Entry(Format.count(loss.cell.space.count)),
            Table.Entry(Format.count(tries.count { $0.state == .finished })),
            Table.Entry(Format.count(loss.failed.count)),
            percent(loss.firstRung.first { $0.index == 0 }?.accuracy),
            percent(Summary(loss.scores)?.quantiles([0.5])[0]), percent(loss.scores.max()),
            Table.Entry(loss.fraction(within: near).map { Format.percent($0, 0) } ?? "–"),
            Table.Entry(Format.quantity(ended.reduce(0) { $0 + Double($1.images) })),
            Table.Entry(Format.duration(ended.reduce(0) { $0 + $1.seconds })),
        ]
    }

    private static func spent(_ study: TunedStudy) -> RichText {
        let tries = study.losses.flatMap(\.cell.tries)
        let ended = tries.filter { $0.state != .pending }
        let images = ended.reduce(0) { $0 + Double($1.images) }
        let seconds = ended.reduce(0) { $0 + $1.seconds }
        var sentences: [RichText] = [
            """
            In all, \(Format.count(ended.count, "try", plural: "tries")) saw \
            \(Format.quantity(images)) images in \(Format.duration(seconds)).
            """
        ]
        let pending = tries.count - ended.count
        if pending > 0 {
            sentences.append(
                "\(Format.count(pending, "try", plural: "tries")) \(pending == 1 ? "remains" : "remain")."
            )
        }
        let easiest = study.losses.compactMap { loss in
            loss.fraction(within: near).map { (loss.cell.lossTitle, $0) }
        }
        if study.configurations.count == 1, easiest.count > 1,
            let high = easiest.max(by: { $0.1 < $1.1 }), let low = easiest.min(by: { $0.1 < $1.1 }),
            high.1 > low.1
        {
            sentences.append(
                """
                \(high.0) is the easiest to tune (\(Format.percent(high.1, 0)) % of its tries are \
                within a point of its best), \(low.0) the hardest (\(Format.percent(low.1, 0)) %).
                """)
        }
        return .sentences(sentences)
    }
}
