import FaceData
import FaceRuns
import FaceTraining
import Spelling

/// Why runs of a study are impossible: a reason that applies to many runs is reported once.
struct RunRefusals {
    /// A reason, independent of the run's folder.
    private enum Reason: Hashable {
        case otherConfiguration(key: String, stored: String, asked: String)
        case sentence(String)
    }

    /// Runs of the study.
    private let count: Int
    private var reasons: [(reason: Reason, sentence: String, runs: [String])] = []

    init(runs count: Int) {
        self.count = count
    }

    /// Whether an error is permanent, and not caused by one damaged file.
    static func isPermanent(_ error: any Error) -> Bool {
        switch error as? FaceStudyError {
        case .differentConfiguration, .start: return true
        default: break
        }
        return error is FaceDataError || error is FaceTrainingError
    }

    mutating func add(_ error: any Error, of run: PlannedRun) {
        let reason: Reason
        var sentence = "\(error)"
        if case FaceStudyError.differentConfiguration(_, let key, let stored, let asked)? =
            error as? FaceStudyError
        {
            reason = .otherConfiguration(key: key, stored: stored, asked: asked)
        } else {
            if error is FaceDataError || error is FaceTrainingError {
                sentence = "\(quoted: run.identity.trainSet): \(sentence)"
            }
            reason = .sentence(sentence)
        }
        if let index = reasons.firstIndex(where: { $0.reason == reason }) {
            reasons[index].runs.append(run.folderName)
        } else {
            reasons.append((reason, sentence, [run.folderName]))
        }
    }

    /// One sentence for each reason.
    var sentences: [String] {
        reasons.map { reason, sentence, runs in
            guard case .otherConfiguration(let key, let stored, let asked) = reason, runs.count > 1
            else { return sentence }
            let which =
                runs.count == count
                ? "all \(counted(count, "run"))"
                : "\(runs.count) of the \(counted(count, "run")) (the first is \(quoted: runs[0]))"
            return "the output folder holds \(which) with a different configuration "
                + "(\(changeText(key, from: stored, to: asked))); choose another --output, or remove "
                + "their folders to retrain"
        }
    }
}
