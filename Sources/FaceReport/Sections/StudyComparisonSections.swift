import Charts
import Documents
import FaceStatistics

/// The sections of a comparison of two studies.
enum StudyComparisonSections {
    static func all(
        _ first: StudyResults, _ second: StudyResults, names: (String, String)
    ) -> [Section] {
        let differences = StudyDifferences(first, second)
        let cells = CellComparison.all(first, second)
        return [
            configuration(differences, names),
            results(cells, first, differences, names),
        ].compactMap { $0 }
    }

    static func subtitle(
        _ first: StudyResults, _ second: StudyResults, names: (String, String)
    ) -> RichText {
        """
        \(strong: names.0), \(Format.count(first.runs.count, "run")), and \(strong: names.1), \
        \(Format.count(second.runs.count, "run")).
        """
    }

    private static func configuration(
        _ differences: StudyDifferences, _ names: (String, String)
    ) -> Section {
        var blocks: [Block] = [.paragraph(verdict(differences))]
        for (name, cells) in [
            (names.0, differences.onlyFirst), (names.1, differences.onlySecond),
        ] where !cells.isEmpty {
            blocks.append(
                .details(
                    "Only in \(name): \(Format.count(cells.count, "cell"))",
                    [.list(cells.map { RichText($0) })]))
        }
        if !differences.differences.isEmpty {
            blocks.append(.table(table(differences, names)))
        }
        return Section("configuration", "Differences", blocks)
    }

    private static func verdict(_ differences: StudyDifferences) -> RichText {
        let shared = Format.count(differences.shared, "cell")
        guard differences.shared > 0 else {
            return """
                The studies have no combination of training set, backbone, loss and sampler in \
                common, so nothing can be compared.
                """
        }
        guard !differences.obstacles.isEmpty else {
            return """
                The studies share \(shared), whose runs do not differ in anything that affects their \
                numbers: they are repetitions of one another and are pooled below.
                """
        }
        let keys = differences.obstacles.map(\.key)
        return """
            The studies share \(shared), but their runs are not repetitions of one another: they \
            differ in \(Format.list(keys)). They are compared and \(strong: "not pooled").
            """
    }

    private static func table(
        _ differences: StudyDifferences, _ names: (String, String)
    ) -> Table {
        Table(
            caption: """
                Every difference in the configuration, the data and the machine of the cells that \
                both have. A difference that \(emphasis: "decides") affects the numbers and rules out pooling runs of the \
                two. A dash: the runs of that study do not have the key, or were made by a \
                version that did not record it.
                """,
            columns: [.words("What"), .words("Decides"), .words(names.0), .words(names.1)],
            rows: differences.differences.map { difference in
                [
                    Table.Entry("\(code: difference.key)"),
                    Table.Entry(difference.decides ? "yes" : "no"),
                    Table.Entry(text(difference.first)), Table.Entry(text(difference.second)),
                ]
            })
    }

    private static func text(_ values: [String]) -> String {
        guard !values.isEmpty else { return "–" }
        let shown = values.prefix(6).map { $0.count > 40 ? $0.prefix(39) + "…" : $0 }
        return shown.joined(separator: "; ") + (values.count > 6 ? "; …" : "")
    }

    private static func results(
        _ cells: [CellComparison], _ study: StudyResults, _ differences: StudyDifferences,
        _ names: (String, String)
    ) -> Section? {
        guard !cells.isEmpty else { return nil }
        let isPooled = differences.arePoolable
        let tests = Array(Set(cells.map(\.test))).sorted()
        let rows = Array(zip(cells, probabilities(cells)))
        let groups = tests.flatMap { test in
            study.configurations.map { configuration in
                Table.Group(
                    title: "\(study.title(configuration)), \(test)",
                    rows: rows.filter { $0.0.configuration == configuration && $0.0.test == test }
                        .map { row($0, $1, isPooled: isPooled) })
            }
        }
        let pooled: [Table.Column] = isPooled ? [.numbers("Pooled")] : []
        let table = Table(
            caption: caption(cells, isPooled: isPooled),
            columns: [
                .words("Loss"), .numbers(names.0), .numbers(names.1),
                .numbers("\(names.1) − \(names.0)"), .numbers("95 % interval"),
                .numbers("p, corrected"),
            ] + pooled,
            groups: groups)
        return Section("results", "Effect on the results", [.table(table)])
    }

    private static func caption(_ cells: [CellComparison], isPooled: Bool) -> RichText {
        let what: RichText = """
            Accuracy in percent, mean ± standard deviation over the seeds, and the difference in \
            points on the same pairs over the seeds that both have finished, with its 95 % interval \
            over seeds and pairs (with one seed over pairs alone). p-values are corrected for \
            all rows (Holm); a difference with p below 5 % is bold.
            """
        let dash: [RichText] =
            cells.allSatisfy { $0.difference != nil && $0.isTested }
            ? []
            : ["A dash: the two have no finished seed with scores of the same pairs in common."]
        let marked: [RichText] =
            cells.allSatisfy(\.isTested)
            ? []
            : ["\(Cell.nothingLearnedMark) Nothing was learned: the difference is not tested."]
        let pooled: [RichText] = isPooled ? ["Pooled: the seeds of both, each once."] : []
        return .sentences([what] + pooled + dash + marked)
    }

    private static func row(
        _ cell: CellComparison, _ probability: Double?, isPooled: Bool
    ) -> [Table.Entry] {
        let difference = cell.difference
        let interval = difference.map { $0.interval() ?? $0.pairInterval() }
        let pooled = isPooled ? [Format.entry(cell.pooled) { Format.percent($0) }] : []
        func accuracy(_ summary: Summary, _ mark: String) -> Table.Entry {
            var entry = Format.entry(summary) { Format.percent($0) }
            entry.text = entry.text + RichText(mark)
            return entry
        }
        return [
            Table.Entry(cell.loss), accuracy(cell.first, cell.marks.first),
            accuracy(cell.second, cell.marks.second),
            Table.Entry(
                difference.map { Format.signed($0.mean * 100, 2) } ?? "–",
                isBest: probability.map { $0 < 1 - Interval.defaultLevel } ?? false),
            Table.Entry(interval.map(ComparisonText.points) ?? "–"),
            Table.Entry(probability.map(ComparisonText.probability) ?? "–"),
        ] + pooled
    }

    /// The p-value of each cell's difference with Holm's correction; `nil` if it is not tested.
    private static func probabilities(_ cells: [CellComparison]) -> [Double?] {
        let tested = cells.map { cell -> Double? in
            guard cell.isTested else { return nil }
            return cell.difference.map { $0.pValue ?? pairProbability($0) }
        }
        var adjusted = HolmCorrection.adjusted(tested.compactMap { $0 })[...]
        return tested.map { $0 == nil ? nil : adjusted.popFirst() }
    }

    /// With one seed, the p-value over other pairs for these two models.
    private static func pairProbability(_ estimate: SeedPairEstimate) -> Double {
        guard estimate.pairVariance > 0 else { return 1 }
        return StudentDistribution(degreesOfFreedom: .infinity)
            .twoSided(estimate.mean / estimate.pairVariance.squareRoot())
    }
}
