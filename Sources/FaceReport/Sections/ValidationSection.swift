import Charts
import Documents

/// Epochs to the best model on held-out training identities, if a study has no test set.
enum ValidationSection {
    static func section(_ results: StudyResults) -> Section? {
        guard results.runs.contains(where: { $0.validationConvergence != nil }) else { return nil }
        return Section(
            "validation", "Convergence on held-out identities",
            [
                .paragraph(
                    """
                    There is no test set, so accuracy was measured on pairs of training identities \
                    that were held out. They come from the training set: other faces may be harder.
                    """),
                .table(table(results)),
            ])
    }

    private static func table(_ results: StudyResults) -> Table {
        Table(
            caption: """
                Accuracy on held-out training identities. First epoch: of the highest accuracy; \
                within the 95 % band of the maximum, its Wilson interval. Images: seen until the \
                epoch of the highest accuracy. Accuracy in percent.\
                \(ConvergenceSection.seedNote(results))
                """,
            columns: [
                .words("Loss"), .numbers("highest", group: "First epoch"),
                .numbers("in the band", group: "First epoch"), .numbers("Images"),
                .numbers("highest", group: "Accuracy"),
                .numbers("last epoch", group: "Accuracy"),
            ], groups: ConvergenceSection.groups(results, row))
    }

    private static func row(_ loss: LossSeries, _ cell: Cell) -> [Table.Entry] {
        func entry(
            _ number: @escaping (Double) -> String, _ value: (RunConvergence) -> Double
        ) -> Table.Entry {
            Format.entry(cell.summary { $0.validationConvergence.map(value) }, number: number)
        }
        let epoch = { Format.fixed($0, cell.finished.count > 1 ? 1 : 0) }
        return [
            Table.Entry(loss.title, key: loss.style), entry(epoch) { Double($0.best.epoch) },
            entry(epoch) { Double($0.withinBand.epoch) },
            entry(Format.quantity) { Double($0.best.images) },
            entry({ Format.percent($0) }) { $0.best.accuracy },
            entry({ Format.percent($0) }) { $0.last.accuracy },
        ]
    }
}
