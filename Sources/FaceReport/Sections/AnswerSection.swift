import FaceRuns

/// What was compared, which loss scored highest, and how much that says.
enum AnswerSection {
    static func section(_ results: StudyResults) -> Section {
        let verdicts = results.settings.compactMap { Verdict(results, $0) }
        var blocks = [Block.paragraph(answer(verdicts, results))]
        let cautions = Cautions.list(results)
        if !cautions.isEmpty { blocks.append(.cautions(cautions)) }
        if verdicts.contains(where: { $0.runnerUp != nil }) {
            blocks.append(.table(table(verdicts, results)))
        }
        return Section("answer", "The short answer", blocks)
    }

    /// The line under the report's heading.
    static func subtitle(_ results: StudyResults) -> RichText {
        let compared = [
            Format.count(results.losses.count, "loss", plural: "losses"),
            Format.count(results.backbones.count, "backbone"),
            Format.count(results.trainSets.count, "training set"),
        ]
        let tests = results.testSets.map { "\($0.name) (\(Format.count($0.pairs, "pair")))" }
        let states = RunStatus.allCases.compactMap { status -> String? in
            let count = results.count(status)
            return count > 0 ? "\(Format.count(count)) \(status.rawValue)" : nil
        }
        return """
            \(Format.list(compared)), tested on \(Format.list(tests)). \
            \(Format.count(results.runs.count, "run")): \(states.joined(separator: ", ")).
            """
    }

    private static func answer(_ verdicts: [Verdict], _ results: StudyResults) -> RichText {
        guard !verdicts.isEmpty else {
            return "No run has finished yet, so there is nothing to compare."
        }
        guard verdicts.contains(where: { $0.runnerUp != nil }) else {
            return .sentences(verdicts.map { alone($0, results) })
                + " There is no second loss to compare it with yet."
        }
        return .sentences(
            [leaders(verdicts, settings: results.settings.count)] + evidence(verdicts))
    }

    private static func alone(_ verdict: Verdict, _ results: StudyResults) -> RichText {
        """
        \(strong: verdict.leader.loss.title) got \
        \(Format.withSign(verdict.leader.accuracy.mean)) of the pairs right with \
        \(results.title(verdict.setting)).
        """
    }

    private static func leaders(_ verdicts: [Verdict], settings: Int) -> RichText {
        let wins = Dictionary(grouping: verdicts, by: \.leaderTitle).mapValues(\.count)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if settings == 1, let winner = wins.first {
            let verb = verdicts[0].leaders.count == 1 ? "scored" : "together scored"
            let accuracy = Format.withSign(verdicts[0].leader.accuracy.mean)
            return "\(strong: winner.key) \(verb) highest, with \(accuracy) of the pairs right."
        }
        let clauses = wins.enumerated().map { index, win -> RichText in
            let place = place(win.value, of: verdicts.count, isFirst: index == 0)
            return "\(strong: win.key) \(place)"
        }
        return RichText.list(clauses) + "."
    }

    /// Where a loss won: the first clause says of what, the others only how many.
    private static func place(_ count: Int, of all: Int, isFirst: Bool) -> String {
        guard isFirst else { return "in \(count)" }
        let which = count < all ? "\(count) of the \(all)" : all == 2 ? "both" : "all \(all)"
        return "scored highest in \(which) combinations of backbone and training set"
    }

    private static func evidence(_ verdicts: [Verdict]) -> [RichText] {
        let compared = verdicts.filter { $0.runnerUp != nil }
        let count = compared.count { $0.isEvidence }
        let rule = "two standard errors"
        switch (compared.count, count) {
        case (1, 0):
            return ["Its lead over the next loss is within \(rule) and is not evidence."]
        case (1, _):
            return ["Its lead over the next loss is longer than \(rule)."]
        case (_, 0):
            return [
                """
                In none of them is the lead over the next loss longer than \(rule): on this \
                evidence, the first losses cannot be told apart.
                """
            ]
        case (let all, count) where all == count:
            return ["In each of them, the lead over the next loss is longer than \(rule)."]
        default:
            return [
                """
                In \(count) of the \(compared.count), the lead over the next loss is longer than \
                \(rule); in the \(compared.count - count == 1 ? "other" : "others"), the first \
                losses cannot be told apart.
                """
            ]
        }
    }

    private static func table(_ verdicts: [Verdict], _ results: StudyResults) -> Table {
        let rows = verdicts.map { verdict in
            [
                Table.Entry(results.title(verdict.setting)),
                Table.Entry(verdict.leaderTitle, isBest: true),
                Format.entry(verdict.leader.accuracy) { Format.percent($0) },
                Table.Entry(verdict.runnerUp?.loss.title ?? "–"),
                Table.Entry(verdict.lead.map { Format.percent($0) } ?? "–"),
                Table.Entry(verdict.yardstick.map { Format.percent($0) } ?? "–"),
                Table.Entry(
                    verdict.runnerUp == nil ? "–" : verdict.isEvidence ? "yes" : "no"),
            ]
        }
        return Table(
            caption: """
                The loss with the highest test accuracy in each setting, its lead over the next \
                one, and two standard errors of that lead: √(p(1 − p)/pairs) of the lower \
                accuracy and, with several seeds, the variance of the means over the seeds. A \
                shorter lead is not evidence of a difference.
                """,
            columns: [
                .words("Setting"), .words("Highest"), .numbers("Accuracy, %"), .words("Next"),
                .numbers("Lead, points"), .numbers("2 SE, points"), .words("Beyond 2 SE"),
            ],
            rows: rows)
    }
}

extension Verdict {
    /// The losses that share the highest accuracy.
    fileprivate var leaders: [Entry] {
        ranking.filter { $0.accuracy.mean == leader.accuracy.mean }
    }

    /// Their titles.
    fileprivate var leaderTitle: String { Format.list(leaders.map(\.loss.title)) }
}
