import Charts
import Documents
import FaceRuns
import FaceStatistics

/// The effect of training on a pretrained network, with the untouched network in a separate row.
enum StartSection {
    static func section(_ results: StudyResults) -> Section? {
        let begun = results.configurations.filter { !starts(results, $0).isEmpty }
        guard !begun.isEmpty else { return nil }
        return Section(
            "start", "From the untouched network",
            [.table(table(results, begun)), .list(files(results))])
    }

    private static func starts(
        _ results: StudyResults, _ configuration: Configuration
    ) -> [ReportedStart] {
        results.losses.flatMap { results.cell(configuration, $0).runs.compactMap(\.start) }
    }

    private static func table(_ results: StudyResults, _ begun: [Configuration]) -> Table {
        let tests = results.testSets.map(\.name)
        let groups = begun.map { configuration in
            let untouched = tests.flatMap { test -> [Table.Entry] in
                let values = starts(results, configuration).compactMap { $0.accuracy(on: test) }
                return [
                    Format.entry(Summary(values)) { Format.percent($0) }, Table.Entry(""),
                ]
            }
            let losses = results.losses.compactMap { loss -> [Table.Entry]? in
                let cell = results.cell(configuration, loss)
                guard !cell.finished.isEmpty else { return nil }
                return [Table.Entry(loss.title, key: loss.style)]
                    + tests.flatMap { entries(cell, $0) }
            }
            return Table.Group(
                title: results.title(configuration),
                rows: [[Table.Entry("untouched")] + untouched] + losses)
        }
        return Table(
            caption: """
                Accuracy in percent of the network before training, and of each loss’s last epoch; \
                the change in points, in bold where its 95 % interval over the same pairs (and over \
                seeds, if there are several) excludes zero, without correction for multiple comparisons. A network that was \
                trained on a test set’s people is too good at the start.
                """,
            columns: [.words("Loss")]
                + tests.flatMap {
                    [Table.Column.numbers("accuracy", group: $0), .numbers("change", group: $0)]
                }, groups: groups)
    }

    private static func entries(_ cell: Cell, _ test: String) -> [Table.Entry] {
        let accuracy = Format.entry(cell.accuracy(on: test)) { Format.percent($0) }
        let changes = cell.finished.compactMap { run -> Double? in
            guard let before = run.start?.accuracy(on: test),
                let after = run.result?.tests.named(test)?.accuracy
            else { return nil }
            return after - before
        }
        guard let change = Summary(changes) else { return [accuracy, .missing] }
        let interval = estimate(cell, test).map { $0.interval() ?? $0.pairInterval() }
        return [
            accuracy,
            Table.Entry(
                Format.signed(change.mean * 100, 2),
                detail: change.standardDeviation.map { "± " + Format.percent($0) },
                isBest: interval.map { !$0.contains(0) } ?? false),
        ]
    }

    /// The change of each pair's outcome, over the seeds.
    private static func estimate(_ cell: Cell, _ test: String) -> SeedPairEstimate? {
        let pairs = cell.finished.compactMap { $0.outcomes[test]?.pairs }.first
        guard let pairs, let design = try? pairs.design() else { return nil }
        let changes = cell.finished.compactMap { run -> [Double]? in
            guard let after = run.outcomes[test], let before = run.start?.outcomes[test],
                after.pairs == pairs, before.pairs == pairs
            else { return nil }
            return zip(after.values, before.values).map { $0 - $1 }
        }
        return try? SeedPairEstimate(changes, design)
    }

    /// The files of the pretrained networks, and their tensors.
    private static func files(_ results: StudyResults) -> [RichText] {
        var seen: [String] = []
        for run in results.runs {
            guard let record = run.start?.record else { continue }
            let text =
                "\(record.facts.file) (SHA-256 \(record.facts.contentHash.prefix(12))…): "
                + record.summary
            if !seen.contains(text) { seen.append(text) }
        }
        return seen.map { RichText($0) }
    }
}
