import Charts
import Documents
import FaceRuns
import FaceStatistics

/// The compared losses, the one that scored highest, and the strength of the evidence.
enum AnswerSection {
    /// - Parameter tuned: The runs with tuned values, on which the answer is based, if there are any.
    static func section(
        _ all: StudyResults, _ allStatistics: StudyStatistics, _ tuned: TunedStudy?
    ) -> Section {
        let results = tuned?.results ?? all
        let statistics = tuned?.statistics ?? allStatistics
        let verdicts = results.configurations.compactMap { Verdict(results, $0) }
        let leads = Leads(results, statistics)
        var blocks = (tuned?.preface ?? []).map(Block.paragraph)
        blocks.append(.paragraph(answer(results, statistics)))
        let caveats = Caveats.list(all)
        if !caveats.isEmpty { blocks.append(.caveats(caveats)) }
        if verdicts.contains(where: { $0.ranking.count > 1 }) {
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
        let tests =
            results.testSets.map { "\($0.name) (\(Format.count($0.pairs, "pair")))" }
            + results.templateFacts.map { "\($0.name) (\($0.size))" }
        let states = RunStatus.allCases.compactMap { status -> String? in
            let count = results.count(status)
            return count > 0 ? "\(Format.count(count)) \(status.rawValue)" : nil
        }
        let planned = max(results.scope?.runs ?? 0, results.runs.count)
        let waiting = planned - results.runs.count
        let rest = waiting > 0 ? ["\(Format.count(waiting)) not begun"] : []
        return """
            \(Format.list(compared)), tested on \(Format.list(tests)). \
            \(Format.count(planned, "run"))\(waiting > 0 ? " planned" : ""): \
            \((states + rest).joined(separator: ", ")).
            """
    }

    /// The answer in a few sentences: the same in the report and in the terminal.
    static func answer(_ results: StudyResults, _ statistics: StudyStatistics) -> RichText {
        let verdicts = results.configurations.compactMap { Verdict(results, $0) }
        let leads = Leads(results, statistics)
        guard let nothing = NothingLearnedText.sentence(results) else {
            return comparison(verdicts, leads, results)
        }
        let rest = NothingLearnedText.consequence(results)
        return verdicts.isEmpty
            ? .sentences([nothing, rest])
            : .sentences([nothing, rest, comparison(verdicts, leads, results)])
    }

    private static func comparison(
        _ verdicts: [Verdict], _ leads: Leads, _ results: StudyResults
    ) -> RichText {
        guard !verdicts.isEmpty else {
            if results.testSets.isEmpty, results.runs.contains(where: { $0.status == .finished }) {
                return """
                    The finished runs were tested on nothing, so there is nothing to compare; \
                    facet evaluate adds a test set.
                    """
            }
            return results.runs.allSatisfy { $0.status == .failed }
                ? "Every run failed, so there is nothing to compare."
                : "No run has finished yet, so there is nothing to compare."
        }
        guard verdicts.contains(where: { $0.ranking.count > 1 }) else {
            return .sentences(verdicts.map { alone($0, results) } + [noSecond(verdicts, results)])
        }
        let configurations = results.configurations.count
        let rest = results.configurations.count { configuration in
            results.losses.allSatisfy { results.cell(configuration, $0).finished.isEmpty }
        }
        let unfinished: [RichText] =
            rest > 0
            ? [
                """
                No run has finished in \(Format.count(rest)) other \
                combination\(rest == 1 ? "" : "s") of backbone and training set.
                """
            ] : []
        if verdicts.count == 1, let only = verdicts.first {
            let rank: RichText = configurations > 1 ? "\(results.title(only.configuration)): " : ""
            return .sentences(
                [rank + LeadText.highest(only)] + LeadText.evidence(only, leads) + unfinished)
        }
        return .sentences([leaders(verdicts)] + evidence(verdicts, leads, results) + unfinished)
    }

    private static func alone(_ verdict: Verdict, _ results: StudyResults) -> RichText {
        """
        \(strong: verdict.leader.loss.title) got \
        \(Format.withSign(verdict.leader.accuracy.mean)) of the pairs classified correctly with \
        \(results.title(verdict.configuration)).
        """
    }

    /// Why there is no comparison.
    private static func noSecond(_ verdicts: [Verdict], _ results: StudyResults) -> RichText {
        let finished = Set(verdicts.flatMap { $0.ranking.map(\.loss) })
        let others = results.losses.filter { loss in
            results.configurations.allSatisfy { results.cell($0, loss).finished.isEmpty }
        }.map(\.title)
        guard !others.isEmpty else {
            if finished.count < results.losses.count {
                return "No other loss has learned anything to compare it with."
            }
            return results.losses.count > 1
                ? "No combination of backbone and training set has a second loss to compare."
                : "There is no second loss to compare it with yet."
        }
        return """
            \(Format.list(others)) \(others.count == 1 ? "has" : "have") no finished run to compare \
            it with.
            """
    }

    private static func leaders(_ verdicts: [Verdict]) -> RichText {
        let wins = Dictionary(grouping: verdicts, by: \.leaderTitle).mapValues(\.count)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let clauses = wins.enumerated().map { index, win -> RichText in
            let rank = rank(win.value, of: verdicts.count, isFirst: index == 0)
            return "\(strong: win.key) \(rank)"
        }
        return RichText.list(clauses) + "."
    }

    /// A clause on how often a loss scored highest: the first one is complete, the others only have the
    /// number.
    private static func rank(_ count: Int, of all: Int, isFirst: Bool) -> String {
        guard isFirst else { return "in \(count)" }
        let which = count < all ? "\(count) of the \(all)" : all == 2 ? "both" : "all \(all)"
        return "scored highest in \(which) combinations of backbone and training set"
    }

    private static func evidence(
        _ verdicts: [Verdict], _ leads: Leads, _ results: StudyResults
    ) -> [RichText] {
        let compared = verdicts.filter { $0.ranking.count > 1 }
        if compared.count == 1, let only = compared.first {
            return [
                "Only \(results.title(only.configuration)) has a second loss: "
                    + LeadText.highest(only)
            ] + LeadText.evidence(only, leads)
        }
        return [significant(compared, leads)] + probable(compared, leads)
    }

    /// In how many configurations the first loss is probably better than the next by a practically relevant
    /// amount.
    private static func probable(_ compared: [Verdict], _ leads: Leads) -> [RichText] {
        let found = compared.compactMap { leads[$0]?.equivalence(of: $0.leader.loss) }
        guard !found.isEmpty else { return [] }
        let level = Format.fixed(Interval.defaultLevel * 100, 0)
        let more = leads.rope > 0 ? " by more than \(EquivalenceText.points(leads.rope))" : ""
        let better = found.count { $0.verdict() == .better }
        let equal = found.count { $0.verdict() == .equal }
        let rest = leads.rope > 0 ? ", and practically equal to it in \(equal)" : ""
        return [
            """
            With a probability of at least \(level) %, the first is better than the next\(more) in \
            \(better) of \(found.count)\(rest).
            """
        ]
    }

    private static func significant(_ compared: [Verdict], _ leads: Leads) -> RichText {
        let count = compared.count { leads.isEvidence($0) }
        switch count {
        case 0:
            return """
                In none of them is the lead over the next loss significant: on this evidence, the \
                first losses cannot be told apart.
                """
        case compared.count:
            return "In each of them, the lead over the next loss is significant."
        default:
            return """
                In \(count) of the \(compared.count), the lead over the next loss is significant; \
                in the \(compared.count - count == 1 ? "other" : "others"), the first losses \
                cannot be told apart.
                """
        }
    }

    private static func table(
        _ verdicts: [Verdict], _ leads: Leads, _ results: StudyResults
    ) -> Table {
        let rows = verdicts.map { verdict in
            let lead = leads[verdict]
            let tested = lead?.lead(of: verdict.leader.loss)
            return [
                Table.Entry(results.title(verdict.configuration)),
                Table.Entry(verdict.leaderTitle, isBest: true),
                Format.entry(verdict.leader.accuracy) { Format.percent($0) },
                Table.Entry(verdict.runnerUp?.loss.title ?? "–"),
                Table.Entry((tested?.mean ?? verdict.lead).map { Format.percent($0) } ?? "–"),
                Table.Entry((tested?.interval).map(ComparisonText.points) ?? "–"),
                Table.Entry(lead.map { ComparisonText.probability($0.adjusted) } ?? "–"),
                Table.Entry(lead == nil ? "–" : leads.isEvidence(verdict) ? "yes" : "no"),
                Table.Entry(
                    EquivalenceText.entry(
                        lead?.equivalence(of: verdict.leader.loss), rope: leads.rope)),
            ]
        }
        return Table(
            caption: """
                The loss with the highest test accuracy in each configuration, and its lead over the \
                next one with its 95 % interval, on the same pairs and the seeds that both have \
                finished\(results.seeds > 1 ? "" : " (with one seed over pairs alone)"). The p-value \
                of the lead is corrected for all comparisons \
                of the study (Holm); a lead is significant where it is below 5 %. \
                \(EquivalenceText.note(rope: leads.rope))
                """,
            columns: [
                .words("Configuration"), .words("Highest"), .numbers("Accuracy, %"), .words("Next"),
                .numbers("Lead, points"), .numbers("95 % interval"), .numbers("p, corrected"),
                .words("p < 5 %"), EquivalenceText.column(rope: leads.rope),
            ],
            rows: rows)
    }
}
