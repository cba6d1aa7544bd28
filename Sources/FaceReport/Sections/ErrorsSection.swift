import FaceRuns

/// Which pairs are decided wrongly: by every loss, by one alone, and worst.
enum ErrorsSection {
    private static let most = 12

    static func section(_ results: StudyResults) -> Section? {
        let test = results.testSets.first?.name ?? ""
        let parts = results.settings.compactMap { setting in
            Part(results, setting, test).map { (setting, $0) }
        }
        guard !parts.isEmpty else { return nil }
        var blocks: [Block] = [.paragraph(text), .table(countTable(results, parts))]
        for (setting, part) in parts {
            let title = results.title(setting)
            if !part.hard.isEmpty {
                blocks.append(
                    .details("Pairs that every loss gets wrong, \(title)", [.table(part.hardTable)])
                )
            }
            blocks += part.losses.map { loss in
                .details(
                    "Worst errors of \(loss.title), \(title)", [.table(part.worstTable(of: loss))])
            }
        }
        return Section("errors", "Pairs that are decided wrongly", blocks)
    }

    private static let text: RichText = """
        A pair that every loss gets wrong is often mislabelled or hardly visible; what a loss gets \
        wrong alone is its own. Images are named and not shown.
        """

    private static func countTable(_ results: StudyResults, _ parts: [(Setting, Part)]) -> Table {
        let groups = parts.map { setting, part in
            Table.Group(
                title: results.title(setting), rows: part.losses.map { part.countRow(of: $0) })
        }
        return Table(
            caption: """
                Wrongly decided pairs of the model with the first seed: of one person (false \
                rejects), of two (false accepts), those that all other losses get right, and those \
                that all losses get wrong.
                """,
            columns: [
                .words("Loss"), .numbers("False rejects"), .numbers("False accepts"),
                .numbers("Alone"), .numbers("With all"),
            ], groups: groups)
    }

    /// The models of a setting with the first seed that all losses have.
    private struct Part {
        let losses: [LossSeries]
        let pairs: TestPairs
        private let outcomes: [LossSeries: PairOutcomes]
        /// Pairs that all get wrong.
        let hard: [Int]

        init?(_ results: StudyResults, _ setting: Setting, _ test: String) {
            var outcomes: [LossSeries: PairOutcomes] = [:]
            for loss in results.losses {
                let run = results.cell(setting, loss).finished.first { $0.outcomes[test] != nil }
                outcomes[loss] = run?.outcomes[test]
            }
            let losses = results.losses.filter { outcomes[$0] != nil }
            guard let pairs = losses.first.flatMap({ outcomes[$0]?.pairs }) else { return nil }
            self.losses = losses.filter { outcomes[$0]?.pairs == pairs }
            self.pairs = pairs
            self.outcomes = outcomes
            let all = self.losses.compactMap { outcomes[$0] }
            hard = (0..<pairs.count).filter { pair in all.allSatisfy { !$0.isRight[pair] } }
        }

        private func errors(of loss: LossSeries) -> [Int] {
            guard let outcome = outcomes[loss] else { return [] }
            return outcome.isRight.indices.filter { !outcome.isRight[$0] }
        }

        func countRow(of loss: LossSeries) -> [Table.Entry] {
            let wrong = errors(of: loss)
            let others = losses.filter { $0 != loss }.compactMap { outcomes[$0] }
            let alone = wrong.count { pair in
                !others.isEmpty && others.allSatisfy { $0.isRight[pair] }
            }
            let counts = [wrong.count { pairs.same[$0] }, wrong.count { !pairs.same[$0] }, alone]
            return [Table.Entry(loss.title, key: loss.style)]
                + (counts + [hard.count]).map { Table.Entry(Format.count($0)) }
        }

        var hardTable: Table {
            let rows = hard.prefix(most).map { pair in
                [
                    Table.Entry(pairs.same[pair] ? "one person" : "two persons"),
                    Table.Entry(pairs.first[pair]), Table.Entry(pairs.second[pair]),
                ]
                    + losses.map { loss in
                        Table.Entry(
                            outcomes[loss].map { Format.fixed(Double($0.distances[pair]), 2) }
                                ?? "–")
                    }
            }
            return Table(
                caption: """
                    The first \(rows.count) of \(Format.count(hard.count, "pair")), with their \
                    squared L2 distances.
                    """,
                columns: [.words("Pair"), .words("First image"), .words("Second image")]
                    + losses.map { .numbers($0.title) },
                rows: rows)
        }

        /// The errors farthest on the wrong side, of both kinds in turn.
        func worstTable(of loss: LossSeries) -> Table {
            guard let outcome = outcomes[loss] else {
                return Table(caption: "", columns: [], rows: [])
            }
            let wrong = errors(of: loss)
            let rejects = wrong.filter { pairs.same[$0] }.sorted {
                (-outcome.distances[$0], $0) < (-outcome.distances[$1], $1)
            }
            let accepts = wrong.filter { !pairs.same[$0] }.sorted {
                (outcome.distances[$0], $0) < (outcome.distances[$1], $1)
            }
            let chosen = accepts.prefix(most / 2) + rejects.prefix(most / 2)
            let rows = chosen.map { pair in
                [
                    Table.Entry(pairs.same[pair] ? "false reject" : "false accept"),
                    Table.Entry(pairs.first[pair]), Table.Entry(pairs.second[pair]),
                    Table.Entry(Format.fixed(Double(outcome.distances[pair]), 2)),
                ]
            }
            return Table(
                caption: """
                    The \(most / 2) false accepts of the smallest distance and the \(most / 2) \
                    false rejects of the largest.
                    """,
                columns: [
                    .words("Error"), .words("First image"), .words("Second image"),
                    .numbers("Distance"),
                ], rows: rows)
        }
    }
}
