import Charts
import Documents
import FaceRuns
import FaceStatistics

/// Epochs to the best model by several definitions, and the accuracy with each way to choose an epoch.
enum ConvergenceSection {
    static func section(_ results: StudyResults) -> Section? {
        let runs = results.runs.compactMap(\.convergence)
        guard !runs.isEmpty else { return nil }
        return Section(
            "convergence", "Convergence and choice of epoch",
            [
                .paragraph(text(results, runs)), .table(epochTable(results)),
                .table(choiceTable(results)),
            ])
    }

    private static func text(_ results: StudyResults, _ runs: [RunConvergence]) -> RichText {
        let validated = runs.count { $0.validated != nil }
        let forms: RichText = """
            The first epoch of the highest test accuracy, which the paper reports, is the position of \
            a noise maximum on a flat curve. The first epoch within the 95 % band of the maximum \
            is robust to the noise, but both are chosen on the test set.
            """
        guard validated > 0 else {
            return forms + """
                 No identities were held out in this study, so an epoch could be chosen only on the \
                test set: \(code: "--validation identities=0.05") holds out some of the \
                training identities for it.
                """
        }
        return forms + """
             The validated epoch is chosen on pairs of held-out training identities, so that its \
            test accuracy is unbiased.
            """
    }

    private static func epochTable(_ results: StudyResults) -> Table {
        let hasValidation = results.runs.contains { $0.convergence?.validated != nil }
        let validation: [Table.Column] =
            hasValidation ? [.numbers("validated", group: "First epoch")] : []
        return Table(
            caption: """
                Convergence on \(results.testSets.first?.name ?? "the test set"). First epoch: of \
                the highest test accuracy (the paper’s); within the 95 % band of the maximum, its \
                Wilson interval on the pairs it was measured on; 95 % of the way from the \
                first epoch’s accuracy to the highest\(hasValidation ? "; of the highest accuracy on held-out training identities" : ""). \
                Images: seen until the epoch within the band. Area: mean test accuracy from the \
                first epoch to the last, over the images seen, in percent.\(seedNote(results))
                """,
            columns: [
                .words("Loss"), .numbers("highest", group: "First epoch"),
                .numbers("in the band", group: "First epoch"),
                .numbers("95 % of the way", group: "First epoch"),
            ] + validation + [.numbers("Images"), .numbers("Area, %")],
            groups: groups(results) { epochRow($0, $1, hasValidation) })
    }

    static func seedNote(_ results: StudyResults) -> String {
        results.seeds > 1 ? " Mean ± standard deviation over the seeds." : ""
    }

    static func groups(
        _ results: StudyResults, _ row: (LossSeries, Cell) -> [Table.Entry]
    ) -> [Table.Group] {
        results.configurations.map { configuration in
            let rows = results.losses.compactMap { loss -> [Table.Entry]? in
                let cell = results.cell(configuration, loss)
                return cell.finished.isEmpty ? nil : row(loss, cell)
            }
            return Table.Group(title: results.title(configuration), rows: rows)
        }
    }

    private static func epochRow(
        _ loss: LossSeries, _ cell: Cell, _ hasValidation: Bool
    ) -> [Table.Entry] {
        func entry(_ value: (RunConvergence) -> Double?) -> Table.Entry {
            let summary = cell.summary { $0.convergence.flatMap(value) }
            return Format.entry(summary) { Format.fixed($0, summary?.count ?? 1 > 1 ? 1 : 0) }
        }
        let way = Format.entry(cell.nearlyBestEpoch) {
            Format.fixed($0, cell.nearlyBestEpoch?.count ?? 1 > 1 ? 1 : 0)
        }
        let images = cell.summary { $0.convergence.map { Double($0.withinBand.images) } }
        let validated = hasValidation ? [entry { $0.validated.map { Double($0.epoch) } }] : []
        return [
            Table.Entry(loss.title, key: loss.style), entry { Double($0.best.epoch) },
            entry { Double($0.withinBand.epoch) }, way,
        ] + validated + [
            Format.entry(images) {
                // A deviation of 0 images has no decimals.
                $0 == 0 ? "0" : Format.quantity($0, as: images?.mean ?? $0)
            },
            Format.entry(cell.summary { $0.convergence?.area }) { Format.percent($0) },
        ]
    }

    private static func choiceTable(_ results: StudyResults) -> Table {
        Table(
            caption: """
                Test accuracy in percent by which epoch’s model is taken: the last one; the one \
                chosen on held-out training identities; and the one chosen on the test set itself, \
                which is optimistic.\(pairsNote(results))\(seedNote(results))
                """,
            columns: [
                .words("Loss"), .numbers("Last epoch"), .numbers("Validated epoch"),
                .numbers("Best on the test set (optimistic)"), .numbers("Optimism, points"),
            ], groups: groups(results, choiceRow))
    }

    private static func pairsNote(_ results: StudyResults) -> String {
        guard let test = results.testSets.first, test.pairsEachEpoch < test.pairs else { return "" }
        return " All epochs but the last were tested on \(Format.count(test.pairsEachEpoch)) of "
            + "the \(Format.count(test.pairs)) pairs."
    }

    private static func choiceRow(_ loss: LossSeries, _ cell: Cell) -> [Table.Entry] {
        func entry(_ value: (RunConvergence) -> Double?) -> Table.Entry {
            Format.entry(cell.summary { $0.convergence.flatMap(value) }) { Format.percent($0) }
        }
        return [
            Table.Entry(loss.title, key: loss.style), entry { $0.last.accuracy },
            entry { $0.validated?.accuracy }, entry { $0.best.accuracy },
            entry { $0.best.accuracy - ($0.validated ?? $0.last).accuracy },
        ]
    }
}
