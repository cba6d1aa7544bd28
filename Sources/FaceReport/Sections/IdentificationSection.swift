import Charts
import Documents
import FaceEvaluation
import FaceRuns
import FaceStatistics

/// The losses' results on test sets of templates and on MegaFace, and their significant differences there.
enum IdentificationSection {
    static func section(_ results: StudyResults) -> Section? {
        let parts = results.templateSets.flatMap { name in
            results.configurations.compactMap { Part(name, $0, results) }
        }
        guard !parts.isEmpty else { return nil }
        // All tests, configurations and measures form one family of comparisons.
        let all = parts.map(\.differences)
        var corrected = HolmCorrection.adjusted(all.joined().map(\.estimate.pValue))[...]
        let blocks = zip(parts, all).flatMap { part, differences in
            let own = Array(corrected.prefix(differences.count))
            corrected = corrected.dropFirst(differences.count)
            return part.blocks(differences, own)
        }
        return Section("identification", "Templates and identification", blocks)
    }

    /// A loss with its seeds' results.
    private struct Row {
        let loss: LossSeries
        let seeds: [(seed: UInt64, report: IdentificationResult)]
        /// Whether its runs learned something; otherwise it is shown, but neither ranked nor compared.
        let hasLearned: Bool
        let mark: String

        /// The values of a figure on the draws of people, by seed.
        private func replicates(_ measure: TemplateReport.Measure) -> [UInt64: PeopleReplicates] {
            let pairs = seeds.compactMap { seed, report in
                report.figures[measure].flatMap { figure in
                    figure.value == nil ? nil : figure.replicates.map { (seed, $0) }
                }
            }
            return Dictionary(pairs) { first, _ in first }
        }

        func estimate(_ measure: TemplateReport.Measure) -> SeedPeopleEstimate? {
            let all = replicates(measure)
            return all.count == seeds.count
                ? SeedPeopleEstimate(all.sorted { $0.key < $1.key }.map(\.value)) : nil
        }

        /// The figure minus that of another loss, on the seeds that both have; nil without any.
        func difference(
            _ measure: TemplateReport.Measure, from other: Row
        ) -> SeedPeopleEstimate? {
            let (mine, theirs) = (replicates(measure), other.replicates(measure))
            let common = mine.keys.filter { theirs[$0] != nil }.sorted()
            return SeedPeopleEstimate.difference(
                common.compactMap { mine[$0] }, common.compactMap { theirs[$0] })
        }
    }

    /// The best loss of a measure and another one.
    private struct Comparison {
        let measure: String
        let best: Row
        let other: Row
        let estimate: SeedPeopleEstimate
    }

    /// One test set with one backbone and training set.
    private struct Part {
        private let title: String
        private let rows: [Row]
        private let first: IdentificationResult
        private let measures: [TemplateReport.Measure]

        init?(_ name: String, _ configuration: Configuration, _ results: StudyResults) {
            rows = results.losses.compactMap { loss -> Row? in
                let cell = results.cell(configuration, loss)
                let seeds = cell.finished.compactMap { run in
                    run.identification[name].map { (seed: run.seed, report: $0) }
                }
                guard !seeds.isEmpty else { return nil }
                return Row(loss: loss, seeds: seeds, hasLearned: cell.hasLearned, mark: cell.mark)
            }
            guard let first = rows.first?.seeds.first?.report else { return nil }
            let rows = rows
            self.first = first
            measures = first.figures.map(\.measure).filter { measure in
                rows.contains { $0.estimate(measure) != nil }
            }
            title = "\(name), \(results.title(configuration))"
        }

        /// The comparisons of each loss with the best one of each measure, on the same templates.
        var differences: [Comparison] {
            let compared = first.comparedFigures.map(\.measure)
            return measures.filter(compared.contains).flatMap { measure -> [Comparison] in
                let known = rows.filter { $0.hasLearned && $0.estimate(measure) != nil }
                let best = known.max {
                    ($0.estimate(measure)?.mean ?? 0) < ($1.estimate(measure)?.mean ?? 0)
                }
                guard let best else { return [] }
                return known.filter { $0.loss != best.loss }.compactMap { other in
                    best.difference(measure, from: other).map {
                        Comparison(measure: measure.title, best: best, other: other, estimate: $0)
                    }
                }
            }
        }

