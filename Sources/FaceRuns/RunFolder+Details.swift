public import FaceEvaluation
public import Foundation
import SafeFiles

extension RunFolder {
    /// File of the `SetDetails` of the last epoch's backbone on a test set: `details/<test>.json`, named as
    /// ``scoresURL(test:)`` names its files.
    public func detailsURL(test: String) -> URL {
        let name = scoresURL(test: test).deletingPathExtension().lastPathComponent
        return url.appendingPathComponent("details").appendingPathComponent("\(name).json")
    }

    /// Writes `details/<test>.json`, atomically.
    public func write(_ details: SetDetails) throws(FaceRunsError) {
        let url = detailsURL(test: details.name)
        let data = try JSONRecord.file(details, path: url.path)
        try FaceRunsError.storing { () throws(SafeFilesError) in try AtomicFile.write(data, to: url)
        }
    }

    /// Reads `details/<test>.json`; nil where there is none.
    public func readDetails(test: String) throws(FaceRunsError) -> SetDetails? {
        let url = detailsURL(test: test)
        guard let data = try read(url) else { return nil }
        let details = try JSONRecord.decode(SetDetails.self, from: data, path: url.path)
        if let reason = details.damage {
            throw .damagedFile(path: url.path, line: nil, reason: reason)
        }
        return details
    }
}

extension SetDetails {
    /// What a record that was written by nobody here says wrongly; nil where nothing is.
    fileprivate var damage: String? {
        for group in groups {
            if let row = group.rows.first(where: { !$0.isSound }) {
                return "the rates of '\(row.groups.joined(separator: " "))' are no shares"
            }
        }
        for curve in errorReject {
            let points = curve.curve.points
            let numbers = points.flatMap { [$0.rejected, $0.fnmr] } + [curve.far]
            if points.isEmpty || !numbers.allSatisfy((0...1).contains) {
                return "the curve by '\(curve.quality)' is none of shares"
            }
        }
        return nil
    }
}

extension GroupReport.Row {
    fileprivate var isSound: Bool {
        let shares = [fnmr, fmr].compactMap { $0 } + (fnmrInterval ?? []) + (fmrInterval ?? [])
        let differences = toBest ?? []
        let draws = [fnmrReplicates, fmrReplicates].compactMap { $0 }
        return groups.count == 2 && people >= 0 && genuine >= 0 && impostor >= 0
            && shares.allSatisfy((0...1).contains)
            && [fnmrInterval, fmrInterval].allSatisfy { [nil, 2].contains($0?.count) }
            && [nil, 3].contains(toBest?.count) && differences.allSatisfy((-2...2).contains)
            && draws.allSatisfy {
                ($0.draws + $0.withoutGroups + [$0.estimate]).allSatisfy((0...1).contains)
                    && $0.people >= 0
            }
    }
}
