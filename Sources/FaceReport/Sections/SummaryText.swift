import Charts
import Documents
import FaceStatistics

extension Format {
    /// A mean with its standard deviation over the seeds, as a table entry.
    static func entry(
        _ summary: Summary?, isBest: Bool = false, number: (Double) -> String
    ) -> Table.Entry {
        guard let summary else { return .missing }
        return Table.Entry(
            number(summary.mean), detail: summary.standardDeviation.map { "± " + number($0) },
            isBest: isBest)
    }
}
