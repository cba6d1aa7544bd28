import Charts
import Documents
import FaceRuns
import FaceStatistics

/// The differences between all pairs of losses on the same image pairs and seeds.
enum ComparisonSection {
    static let title = "Which losses differ"

    static func section(_ results: StudyResults, _ statistics: StudyStatistics) throws -> Section? {
        if let problem = statistics.problems.first { throw problem }
        guard !statistics.comparisons.isEmpty, let test = results.testSets.first?.name else {
            return nil
        }
        var blocks: [Block] = [.paragraph(introduction(results, statistics))]
        for configuration in results.configurations {
            let comparisons = statistics.comparisons(configuration, test: test)
            guard !comparisons.isEmpty else { continue }
            if results.configurations.count > 1 {
                blocks.append(.heading(results.title(configuration)))
            }
            blocks.append(
                .list(
                    sentences(
                        Ranking(results, configuration, comparisons),
                        of: statistics.comparisons.count)))
        }
        blocks += [.figure(figure(results, statistics, test))]
        blocks += EquivalenceBlocks.blocks(
            results.configurations.map {
                (results.title($0), statistics.comparisons($0, test: test))
            }, rope: statistics.rope)
        blocks += results.testSets.enumerated().compactMap { index, set in
            table(results, statistics, set.name).map { table in
                let rows = table.groups.reduce(0) { $0 + $1.rows.count }
                return index == 0 && rows <= maxRows
                    ? .table(table)
                    : .details(
                        "Comparisons on \(set.name) (\(Format.count(rows)))", [.table(table)])
            }
        }
        return Section("comparisons", title, blocks)
    }

    /// Maximum number of rows of an unfolded table: ten losses in one configuration, or five in four.
    private static let maxRows = 45

    /// The losses of a configuration that were compared, the most accurate first.
    private struct Ranking {
        let losses: [LossSeries]
        let comparisons: [LossComparison]

        init(
            _ results: StudyResults, _ configuration: Configuration, _ comparisons: [LossComparison]
        ) {
            let compared = Set(comparisons.flatMap { [$0.better, $0.worse] })
            let ranked = Verdict(results, configuration)?.ranking.map(\.loss) ?? []
            losses = ranked.filter(compared.contains)
            self.comparisons = comparisons
        }

        func comparison(_ a: LossSeries, _ b: LossSeries) -> LossComparison? {
            comparisons.first {
                ($0.better == a && $0.worse == b) || ($0.better == b && $0.worse == a)
            }
        }

        /// Ranges of the ranking in which no two losses differ significantly.
        var groups: [Range<Int>] {
            CompactLetterDisplay.groups(losses.count) { first, second in
                comparison(losses[first], losses[second])?.isSignificant ?? false
            }
        }
    }

    private static func introduction(
        _ results: StudyResults, _ statistics: StudyStatistics
    ) -> RichText {
        let count = statistics.comparisons.count
        let differ = statistics.comparisons.count(where: \.isSignificant)
        let summary: RichText = """
            Of \(Format.count(count, "comparison")) of two losses, \(differ) \
            \(differ == 1 ? "is" : "are") significant at 5 % with Holm’s correction for all of \
            them. Differences are taken seed by seed and pair by pair.
            """
        guard results.seeds > 1 else {
            return summary + """
                 With one seed, McNemar’s exact test compares these two models. It cannot say \
                whether the losses differ: another seed may reverse the order.
                """
        }
        return summary + """
             The p-value is the probability of such a difference without a true one, over other seeds and \
            other pairs. The number of seeds needed is a rough estimate: enough to detect, with a \
            power of 80 %, a true difference as large as the observed one.
            """
    }

    /// Sentences on the leader's comparisons, and on groups of losses that do not differ.
    private static func sentences(_ ranking: Ranking, of all: Int) -> [RichText] {
        guard let leader = ranking.losses.first else { return [] }
        let against = ranking.losses.dropFirst().compactMap {
            ranking.comparison(leader, $0)
        }.map { ComparisonText.sentence($0, of: all) }
        let groups = ranking.groups.filter { $0.count > 1 }.map { group -> RichText in
            let names = group.map { ranking.losses[$0].title }
            return group.count == 2
                ? "\(Format.list(names)) form a group that this study cannot tell apart."
                : "No two of \(Format.list(names)) can be told apart."
        }
        // A group of two with the leader has already been mentioned.
        return against + furtherDown(ranking, of: all)
            + groups.filter { text in
                !(ranking.groups.first?.count == 2 && text == groups.first)
            }
    }

