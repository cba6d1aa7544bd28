import Charts
import FaceEvaluation
import FaceStatistics

/// The error rates by group of one loss or model on one test set, seed by seed.
struct GroupSeries {
    /// The loss or model.
    let title: String
    /// Its style in figures; nil if there is only one series.
    let style: SeriesStyle?
    /// One report per seed, on one attribute.
    let reports: [GroupReport]
    /// Whether its runs learned something; otherwise it is shown but not ranked.
    let hasLearned: Bool
    /// The mark after its numbers.
    let mark: String

    /// A group with its false non-match rate over the seeds.
    struct Extreme {
        let group: String
        let estimate: SeedPeopleEstimate
        fileprivate let replicates: [PeopleReplicates]
    }

    /// The rows of two groups, one per seed; equal names mean within a group.
    private func rows(_ groups: [String]) -> [GroupReport.Row] {
        reports.compactMap { report in report.rows.first { $0.groups == groups } }
    }

    /// The false non-match rate of a group.
    func fnmr(_ group: String) -> SeedPeopleEstimate? {
        SeedPeopleEstimate(rows([group, group]).compactMap(\.fnmrReplicates))
    }

    /// The false match rate within a group or between two.
    func fmr(_ groups: [String]) -> SeedPeopleEstimate? {
        SeedPeopleEstimate(rows(groups).compactMap(\.fmrReplicates))
    }

    /// The groups with the lowest and the highest false non-match rate, and whether these rates are equal;
    /// nil with fewer than two groups.
    var extremes: (best: Extreme, worst: Extreme, areEqual: Bool)? {
        let groups = (reports.first?.rows ?? []).filter { $0.isWithin && $0.fnmr != nil }
        let all = groups.compactMap { row -> Extreme? in
            fnmr(row.groups[0]).map {
                Extreme(
                    group: row.groups[0], estimate: $0,
                    replicates: rows(row.groups).compactMap(\.fnmrReplicates))
            }
        }
        guard all.count > 1,
            let best = all.min(by: { $0.estimate.mean < $1.estimate.mean }),
            let worst = all.max(by: { $0.estimate.mean < $1.estimate.mean })
        else { return nil }
        return (best, worst, best.estimate.mean == worst.estimate.mean)
    }

    /// The worst group's false non-match rate minus the best one's, on the same draws of people; nil with
    /// fewer than two groups.
    var gap: SeedPeopleEstimate? {
        extremes.flatMap {
            SeedPeopleEstimate.difference($0.worst.replicates, $0.best.replicates)
        }
    }
}
