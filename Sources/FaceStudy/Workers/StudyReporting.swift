import FaceRuns
import Foundation
import SafeFiles

/// The end of a study, in which one of its workers reports.
struct StudyReporting {
    let worker: StudyWorker
    let control: StudyControl
    let folder: StudyFolder
    let runs: [PlannedRun]

    /// Reports, or waits until another process has reported.
    func report(_ outcome: Study.Outcome) throws -> Study.Outcome {
        while true {
            let isReporter = try worker.becomeReporter()
            if worker.isReported(resultsHash) {
                var outcome = outcome
                outcome.isReportedElsewhere = true
                return outcome
            }
            if isReporter { break }
            try worker.publishEnd()
            try control.wait(control.leases.glance)
        }
        try write(outcome)
        return outcome
    }

    /// Reports, and notifies those that wait for it.
    func write(_ outcome: Study.Outcome) throws {
        let results = resultsHash
        PartialFile.removeStale(in: folder.reportURL)
        try control.report(outcome)
        try worker.refresh()
        if !worker.others.isEmpty { try worker.noteReport(of: results) }
    }

    /// Identifies the study's current results.
    var resultsHash: String {
        var hash = SHA256()
        for run in runs {
            hash.update(Data(run.folderName.utf8))
            let url = folder.run(named: run.folderName).resultURL
            hash.update(((try? PlainFile.read(url)) ?? nil) ?? Data())
        }
        return hash.hexDigest()
    }
}
