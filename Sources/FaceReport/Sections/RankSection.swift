import Charts
import Documents
import FaceEvaluation
import FaceRuns
import FaceStatistics

/// Ranks of the losses over all configurations and test sets: Friedman's and Nemenyi's tests.
enum RankSection {
    /// Minimum numbers; fewer are inconclusive: with 3 losses and 4 rankings, even a perfect order is
    /// hardly significant.
    private static let fewest = (configurations: 5, losses: 3)

    static func section(_ results: StudyResults) throws -> Section? {
        let rankings = try Rankings(results)
        guard rankings.losses.count >= fewest.losses, let test = rankings.test else { return nil }
        let nemenyi = NemenyiTest(
            losses: rankings.losses.count, configurations: test.configurations)
        var blocks: [Block] = [.paragraph(text(test, nemenyi, rankings))]
        if test.configurations >= fewest.configurations {
            blocks.append(.figure(figure(test, nemenyi, rankings)))
        }
        blocks.append(.table(table(test, rankings)))
        return Section("ranks", "Ranks over all configurations and test sets", blocks)
    }

    /// The mean accuracies that can be ranked: those of losses that learned something, in configurations
    /// where all of them did.
    private struct Rankings {
        let losses: [LossSeries]
        let accuracyColumns: [(title: String, values: [Double])]
        let test: FriedmanTest?

        init(_ results: StudyResults) throws {
            let losses = results.losses.filter { loss in
                results.configurations.contains { results.cell($0, loss).hasLearned }
            }
            var accuracyColumns: [(title: String, values: [Double])] = []
            for set in results.testSets {
                for configuration in results.configurations {
                    let cells = losses.map { results.cell(configuration, $0) }.filter(\.hasLearned)
                    let values = cells.compactMap { $0.accuracy(on: set.name)?.mean }
                    guard values.count == losses.count else { continue }
                    let title = results.title(configuration)
                    let isOnlySet = results.testSets.count + results.templateSets.count == 1
                    accuracyColumns.append((isOnlySet ? title : "\(title), \(set.name)", values))
                }
            }
            for name in results.templateSets {
                for configuration in results.configurations {
                    let cells = losses.map { results.cell(configuration, $0) }.filter(\.hasLearned)
                    guard let (measure, values) = Self.headline(cells, name),
                        values.count == losses.count
                    else { continue }
                    accuracyColumns.append(
                        ("\(results.title(configuration)), \(name), \(measure.title)", values))
                }
            }
            self.losses = losses
            self.accuracyColumns = accuracyColumns
            // Fewer than two of either cannot be ranked.
            test =
                losses.count > 1 && accuracyColumns.count > 1
                ? try FriedmanTest(accuracyColumns.map(\.values)) : nil
        }

        /// The headline figure of a set of templates or of MegaFace, and its mean over the seeds of each cell that has it.
        private static func headline(
            _ cells: [Cell], _ name: String
        ) -> (TemplateReport.Measure, [Double])? {
            let reports = cells.map { cell in cell.finished.compactMap { $0.identification[name] } }
            guard let measure = reports.first?.first?.headline?.measure else { return nil }
            return (
                measure,
                reports.compactMap { reports in
                    Summary(
                        reports.compactMap { $0.value(measure) })?.mean
                }
            )
        }
    }

    private static func text(
        _ test: FriedmanTest, _ nemenyi: NemenyiTest, _ rankings: Rankings
    ) -> RichText {
        guard test.configurations >= fewest.configurations else {
            return """
                Friedman’s and Nemenyi’s tests ask whether losses keep their order from one \
                combination of backbone, training set and test set to another. They need at least \
                \(fewest.configurations) of them; this study has \(test.configurations), so that the mean \
                ranks below are descriptive only.
                """
        }
        let p = ComparisonText.probability(test.pValue)
        let rest: RichText =
            test.pValue < 0.05
            ? """
            The losses do not rank alike (Friedman, p \(sign(p))). Mean ranks that differ by more \
            than \(Format.fixed(nemenyi.criticalDifference(), 2)) differ at 5 % (Nemenyi).
            """
            : """
            Equal ranks cannot be rejected (Friedman, p \(sign(p))), so no two losses can be \
            distinguished here.
            """
        return """
            \(Format.count(test.configurations)) combinations of backbone, training set and test set \
            rank \(Format.count(rankings.losses.count)) losses by their mean accuracy.
            """ + " " + rest
    }

    private static func sign(_ p: String) -> String { p.hasPrefix("<") ? p : "= \(p)" }

    private static func figure(
        _ test: FriedmanTest, _ nemenyi: NemenyiTest, _ rankings: Rankings
    ) -> Figure {
        let order = test.meanRanks.indices.sorted {
            (test.meanRanks[$0], $0) < (test.meanRanks[$1], $1)
        }
        let critical = nemenyi.criticalDifference()
        let items = order.map { index in
            let loss = rankings.losses[index]
            return GroupDiagram.Item(
                title: loss.title, style: loss.style, value: test.meanRanks[index],
                text: Format.fixed(test.meanRanks[index], 2))
        }
        let differ = test.pValue < 0.05
        let groups = CompactLetterDisplay.groups(items.count) { first, second in
            differ && abs(items[first].value - items[second].value) > critical
        }
        let axis = Axis.counting("mean rank", from: 1, to: max(2, items.count))
        return Figure(
            caption: """
                Critical-difference diagram (Demšar 2006). Rank 1 is the highest accuracy; a bar \
                joins losses whose mean ranks do not differ significantly.
                """,
            panels: [
                Figure.Panel(
                    title: "",
                    chart: .groups(
                        GroupDiagram(
                            x: axis, items: items, groups: groups, criticalDifference: critical)))
            ])
    }

    private static func table(_ test: FriedmanTest, _ rankings: Rankings) -> Table {
        let rows = rankings.losses.enumerated().map { index, loss in
            [Table.Entry(loss.title, key: loss.style)]
                + rankings.accuracyColumns.map { column in
                    let rank = column.values.count { $0 > column.values[index] } + 1
                    return Table.Entry(
                        Format.count(rank), detail: Format.percent(column.values[index]))
                } + [Table.Entry(Format.fixed(test.meanRanks[index], 2))]
        }
        return Table(
            caption: """
                Rank of each loss in each combination, with its mean in percent: of the accuracy, or of the measure that \
                the column names.
                """,
            columns: [.words("Loss")] + rankings.accuracyColumns.map { .numbers($0.title) } + [
                .numbers("Mean rank")
            ], rows: rows)
    }
}
