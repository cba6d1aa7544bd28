import Charts
import Documents
import FaceEvaluation
import FaceRuns
import FaceStatistics

/// Tables of error rates by group, for the losses of a study or for one model.
struct GroupTables {
    private let series: [GroupSeries]
    private let first: GroupReport
    /// Title of the tables' first column, e.g. `Loss`.
    private let what: String

    /// - Parameters:
    ///   - series: Losses or models with the groups of one attribute; without any, the result is nil.
    ///   - what: What they are, e.g. `Loss`.
    init?(_ series: [GroupSeries], of what: String) {
        let known = series.filter { !$0.reports.isEmpty }
        guard let first = known.first?.reports.first, !first.rows.isEmpty else { return nil }
        self.series = known
        self.first = first
        self.what = what
    }

    /// A sentence on the groups, the tables, and the caveats.
    var blocks: [Block] {
        [.paragraph(introduction)] + [gaps, misses, matches].compactMap { $0 }.map(Block.table)
            + [.caveats(caveats)]
    }

    private var introduction: RichText {
        let groups = first.rows.count { $0.isWithin }
        return """
            By \(strong: first.attribute), \(Format.count(groups, "group")). All share one threshold: that of a \
            false match rate of \(OperatingPoint.text(ofRate: first.fmr)) on all pairs.
            """
    }

    // MARK: The worst and the best group

    private var gaps: Table? {
        let rows = series.compactMap { series -> [Table.Entry]? in
            guard let ends = series.extremes, let gap = series.gap else { return nil }
            let interval = gap.interval()
            return [
                Table.Entry(series.title, key: series.style),
                rate(ends.worst, series.mark, areEqual: ends.areEqual),
                rate(ends.best, series.mark, areEqual: ends.areEqual),
                Table.Entry(
                    Format.percent(gap.mean),
                    detail: TemplateSection.range([
                        max(-1, interval.lower), min(1, interval.upper),
                    ])),
            ]
        }
        guard !rows.isEmpty else { return nil }
        return Table(
            caption: """
                The groups with the highest and the lowest false non-match rate (FNMR), in percent, and the difference in \
                percentage points, with 95 % intervals for \(over). The groups are selected on the same people, so \
                that the difference between similar groups appears somewhat larger than it is.\(unlearned)
                """,
            columns: [
                .words(what), .words("Highest FNMR"), .words("Lowest FNMR"),
                .numbers("Difference"),
            ], rows: rows)
    }

    private var over: String { TemplateSection.scope(ofSeeds: series.map(\.reports.count)) }

    // MARK: Rates of each group

    private var misses: Table? {
        let groups = first.rows.filter { $0.isWithin && $0.fnmr != nil }
        guard !groups.isEmpty else { return nil }
        let rows = groups.map { row -> [Table.Entry] in
            let estimates = series.map { $0.fnmr(row.groups[0]) }
            return [
                Table.Entry(row.groups[0]), Table.Entry(Format.count(row.people)),
                Table.Entry(Format.count(row.genuine)),
            ] + entries(estimates)
        }
        return Table(
            caption: """
                False non-match rate of each group at the common threshold, in percent: the share of its pairs of one \
                person that are rejected, with 95 % intervals for \(over).\(lowest)\(unlearned)
                """,
            columns: [.words("Group"), .numbers("People"), .numbers("Pairs")] + columns, rows: rows)
    }

    private var matches: Table? {
        let groups = first.rows.filter { $0.fmr != nil }
        guard !groups.isEmpty else { return nil }
        let rows = groups.map { row -> [Table.Entry] in
            let estimates = series.map { $0.fmr(row.groups) }
            // The lowest is not the best: equal rates of all groups would be.
            return [Table.Entry(row.title), Table.Entry(Format.count(row.impostor))]
                + estimates.map { estimate in estimate.map { rate($0, "") } ?? .missing }
        }
        return Table(
            caption: """
                False match rate (FMR) of each group at the common threshold, and between groups, in percent: the share of \
                the pairs of two people that are accepted, with 95 % intervals for \(over). Equal rates would all be \
                \(Format.percent(first.fmr)).\(unlearned)
                """,
            columns: [.words("Group"), .numbers("Pairs")] + columns, rows: rows)
    }

    private var columns: [Table.Column] {
        series.count == 1
            ? [.numbers("Rate")] : series.map { .numbers($0.title + $0.mark) }
    }

    /// The entries of a group's estimates, of which the lowest is the best.
    private func entries(_ estimates: [SeedPeopleEstimate?]) -> [Table.Entry] {
        let ranked = zip(series, estimates).compactMap { $0.hasLearned ? $1?.mean : nil }
        let isRanked = ranked.count > 1 && Set(ranked).count > 1
        return zip(series, estimates).map { series, estimate in
            guard let estimate else { return .missing }
            var entry = rate(estimate, "")
            entry.isBest = isRanked && series.hasLearned && estimate.mean == ranked.min()
            return entry
        }
    }

    /// The rate of the worst or the best group; where all are equal, no group is named.
    private func rate(
        _ extreme: GroupSeries.Extreme, _ mark: String, areEqual: Bool
    ) -> Table.Entry {
        var entry = rate(extreme.estimate, mark)
        entry.text = "\(areEqual ? "all equal" : extreme.group): " + entry.text
        return entry
    }

    private func rate(_ estimate: SeedPeopleEstimate, _ mark: String) -> Table.Entry {
        let interval = estimate.interval()
        return Table.Entry(
            Format.percent(estimate.mean) + mark,
            detail: TemplateSection.range([max(0, interval.lower), min(1, interval.upper)]))
    }

    private var lowest: String {
        series.count { $0.hasLearned } > 1 ? " The lowest rate of each group is bold." : ""
    }

    private var unlearned: String {
        series.allSatisfy(\.hasLearned)
            ? "" : " \(Cell.nothingLearnedMark) Nothing was learned; not ranked."
    }

    private var caveats: [RichText] {
        let reasons = first.rows.compactMap(\.caveat).uniqued
        guard !reasons.isEmpty else { return [] }
        let parts = reasons.map { reason in
            let rows = first.rows.filter { $0.caveat == reason }
            let names =
                rows.count == first.rows.count
                ? "all groups and pairs of groups" : rows.map(\.title).joined(separator: ", ")
            return "\(names) (\(reason))"
        }
        return ["Read with caution: \(parts.joined(separator: "; "))."]
    }
}
