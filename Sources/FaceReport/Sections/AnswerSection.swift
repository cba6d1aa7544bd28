import FaceRuns
import FaceStatistics

/// What was compared, which loss scored highest, and how much that says.
enum AnswerSection {
    static func section(_ results: StudyResults, _ statistics: StudyStatistics) -> Section {
        let verdicts = results.settings.compactMap { Verdict(results, $0) }
        let leads = Leads(verdicts, results, statistics)
        var blocks = [Block.paragraph(answer(verdicts, leads, results))]
        let cautions = Cautions.list(results)
        if !cautions.isEmpty { blocks.append(.cautions(cautions)) }
        if verdicts.contains(where: { $0.runnerUp != nil }) {
            blocks.append(.table(table(verdicts, leads, results)))
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

    private static func answer(
        _ verdicts: [Verdict], _ leads: Leads, _ results: StudyResults
    ) -> RichText {
        guard !verdicts.isEmpty else {
            return "No run has finished yet, so there is nothing to compare."
        }
        guard verdicts.contains(where: { $0.runnerUp != nil }) else {
            return .sentences(verdicts.map { alone($0, results) })
                + " There is no second loss to compare it with yet."
        }
        return .sentences(
            [leaders(verdicts, settings: results.settings.count)] + evidence(verdicts, leads))
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

    private static func evidence(_ verdicts: [Verdict], _ leads: Leads) -> [RichText] {
        let compared = verdicts.filter { $0.runnerUp != nil }
        let count = compared.count { leads.isEvidence($0) }
        switch (compared.count, count) {
        case (1, 0):
            return [
                """
                Its lead over the next loss is no evidence: on this study, the two cannot be told \
                apart.
                """
            ]
        case (1, _):
            return ["Its lead over the next loss is significant."]
        case (_, 0):
            return [
                """
                In none of them is the lead over the next loss significant: on this evidence, the \
                first losses cannot be told apart.
                """
            ]
        case (let all, count) where all == count:
            return ["In each of them, the lead over the next loss is significant."]
        default:
            return [
                """
                In \(count) of the \(compared.count), the lead over the next loss is significant; \
                in the \(compared.count - count == 1 ? "other" : "others"), the first losses \
                cannot be told apart.
                """
            ]
        }
    }

    private static func table(
        _ verdicts: [Verdict], _ leads: Leads, _ results: StudyResults
    ) -> Table {
        let rows = verdicts.map { verdict in
            let lead = leads[verdict]
            return [
                Table.Entry(results.title(verdict.setting)),
                Table.Entry(verdict.leaderTitle, isBest: true),
                Format.entry(verdict.leader.accuracy) { Format.percent($0) },
                Table.Entry(verdict.runnerUp?.loss.title ?? "–"),
                Table.Entry(
                    (lead?.difference.mean ?? verdict.lead).map { Format.percent($0) } ?? "–"),
                Table.Entry(lead.map { ComparisonText.points($0.interval) } ?? "–"),
                Table.Entry(lead.map { ComparisonText.probability($0.adjusted) } ?? "–"),
                Table.Entry(
                    verdict.runnerUp == nil ? "–" : leads.isEvidence(verdict) ? "yes" : "no"),
            ]
        }
        return Table(
            caption: """
                The loss with the highest test accuracy in each setting, and its lead over the \
                next one with its 95 % interval, on the same pairs and the seeds that both have finished. The \
                probability of such a lead without a difference is corrected for all comparisons \
                of the study (Holm); a lead is significant where it is below 5 %.
                """,
            columns: [
                .words("Setting"), .words("Highest"), .numbers("Accuracy, %"), .words("Next"),
                .numbers("Lead, points"), .numbers("95 % interval"), .numbers("p, corrected"),
                .words("p < 5 %"),
            ],
            rows: rows)
    }
}

/// The comparisons of the two highest losses of each setting.
private struct Leads {
    private let bySetting: [Setting: LossComparison]

    init(_ verdicts: [Verdict], _ results: StudyResults, _ statistics: StudyStatistics) {
        let test = results.testSets.first?.name ?? ""
        bySetting = Dictionary(
            verdicts.compactMap { verdict in
                verdict.runnerUp.flatMap { next in
                    statistics.comparison(
                        verdict.leader.loss, next.loss, verdict.setting, test: test
                    ).map { (verdict.setting, $0) }
                }
            }, uniquingKeysWith: { a, _ in a })
    }

    subscript(_ verdict: Verdict) -> LossComparison? { bySetting[verdict.setting] }

    /// Whether the leader is better than the next loss, over all comparisons of the study.
    func isEvidence(_ verdict: Verdict) -> Bool {
        guard let lead = self[verdict] else { return false }
        return lead.isSignificant && lead.better == verdict.leader.loss
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
