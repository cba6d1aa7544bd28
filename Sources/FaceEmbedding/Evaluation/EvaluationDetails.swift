public import FaceEvaluation
import Foundation
import Spelling

/// Results of a model on all test sets that complement the sets' own tables: groups of people,
/// quality, and thresholds transferred from one set to another.
public struct EvaluationDetails: Codable, Sendable, Hashable {
    /// Details of the test sets that have any.
    public internal(set) var sets: [SetDetails] = []
    /// Thresholds of each set, applied to each other set.
    public internal(set) var transfers: [ThresholdTransfer] = []

    /// Whether there is nothing to report.
    public var isEmpty: Bool { sets.isEmpty && transfers.isEmpty }

    /// Adds a set unless its details are empty.
    mutating func add(_ set: SetDetails) {
        if !set.isEmpty { sets.append(set) }
    }

    /// Adds the error rates of each set's thresholds on each other set.
    ///
    /// - Parameter normalized: The sets whose scores are normalised. Their scale is not that of cosines, so that
    ///   no threshold of one kind applies to the other.
    mutating func addTransfers(
        _ scores: [(name: String, scores: TemplateScores)], normalized: Set<String> = []
    ) {
        for first in scores {
            for second in scores where second.name != first.name {
                guard normalized.contains(first.name) == normalized.contains(second.name) else {
                    continue
                }
                if let transfer = ThresholdTransfer(from: first, to: second) {
                    transfers.append(transfer)
                }
            }
        }
    }

    /// Blocks of text for a terminal.
    var texts: [String] {
        var blocks = sets.flatMap { set in
            set.groups.map { Self.text(set.name, $0) }
                + set.errorReject.compactMap { Self.text(set.name, $0) }
                + set.warnings.map { "\(set.name): \($0)" }
        }
        if !transfers.isEmpty {
            let lines = transfers.map { transfer in
                "  chosen on \(transfer.chosenOn), used on \(transfer.usedOn): FAR "
                    + "\(Self.rate(transfer.far)), TAR \(EvaluatedTemplates.percent(transfer.tar))"
            }
            blocks.append(
                (["thresholds of FAR 1e-3 carried over to other sets"] + lines).joined(
                    separator: "\n"))
        }
        return blocks
    }

    /// A rate that may be tiny, as `1.23e-04`.
    private static func rate(_ value: Double) -> String {
        value == 0 ? "0" : String(format: "%.2e", value)
    }

    private static func text(_ name: String, _ report: GroupReport) -> String {
        let lines = report.rows.map { row -> String in
            let fnmr = row.fnmr.map {
                "FNMR \(EvaluatedTemplates.percent($0))" + range(row.fnmrInterval)
            }
            let fmr = row.fmr.map { "FMR \(rate($0))" }
            let difference = row.toBest.map { values in
                String(
                    format: "%+.2f (%+.2f to %+.2f) to the best", values[0] * 100, values[1] * 100,
                    values[2] * 100)
            }
            let parts = [fnmr, fmr, difference, row.caveat.map { "caution: \($0)" }].compactMap {
                $0
            }
            return "  \(row.title): \(counted(row.people, "person", "people")), "
                + parts.joined(separator: ", ")
        }
        let worst = report.worst.map { "; most errors: \($0)" } ?? ""
        return
            ([
                "\(name), by \(report.attribute), at the threshold of FMR \(report.fmr) on all pairs\(worst)"
            ]
            + lines).joined(separator: "\n")
    }

    private static func range(_ interval: [Double]?) -> String {
        interval.map {
            " (\(EvaluatedTemplates.number($0[0] * 100)) to \(EvaluatedTemplates.number($0[1] * 100)))"
        } ?? ""
    }

    private static func text(_ name: String, _ quality: QualityCurve) -> String? {
        let points = quality.curve.points
        guard let none = points.first else { return nil }
        let some = [0.1, 0.2].compactMap { share in
            points.first { $0.rejected >= share }.map {
                "\(EvaluatedTemplates.percent($0.fnmr)) without the \(Int(share * 100)) %"
            }
        }
        return "\(name): FNMR at FAR \(OperatingPoint.text(ofRate: quality.far)) "
            + "\(EvaluatedTemplates.percent(none.fnmr)); \(some.joined(separator: ", ")) of lowest "
            + quality.quality
    }
}
