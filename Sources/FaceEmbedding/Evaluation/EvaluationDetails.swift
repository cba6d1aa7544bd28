import FaceData
import FaceEvaluation
import Foundation
import Spelling

/// Results of a model on all test sets that complement the sets' own tables: groups of people,
/// quality, and thresholds transferred from one set to another.
public struct EvaluationDetails: Codable, Sendable, Hashable {
    struct SetDetails: Codable, Sendable, Hashable {
        var name: String
        var groups: [GroupReport]
        /// By the norm of the embeddings, at FAR 1e-3.
        var errorReject: ErrorRejectCurve?
        var warnings: [String]
    }

    var sets: [SetDetails] = []
    var transfers: [ThresholdTransfer] = []

    /// Whether there is nothing to report.
    public var isEmpty: Bool { sets.isEmpty && transfers.isEmpty }

    /// Adds a set, and gives its scores.
    mutating func add(
        _ name: String, _ set: TemplateSet, _ views: EmbeddingViews, _ attributes: AttributeTable?,
        cohort: ScoreCohort? = nil
    ) throws -> TemplateScores {
        let found = try TemplateDetails(
            set, views, cohort: cohort, product: TemplateProduct.torch)
        let details = SetDetails(
            name: name, groups: try attributes.map { try found.groups($0) } ?? [],
            errorReject: try found.errorReject(), warnings: attributes?.warnings(for: set) ?? [])
        if !details.groups.isEmpty || details.errorReject != nil || !details.warnings.isEmpty {
            sets.append(details)
        }
        return found.scores
    }

    /// Adds what thresholds of each set do on each other one.
    mutating func addTransfers(_ scores: [(name: String, scores: TemplateScores)]) {
        for first in scores {
            for second in scores where second.name != first.name {
                if let transfer = ThresholdTransfer(from: first, to: second) {
                    transfers.append(transfer)
                }
            }
        }
    }

    /// Blocks of text for a person at a terminal.
    var texts: [String] {
        var blocks = sets.flatMap { set in
            set.groups.map { Self.text(set.name, $0) }
                + [Self.text(set.name, set.errorReject)].compactMap { $0 }
                + set.warnings.map { "\(set.name): \($0)" }
        }
        if !transfers.isEmpty {
            let lines = transfers.map { transfer in
                "  chosen on \(transfer.chosenOn), used on \(transfer.usedOn): FAR "
                    + "\(String(format: "%.2e", transfer.far)), TAR \(EvaluatedTemplates.percent(transfer.tar))"
            }
            blocks.append(
                (["thresholds of FAR 1e-3 carried over to other sets"] + lines).joined(
                    separator: "\n"))
        }
        return blocks
    }

    private static func text(_ name: String, _ report: GroupReport) -> String {
        let lines = report.rows.map { row -> String in
            let fnmr = row.fnmr.map {
                "FNMR \(EvaluatedTemplates.percent($0))" + range(row.fnmrInterval)
            }
            let fmr = row.fmr.map { "FMR \(String(format: "%.2e", $0))" }
            let difference = row.toBest.map { values in
                String(
                    format: "%+.2f (%+.2f to %+.2f) to the best", values[0] * 100, values[1] * 100,
                    values[2] * 100)
            }
            let parts = [fnmr, fmr, difference, row.caution.map { "caution: \($0)" }].compactMap {
                $0
            }
            let title =
                row.groups[0] == row.groups[1]
                ? row.groups[0] : row.groups.joined(separator: " and ")
            return "  \(title): \(counted(row.people, "person", "people")), "
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

    private static func text(_ name: String, _ curve: ErrorRejectCurve?) -> String? {
        guard let curve, let none = curve.points.first else { return nil }
        let some = [0.1, 0.2].compactMap { share in
            curve.points.first { $0.rejected >= share }.map {
                "\(EvaluatedTemplates.percent($0.fnmr)) without the \(Int(share * 100)) % of shortest embeddings"
            }
        }
        return "\(name): FNMR at FAR 1e-3 \(EvaluatedTemplates.percent(none.fnmr)); "
            + some.joined(separator: ", ")
    }
}