    /// Sentences on the significant differences that do not involve the leader, if they are few.
    private static func furtherDown(_ ranking: Ranking, of all: Int) -> [RichText] {
        let further = ranking.comparisons.filter {
            $0.isSignificant && $0.better != ranking.losses.first
                && $0.worse != ranking.losses.first
        }
        return further.count <= maxFurtherDown
            ? further.map { ComparisonText.sentence($0, of: all) } : []
    }

    /// Maximum number of sentences beyond the leader's; the table has all comparisons.
    private static let maxFurtherDown = 6

    private static func figure(
        _ results: StudyResults, _ statistics: StudyStatistics, _ test: String
    ) -> Figure {
        let rankings = results.configurations.map { configuration in
            (
                configuration,
                Ranking(results, configuration, statistics.comparisons(configuration, test: test))
            )
        }.filter { !$0.1.losses.isEmpty }
        func percent(_ configuration: Configuration, _ loss: LossSeries) -> Double? {
            results.cell(configuration, loss).testAccuracy.map { $0.mean * 100 }
        }
        let panels = rankings.map { configuration, ranking in
            let items = ranking.losses.compactMap { loss in
                percent(configuration, loss).map {
                    GroupDiagram.Item(
                        title: loss.title, style: loss.style, value: $0, text: Format.fixed($0, 2))
                }
            }
            let axis = Axis.linear(
                "accuracy on \(test), %", covering: items.map(\.value), limits: 0...100,
                atMost: 4)
            return Figure.Panel(
                title: results.title(configuration),
                chart: .groups(GroupDiagram(x: axis, items: items, groups: ranking.groups)))
        }
        return Figure(
            caption: """
                Losses at their mean accuracy. A bar joins losses of which no two differ significantly \
                at 5 % over all comparisons of the study.
                """, panels: panels)
    }

    private static func table(
        _ results: StudyResults, _ statistics: StudyStatistics, _ test: String
    ) -> Table? {
        let groups = results.configurations.map { configuration in
            Table.Group(
                title: results.title(configuration),
                rows: statistics.comparisons(configuration, test: test).map {
                    row($0, rope: statistics.rope)
                })
        }
        guard groups.contains(where: { !$0.rows.isEmpty }) else { return nil }
        return Table(
            caption: """
                Every two losses on \(test): difference in points with its 95 % interval over \
                seeds and pairs\(results.seeds > 1 ? "" : " (with one seed over pairs alone)"), \
                its interval by the bootstrap over people for these models (a dash if all draws \
                give the same), the p-value without \
                and with correction (Holm), McNemar’s exact test \
                \(results.seeds > 1 ? "(seeds in which it rejects at 5 %)" : "(its probability)"), \
                and in how many seeds the better loss is ahead with the sign test. Significant \
                differences are bold. \(EquivalenceText.note(rope: statistics.rope))
                """,
            columns: [
                .words("Better"), .words("than"), .numbers("Points"), .numbers("95 % interval"),
                EquivalenceText.column(rope: statistics.rope), .numbers("Bootstrap"), .numbers("p"),
                .numbers("p, corrected"),
                .numbers("McNemar"), .numbers("Ahead"),
            ], groups: groups)
    }

    private static func row(_ comparison: LossComparison, rope: Double) -> [Table.Entry] {
        [
            Table.Entry(comparison.better.title), Table.Entry(comparison.worse.title),
            Table.Entry(
                Format.percent(comparison.difference.mean), isBest: comparison.isSignificant),
            Table.Entry(ComparisonText.points(comparison.interval)),
            Table.Entry(EquivalenceText.entry(comparison.equivalence, rope: rope)),
            Table.Entry(comparison.bootstrap.map(ComparisonText.points) ?? "–"),
            Table.Entry(ComparisonText.probability(comparison.pValue)),
            Table.Entry(ComparisonText.probability(comparison.adjusted)),
            Table.Entry(ComparisonText.mcNemar(comparison)),
            Table.Entry(ComparisonText.sign(comparison)),
        ]
    }
}
