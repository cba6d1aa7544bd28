import Charts
import Documents
import FaceRuns
import FaceStatistics

/// Table entries for differences of accuracies.
enum DifferenceText {
    /// The legend of the entries.
    static let note = """
        Mean over the seeds that both have finished ± standard deviation over these seeds; bold \
        if its 95 % interval over seeds and pairs (with one seed over pairs alone) excludes zero, \
        without correction for multiple comparisons.
        """

    /// A difference in points, bold if its interval excludes zero.
    static func entry(_ difference: Difference?) -> Table.Entry {
        guard let difference else { return .missing }
        let mean = difference.summary.mean
        return Table.Entry(
            Format.signed(mean * 100, 2),
            detail: difference.summary.standardDeviation.map { "± " + Format.percent($0) },
            isBest: difference.interval.map { !$0.contains(0) } ?? false)
    }
}