        func blocks(_ differences: [Comparison], _ pValues: [Double]) -> [Block] {
            let facts: [Block] = [.heading(title), .paragraph(first.facts)]
            let caveats = Block.caveats(first.warnings.map { RichText($0) })
            guard !measures.isEmpty else { return facts + [caveats] }
            let seeds = rows.map(\.seeds.count)
            // Two tables, because one of all measures would be wider than a page.
            var blocks = facts
            for kind in Kind.allCases where measures.contains(where: kind.contains) {
                blocks.append(
                    .table(
                        IdentificationSection.table(
                            rows, measures.filter(kind.contains), kind.caption(first), seeds: seeds)
                    ))
            }
            if !differences.isEmpty {
                blocks.append(.table(IdentificationSection.table(differences, pValues)))
            }
            return blocks + IdentificationSection.figures(rows).map(Block.figure) + [caveats]
        }
    }

    /// What a table is about: pairs, or searches.
    private enum Kind: CaseIterable {
        case verification
        case identification

        func contains(_ measure: TemplateReport.Measure) -> Bool {
            if case .tar = measure { return self == .verification }
            return self == .identification
        }

        /// What is in the table of a set, and what its measures mean, in sentences.
        func caption(_ set: IdentificationResult) -> (title: String, explanation: String) {
            switch (self, set) {
            case (.verification, .templates):
                (
                    "Pairs of templates", "TAR: true acceptance rate at a false acceptance rate."
                )
            case (.verification, .distractors):
                (
                    "Pairs of images",
                    "TAR: true acceptance rate of the pairs of one person at a false acceptance rate among probes "
                        + "and distractors."
                )
            case (.identification, .templates):
                (
                    "Searches",
                    "Rank k: share of the searches for enrolled people that find the person among the first k. "
                        + "TPIR: the share that find the person at rank 1 and above the threshold of a false "
                        + "positive identification rate."
                )
            case (.identification, .distractors):
                (
                    "Searches",
                    "Rank 1: share of the pairs of one person whose other image scores higher than every distractor, "
                        + "by the number of distractors."
                )
            }
        }
    }

    private static func table(
        _ rows: [Row], _ measures: [TemplateReport.Measure],
        _ caption: (title: String, explanation: String), seeds: [Int]
    ) -> Table {
        let ranked = rows.filter(\.hasLearned)
        let best = measures.map { measure in ranked.compactMap { $0.estimate(measure)?.mean }.max()
        }
        let lines = rows.map { row -> [Table.Entry] in
            [Table.Entry(row.loss.title, key: row.loss.style)]
                + zip(measures, best).map { measure, best in
                    guard let estimate = row.estimate(measure) else { return .missing }
                    let interval = estimate.interval()
                    return Table.Entry(
                        Format.percent(estimate.mean) + row.mark,
                        detail: TemplateSection.range([
                            max(0, interval.lower), min(1, interval.upper),
                        ]),
                        isBest: row.hasLearned && rows.count > 1 && estimate.mean == best)
                }
        }
        let unlearned =
            ranked.count < rows.count
            ? " \(Cell.nothingLearnedMark) Nothing was learned; not ranked and not compared." : ""
        let over =
            TemplateSection.scope(ofSeeds: seeds)
            + (seeds.max() ?? 1 > 1 ? "" : "; one seed says nothing about others")
        return Table(
            caption: """
                \(caption.title), in percent, with the 95 % interval for \(over). \(caption.explanation)\(unlearned)
                """,
            columns: [.words("Loss")] + measures.map(column), rows: lines)
    }

