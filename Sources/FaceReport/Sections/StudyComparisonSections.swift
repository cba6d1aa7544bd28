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
        return Section("configuration", "In what they differ", blocks)
    }

    private static func verdict(_ differences: StudyDifferences) -> RichText {
        let shared = Format.count(differences.shared, "cell")
        guard differences.shared > 0 else {
            return """
                The studies have no combination of training set, backbone, loss and sampler in \
                common, so that nothing of them compares.
                """
        }
        guard !differences.obstacles.isEmpty else {
            return """
                The studies share \(shared), whose runs differ in nothing that decides about their \
                numbers: they are repetitions of one another and are pooled below.
                """
        }
        let keys = differences.obstacles.map(\.key)
        return """
            The studies share \(shared), but their runs are no repetitions of one another: they \
            differ in \(Format.list(keys)). They are compared and \(strong: "not pooled").
            """
    }

    private static func table(
        _ differences: StudyDifferences, _ names: (String, String)
    ) -> Table {
        Table(
            caption: """
                Every difference in the configuration, the data and the machine of the cells that \
                both have. What decides about the numbers forbids to pool.
                """,
            columns: [.words("What"), .words(names.0), .words(names.1), .words("Decides")],
            rows: differences.differences.map { difference in
                [
                    Table.Entry("\(code: difference.key)"),
                    Table.Entry(text(difference.first)), Table.Entry(text(difference.second)),
                    Table.Entry(difference.decides ? "yes" : "no"),
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
        let groups = tests.flatMap { test in
            study.settings.map { setting in
                Table.Group(
                    title: "\(study.title(setting)), \(test)",
                    rows: cells.filter { $0.setting == setting && $0.test == test }
                        .map { row($0, isPooled: isPooled) })
            }
        }
        let pooled: [Table.Column] = isPooled ? [.numbers("Pooled")] : []
        let table = Table(
            caption: """
                Accuracy in percent, mean ± standard deviation over the seeds, and the difference \
                in points on the same pairs over the seeds that both have finished, with its 95 % \
                interval over seeds and pairs (with one seed over pairs alone). Probabilities are \
                corrected for all rows (Holm).\(isPooled ? " Pooled: the seeds of both, each once." : "")
                """,
            columns: [
                .words("Loss"), .numbers(names.0), .numbers(names.1),
                .numbers("\(names.1) − \(names.0)"), .numbers("95 % interval"),
                .numbers("p, corrected"),
            ] + pooled,
            groups: corrected(groups, cells))
        return Section("results", "What that changes", [.table(table)])
    }

    private static func row(_ cell: CellComparison, isPooled: Bool) -> [Table.Entry] {
        let difference = cell.difference
        let interval = difference.map { $0.interval() ?? $0.pairInterval() }
        let pooled = isPooled ? [Format.entry(cell.pooled) { Format.percent($0) }] : []
        return [
            Table.Entry(cell.loss), Format.entry(cell.first) { Format.percent($0) },
            Format.entry(cell.second) { Format.percent($0) },
            Table.Entry(difference.map { Format.signed($0.mean * 100, 2) } ?? "–"),
            Table.Entry(interval.map(ComparisonText.points) ?? "–"), Table.Entry("–"),
        ] + pooled
    }

    /// The rows with Holm's probabilities, and with significant differences bold.
    private static func corrected(
        _ groups: [Table.Group], _ cells: [CellComparison]
    ) -> [Table.Group] {
        let tested = cells.map(\.difference).compactMap { difference -> Double? in
            difference.map { $0.pValue ?? pairProbability($0) }
        }
        var adjusted = HolmCorrection.adjusted(tested)[...]
        return groups.map { group in
            var group = group
            for index in group.rows.indices where group.rows[index][3].text.plain != "–" {
                guard let p = adjusted.popFirst() else { continue }
                group.rows[index][5] = Table.Entry(ComparisonText.probability(p))
                group.rows[index][3].isBest = p < 1 - Interval.usualLevel
            }
            return group
        }
    }

    /// With one seed, the probability over other pairs for the two models at hand.
    private static func pairProbability(_ estimate: SeedPairEstimate) -> Double {
        guard estimate.pairVariance > 0 else { return 1 }
        return StudentDistribution(degreesOfFreedom: .infinity)
            .beyond(estimate.mean / estimate.pairVariance.squareRoot())
    }
}
