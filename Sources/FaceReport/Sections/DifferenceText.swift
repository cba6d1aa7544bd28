import FaceRuns

/// How tables write differences of accuracies.
enum DifferenceText {
    /// What the entries mean.
    static let note = """
        Mean over the seeds that both have finished ± standard deviation over these seeds; bold \
        where it is beyond two standard errors.
        """

    /// A difference in points, bold where it is beyond two standard errors.
    static func entry(_ difference: Difference?) -> Table.Entry {
        guard let difference else { return .missing }
        let mean = difference.spread.mean
        return Table.Entry(
            Format.signed(mean * 100, 2),
            detail: difference.spread.standardDeviation.map { "± " + Format.percent($0) },
            isBest: abs(mean) > difference.twoErrors)
    }
}