    private static func column(_ measure: TemplateReport.Measure) -> Table.Column {
        if case .rankAmong(let k, let distractors) = measure {
            return .numbers(Format.count(distractors), group: "Rank \(k) among distractors")
        }
        return .numbers(measure.title)
    }

    private static func table(_ differences: [Comparison], _ pValues: [Double]) -> Table {
        var groups: [Table.Group] = []
        for (item, p) in zip(differences, pValues) {
            let interval = item.estimate.interval()
            let title = "\(item.measure): \(item.best.loss.title) minus"
            if groups.last?.title != title { groups.append(Table.Group(title: title, rows: [])) }
            groups[groups.count - 1].rows.append([
                Table.Entry(item.other.loss.title, key: item.other.loss.style),
                Table.Entry(
                    Format.percent(item.estimate.mean),
                    // A difference of rates is at most 1.
                    detail: TemplateSection.range([
                        max(-1, interval.lower), min(1, interval.upper),
                    ])),
                Table.Entry(ComparisonText.probability(p)),
                Table.Entry(p < 0.05 ? "differ" : "no significant difference"),
            ])
        }
        return Table(
            caption: """
                The loss with the highest mean of each measure minus each other one, on the same images and the seeds that \
                both have finished, in percentage points, with 95 % intervals; p is corrected for all comparisons of this \
                chapter, over all its test sets and measures (Holm).
                """,
            columns: [
                .words("Other loss"), .numbers("Difference"), .numbers("p"), .words("Verdict"),
            ], groups: groups)
    }

    /// The curves of the first seed of each loss.
    private static func figures(_ rows: [Row]) -> [Figure] {
        var templates: [(name: TemplateSection.Name, report: TemplateReport)] = []
        var distractors: [(name: TemplateSection.Name, report: DistractorReport)] = []
        for row in rows {
            let name = TemplateSection.Name(title: row.loss.title, style: row.loss.style)
            switch row.seeds.first?.report {
            case .templates(let report): templates.append((name, report))
            case .distractors(let report): distractors.append((name, report))
            case nil: break
            }
        }
        let first = "The first seed of each loss. "
        let figures = [
            Figure(
                caption: RichText(
                    first
                        + "CMC: the share of searches for enrolled people that find the person at a rank or better. "
                        + "DET: false negative over false positive identification rate, the lower the better."
                ),
                panels: panels(templates)),
            DistractorSection.figure(first, DistractorSection.panels(distractors)),
        ]
        return figures.filter { !$0.panels.isEmpty }
    }

    private static func panels(
        _ series: [(name: TemplateSection.Name, report: TemplateReport)]
    ) -> [Figure.Panel] {
        [
            TemplateSection.matches(series.map { ($0.name, $0.report.cumulativeMatches) }).map {
                Figure.Panel(title: "CMC", chart: $0)
            },
            TemplateSection.errors(series.map { ($0.name, $0.report.errorTradeOff) }).map {
                Figure.Panel(title: "DET", chart: $0)
            },
        ].compactMap { $0 }
    }
}

extension IdentificationResult {
    /// What was tested, in sentences.
    fileprivate var facts: RichText {
        switch self {
        case .templates(let report): TemplateSection.facts(report)
        case .distractors(let report): DistractorSection.facts(report)
        }
    }
}

extension StudyResults {
    /// Names of the test sets of templates and of MegaFace, in the order of the runs.
    var templateSets: [String] { templateFacts.map(\.name) }

    /// The test sets of templates and MegaFace's, each once, in the order of the runs.
    var templateFacts: [TemplateTestFacts] {
        let all = runs.flatMap { $0.description.templateTests ?? [] }
        return all.map(\.name).uniqued.compactMap { name in all.first { $0.name == name } }
    }
}

extension TemplateTestFacts {
    /// How large the set is, in words.
    var size: String {
        guard let distractors else { return Format.count(templates, "template") }
        return
            "\(Format.count(templates, "probe")) among \(Format.count(distractors, "distractor"))"
    }
}
