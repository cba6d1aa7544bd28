import CommandKit
import FaceReport

/// Common options of the commands that write a study's report.
enum ReportOptions {
    /// The margin of practical equivalence.
    static let rope = Option(
        "--rope", .value("POINTS"),
        "largest difference of accuracies that counts as practically equal, in percentage points, for "
            + "the probabilities that a loss is better, equal or worse; 0 for none, default "
            + "\(Report.defaultRope)")

    /// The margin of practical equivalence, in percentage points.
    static func rope(_ arguments: Arguments) throws(CommandError) -> Double {
        try arguments.number("--rope", in: 0...100) ?? Report.defaultRope
    }
}
