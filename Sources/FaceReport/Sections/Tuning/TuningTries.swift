import Charts
import Documents
import FaceRuns

/// Tables of all tries of a study, and the failed ones with their reasons.
enum TuningTries {
    static func blocks(_ study: TunedStudy) -> [Block] {
        let failed = study.losses.flatMap { loss in loss.failed.map { sentence($0, loss, study) } }
        let failures: [Block] =
            failed.isEmpty
            ? []
            : [
                .heading("Tries that failed"),
                .paragraph("A failed try counts as a try, and is never chosen."), .list(failed),
            ]
        let tables = study.losses.filter { !$0.cell.tries.isEmpty }.map {
            Block.table(table($0, study))
        }
        return failures + (tables.isEmpty ? [] : [.details("All tries", tables)])
    }

    private static func sentence(
        _ item: TuningTry, _ loss: TunedLoss, _ study: TunedStudy
    ) -> RichText {
        let place = study.configurations.count > 1 ? ", \(study.title(loss.configuration))" : ""
        let values = loss.cell.space.compactMap { parameter in
            item.values[parameter.name].map {
                "\(TuningGains.symbol(parameter)) \(Format.short($0))"
            }
        }.joined(separator: ", ")
        let reason = item.reason.map { PathShortener().text($0) } ?? "no reason was recorded"
        return """
            \(strong: loss.cell.lossTitle)\(place), try \(item.index + 1) (\(values)): \
            \(reason)\(reason.hasSuffix(".") ? "" : ".")
            """
    }

    private static func table(_ loss: TunedLoss, _ study: TunedStudy) -> Table {
        let hasRungs = loss.cell.budget.rungs.count > 1
        let rows = loss.cell.tries.enumerated().map { place, item -> [Table.Entry] in
            let isChosen = place == loss.cell.chosen
            let number = item.index == 0 ? "1 (default)" : Format.count(item.index + 1)
            let score: Table.Entry =
                switch item.state {
                case .failed: Table.Entry("failed")
                case .pending: .missing
                case .finished:
                    Table.Entry(
                        item.accuracy.map { Format.percent($0) } ?? "–",
                        detail: item.standardError.map { "± " + Format.percent($0) },
                        isBest: isChosen)
                }
            return [Table.Entry(isChosen ? number + ", chosen" : number)]
                + (hasRungs ? [Table.Entry(Format.count(item.epochs))] : [])
                + loss.cell.space.map { parameter in
                    Table.Entry(item.values[parameter.name].map(Format.short) ?? "auto")
                } + [score]
        }
        let place = study.configurations.count > 1 ? ", \(study.title(loss.configuration))" : ""
        return Table(
            caption: """
                \(loss.cell.lossTitle)\(place): every try with its validation accuracy in percent and \
                one binomial standard error, which is at least that large since pairs share people.
                """,
            columns: [.words("Try")] + (hasRungs ? [.numbers("Epochs")] : [])
                + loss.cell.space.map { .numbers(TuningGains.symbol($0)) }
                + [.numbers("Validation accuracy")],
            rows: rows)
    }
}
