public import FaceRuns
import Spelling

/// Errors of making a report.
public enum FaceReportError: Error, CustomStringConvertible, Equatable, Sendable {
    /// The path does not exist or is not a folder.
    case noFolder(path: String)
    /// The study has no readable run; `damaged` is the number of unreadable ones.
    case noRuns(study: String, damaged: Int)
    /// The folder is that of a run, not of a study.
    case runFolder(path: String, study: String)
    /// The folders could not be listed, or the report not written.
    case runs(FaceRunsError)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .noFolder(let path):
            "there is no folder \(quoted: path); give the folder of a study (its --output)"
        case .noRuns(let study, 0):
            "there are no runs to report in \(quoted: study); start the study first"
        case .noRuns(let study, let damaged):
            "\(damaged == 1 ? "the only run in \(quoted: study) cannot" : "none of the \(damaged) runs in \(quoted: study) can") be "
                + "read; delete \(damaged == 1 ? "its folder" : "their folders") and start the "
                + "study again"
        case .runFolder(let path, let study):
            "\(quoted: path) is the folder of a single run; report its study, \(quoted: study)"
        case .runs(let error):
            error.description
        }
    }
}
