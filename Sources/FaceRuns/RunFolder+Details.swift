public import FaceEvaluation
public import Foundation
import Spelling

extension RunFolder {
    /// File of the `SetDetails` of the last epoch's backbone on a test set: `details/<test>.json`, named as
    /// ``scoresURL(test:)`` names its files.
    public func detailsURL(test: String) -> URL {
        let name = scoresURL(test: test).deletingPathExtension().lastPathComponent
        return url.appendingPathComponent("details").appendingPathComponent("\(name).json")
    }

    /// Writes `details/<test>.json`, atomically.
    public func write(_ details: SetDetails) throws(FaceRunsError) {
        try replace(detailsURL(test: details.name), with: details)
    }

    /// Reads `details/<test>.json`; nil where there is none.
    public func readDetails(test: String) throws(FaceRunsError) -> SetDetails? {
        try readRecord(SetDetails.self, at: detailsURL(test: test))
    }
}

extension SetDetails: CheckedRecord {
    func check() throws(RecordFault) {
        for group in groups {
            if let row = group.rows.first(where: { !$0.isSound }) {
                throw RecordFault(
                    reason:
                        "the rates of \(quoted: row.groups.joined(separator: " ")) are not fractions"
                )
            }
        }
        for curve in errorReject {
            let points = curve.curve.points
            let numbers = points.flatMap { [$0.rejected, $0.fnmr] } + [curve.far]
            // Older versions wrote 1.0000000000000002 where all remaining pairs are errors.
            if points.isEmpty || !numbers.allSatisfy((0...1 + 1e-9).contains)
                || curve.curve.pairs.map({ $0 < 1 }) ?? false
            {
                throw RecordFault(
                    reason:
                        "the curve by \(quoted: curve.quality) has values that are not fractions")
            }
        }
    }
}

extension GroupReport.Row {
    fileprivate var isSound: Bool {
        let shares = [fnmr, fmr].compactMap { $0 } + (fnmrInterval ?? []) + (fmrInterval ?? [])
        let differences = toBest ?? []
        return groups.count == 2 && people >= 0 && genuine >= 0 && impostor >= 0
            && shares.allSatisfy((0...1).contains)
            && [fnmrInterval, fmrInterval].allSatisfy { [nil, 2].contains($0?.count) }
            && [nil, 3].contains(toBest?.count) && differences.allSatisfy((-2...2).contains)
            && [fnmrReplicates, fmrReplicates].allSatisfy { $0?.areFractions ?? true }
    }
}
