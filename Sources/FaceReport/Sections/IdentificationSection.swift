import Charts
import Documents
import FaceEvaluation
import FaceRuns
import FaceStatistics

/// What the losses score on test sets of templates, and which of them differ there.
enum IdentificationSection {
    static func section(_ results: StudyResults) -> Section? {
        let names = results.templateSets
        var blocks: [Block] = []
        for name in names {
            for configuration in results.configurations {
                blocks += self.blocks(name, configuration, results)
            }
        }
        guard !blocks.isEmpty else { return nil }
        return Section("identification", "Templates and identification", blocks)
    }

    /// A loss with what its seeds scored.
    private struct Row {
        let loss: LossSeries
        let reports: [TemplateReport]

        /// The values of a figure on the draws of people, seed by seed.
        func replicates(_ measure: TemplateReport.Measure) -> [PeopleReplicates] {
            reports.compactMap { report in
                report.figures.first { $0.measure == measure && $0.value != nil }?.replicates
            }
        }

        func estimate(_ measure: TemplateReport.Measure) -> SeedPeopleEstimate? {
            let all = replicates(measure)
            return all.count == reports.count ? SeedPeopleEstimate(all) : nil
        }
    }

    private static func blocks(
        _ name: String, _ configuration: Configuration, _ results: StudyResults
    ) -> [Block] {
        let rows = results.losses.compactMap { loss -> Row? in
            let cell = results.cell(configuration, loss)
            let reports = cell.finished.compactMap { $0.templates[name] }
            return reports.isEmpty ? nil : Row(loss: loss, reports: reports)
        }
        guard let first = rows.first?.reports.first else { return [] }
        let measures = first.figures.map(\.measure).filter { measure in
            rows.contains { $0.estimate(measure) != nil }
        }
        let title = "\(name), \(results.title(configuration))"
        var blocks: [Block] = [.heading(title), .paragraph(TemplateSection.facts(first))]
        guard !measures.isEmpty else {
            return blocks + [.caveats(first.warnings.map { RichText($0) })]
        }
        blocks.append(.table(table(rows, measures, seeds: rows.map(\.reports.count).max() ?? 1)))
        if let differences = differences(rows, measures) { blocks.append(.table(differences)) }
        let panels = panels(rows)
        if !panels.isEmpty {
            blocks.append(
                .figure(
                    Figure(
                        caption: """
                            The first seed of each loss. CMC: the share of probes found at a rank or better. DET: false \
                            negative over false positive identification rate, the lower the better.
                            """, panels: panels)))
        }
        return blocks + [.caveats(first.warnings.map { RichText($0) })]
    }

    private static func table(
        _ rows: [Row], _ measures: [TemplateReport.Measure], seeds: Int
    ) -> Table {
        let best = measures.map { measure in rows.compactMap { $0.estimate(measure)?.mean }.max() }
        let lines = rows.map { row -> [Table.Entry] in
            [Table.Entry(row.loss.title, key: row.loss.style)]
                + zip(measures, best).map { measure, best in
                    guard let estimate = row.estimate(measure) else { return .missing }
                    let interval = estimate.interval()
                    return Table.Entry(
                        Format.percent(estimate.mean),
                        detail: TemplateSection.range([
                            max(0, interval.lower), min(1, interval.upper),
                        ]),
                        isBest: rows.count > 1 && estimate.mean == best)
                }
        }
        let over =
            seeds > 1
            ? "other people and other seeds" : "other people; one seed tells nothing of others"
        return Table(
            caption: """
                Percent, with the 95 % interval for \(over). TAR: true acceptance rate at a false acceptance rate. \
                TPIR: share of enrolled people’s probes found at rank 1 and above the threshold of a false positive \
                identification rate.
                """,
            columns: [.words("Loss")] + measures.map { .numbers($0.title) }, rows: lines)
    }

    /// Each loss against the best of each measure, on the same templates.
    private static func differences(
        _ rows: [Row], _ measures: [TemplateReport.Measure]
    ) -> Table? {
        var found: [(measure: String, best: Row, other: Row, estimate: SeedPeopleEstimate)] = []
        for measure in measures {
            let known = rows.filter { $0.estimate(measure) != nil }
            let best = known.max {
                ($0.estimate(measure)?.mean ?? 0) < ($1.estimate(measure)?.mean ?? 0)
            }
            guard let best else { continue }
            for other in known where other.loss != best.loss {
                let estimate = SeedPeopleEstimate.difference(
                    best.replicates(measure), other.replicates(measure))
                if let estimate { found.append((measure.title, best, other, estimate)) }
            }
        }
        guard !found.isEmpty else { return nil }
        let corrected = HolmCorrection.adjusted(found.map(\.estimate.pValue))
        let lines = zip(found, corrected).map { item, p -> [Table.Entry] in
            let interval = item.estimate.interval()
            return [
                Table.Entry(item.measure),
                Table.Entry(item.best.loss.title, key: item.best.loss.style),
                Table.Entry(item.other.loss.title, key: item.other.loss.style),
                Table.Entry(
                    Format.percent(item.estimate.mean),
                    detail: TemplateSection.range([interval.lower, interval.upper])),
                Table.Entry(ComparisonText.probability(p)),
                Table.Entry(p < 0.05 ? "differ" : "not told apart"),
            ]
        }
        return Table(
            caption: """
                The best loss of each measure against the others on the same templates, in percentage points, with \
                95 % intervals; p is corrected for all comparisons of this table (Holm).
                """,
            columns: [
                .words("Measure"), .words("Best"), .words("Other"), .numbers("Difference"),
                .numbers("p"),
                .words("Verdict"),
            ], rows: lines)
    }

    private static func panels(_ rows: [Row]) -> [Figure.Panel] {
        let firsts = rows.compactMap { row in row.reports.first.map { (row.loss.title, $0) } }
        return [
            TemplateSection.matches(firsts.map { ($0.0, $0.1.cumulativeMatches) }).map {
                Figure.Panel(title: "CMC", chart: $0)
            },
            TemplateSection.errors(firsts.map { ($0.0, $0.1.errorTradeOff) }).map {
                Figure.Panel(title: "DET", chart: $0)
            },
        ].compactMap { $0 }
    }
}

extension StudyResults {
    /// Names of the test sets of templates, in the order of the runs.
    fileprivate var templateSets: [String] {
        var seen: Set<String> = []
        return runs.flatMap { $0.description.templateTests ?? [] }.map(\.name)
            .filter { seen.insert($0).inserted }
    }
}
