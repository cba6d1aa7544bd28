import FaceStatistics
import Charts
import Documents
import FaceRuns

/// The comparisons of each configuration's leading losses with the others.
struct Leads {
    private let statistics: StudyStatistics
    private let test: String

    /// The margin of practical equivalence; 0...1.
    var rope: Double { statistics.rope }

    init(_ results: StudyResults, _ statistics: StudyStatistics) {
        self.statistics = statistics
        test = results.testSets.first?.name ?? ""
    }

    /// The first loss against the next one.
    subscript(_ verdict: Verdict) -> LossComparison? {
        verdict.runnerUp.flatMap { comparison(verdict.leader.loss, $0.loss, verdict) }
    }

    /// The comparison of two losses of a configuration; `nil` if they have no common seed or pair scores.
    func comparison(_ a: LossSeries, _ b: LossSeries, _ verdict: Verdict) -> LossComparison? {
        statistics.comparison(a, b, verdict.configuration, test: test)
    }

    /// Whether a loss is significantly better than another, corrected for all comparisons of the study.
    func isBetter(_ a: LossSeries, than b: LossSeries, _ verdict: Verdict) -> Bool {
        guard let comparison = comparison(a, b, verdict) else { return false }
        return comparison.isSignificant && comparison.better == a
    }

    /// Whether each of the leaders is significantly better than the next loss, corrected for all
    /// comparisons of the study.
    func isEvidence(_ verdict: Verdict) -> Bool {
        guard let next = verdict.runnerUp else { return false }
        return verdict.leaders.allSatisfy { isBetter($0.loss, than: next.loss, verdict) }
    }
}

/// Sentences on which loss leads, and how certain that is.
enum LeadText {
    /// The loss, or losses, with the highest score.
    static func highest(_ verdict: Verdict) -> RichText {
        let accuracy = Format.withSign(verdict.leader.accuracy.mean)
        let leaders = verdict.leaders
        if leaders.count > 1, verdict.runnerUp == nil {
            let all =
                leaders.count == 2 ? "Both losses" : "All \(Format.count(leaders.count)) losses"
            return "\(all) scored the same, with \(accuracy) of the pairs classified correctly."
        }
        let verb = leaders.count == 1 ? "scored" : "together scored"
        return
            "\(strong: verdict.leaderTitle) \(verb) highest, with \(accuracy) of the pairs classified correctly."
    }

    /// The comparisons of the first with the other losses, in words.
    static func evidence(_ verdict: Verdict, _ leads: Leads) -> [RichText] {
        guard let next = verdict.runnerUp?.loss else {
            return ["In this study, they cannot be told apart."]
        }
        guard verdict.leaders.count == 1 else { return [together(verdict, next, leads)] }
        let leader = verdict.leader.loss
        guard let lead = leads.comparison(leader, next, verdict) else {
            return [
                """
                Its lead over \(next.title), the next loss, cannot be tested: the two have no \
                finished seed with scores of the same pairs in common.
                """
            ] + others(verdict, leads, isBetterThanNext: false)
        }
        return [over(next, lead, leader)] + probably(next, lead, leader, leads.rope)
            + others(
                verdict, leads, isBetterThanNext: lead.isSignificant && lead.better == leader)
    }

    /// The probability that the single leader is better, if there are enough seeds.
    private static func probably(
        _ next: LossSeries, _ lead: LossComparison, _ leader: LossSeries, _ rope: Double
    ) -> [RichText] {
        lead.equivalence(of: leader).map {
            ["It " + EquivalenceText.better(than: next.title, $0, rope: rope)]
        } ?? []
    }

    /// The single leader compared with the next loss.
    private static func over(
        _ next: LossSeries, _ lead: LossComparison, _ leader: LossSeries
    ) -> RichText {
        let isAhead = lead.lead(of: leader).mean > 0
        switch (lead.isSignificant, isAhead) {
        case (true, true) where lead.seeds == 1:
            return """
                Its lead over \(next.title), the next loss, is significant for these two models; \
                whether another seed would show the same is unknown.
                """
        case (true, true):
            return "Its lead over \(next.title), the next loss, is significant."
        case (true, false):
            return """
                On the seeds that both have finished, however, \(next.title) is significantly better \
                than it: the lead comes from seeds that only one of them has.
                """
        case (false, true):
            return """
                Its lead over \(next.title), the next loss, is not significant: in this study, the two \
                cannot be told apart.
                """
        case (false, false):
            return """
                On the seeds that both have finished, it is not ahead of \(next.title), the next \
                loss: in this study, the two cannot be told apart.
                """
        }
    }

    /// The losses below the next one, if their comparisons have a different outcome.
    private static func others(
        _ verdict: Verdict, _ leads: Leads, isBetterThanNext: Bool
    ) -> [RichText] {
        let rest = verdict.ranking.dropFirst(2).map(\.loss).filter {
            leads.isBetter(verdict.leader.loss, than: $0, verdict) != isBetterThanNext
        }.map(\.title)
        guard !rest.isEmpty else { return [] }
        guard !isBetterThanNext else {
            return ["It is not shown to be better than \(some(rest, of: verdict, "or"))."]
        }
        let seeds = verdict.ranking.map(\.accuracy.count).max() ?? 1
        return seeds > 1
            ? ["It is significantly better than \(some(rest, of: verdict, "and"))."]
            : [
                """
                Its model is significantly better than \(rest.count == 1 ? "that" : "those") of \
                \(some(rest, of: verdict, "and")).
                """
            ]
    }

    /// Losses below the next one by name, or their number if there are many.
    private static func some(_ titles: [String], of verdict: Verdict, _ word: String) -> String {
        titles.count <= 5
            ? Format.list(titles, and: word)
            : "\(titles.count) of the \(verdict.ranking.count - 2) losses after it"
    }

    /// Several losses with the same accuracy compared with the next one.
    private static func together(
        _ verdict: Verdict, _ next: LossSeries, _ leads: Leads
    ) -> RichText {
        let better = verdict.leaders.map(\.loss).filter { leads.isBetter($0, than: next, verdict) }
        let among: RichText = "They cannot be told apart"
        switch better.count {
        case verdict.leaders.count:
            return among + "; each is significantly better than \(next.title), the next loss."
        case 0:
            return among + ", and neither can \(next.title), the next loss, from them."
        default:
            return among + """
                ; of them, \(Format.list(better.map(\.title))) \(better.count == 1 ? "is" : "are") \
                significantly better than \(next.title), the next loss.
                """
        }
    }
}

extension Verdict {
    /// Titles of the losses that share the highest accuracy.
    var leaderTitle: String { Format.list(leaders.map(\.loss.title)) }
}
