import SafeNumbers
import Spelling

/// Errors of studies.
public enum FaceStudyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process works in the study's folder.
    case busy(path: String, holder: String)
    /// Runs of several studies are incompatible; found before anything was copied.
    case cannotJoin(reasons: [String])
    /// A finished run cannot be tested on a set that was added later.
    case cannotTest(path: String, test: String, reason: String)
    /// A folder cannot be created or written to.
    case cannotWrite(path: String, reason: String)
    /// An image has changed since the study read it.
    case changedImage(path: String)
    /// A run's folder has a different configuration from the one requested.
    case differentConfiguration(path: String, key: String, stored: String, asked: String)
    /// A list of the study has the same entry twice.
    case duplicate(list: String, entry: String)
    /// A list of the study is empty.
    case empty(list: String)
    /// A step's loss or gradient was not finite.
    case failedStep(reason: String, bundle: String)
    /// Runs of a study are impossible; found before anything was trained.
    case impossible(reasons: [String])
    /// The study was interrupted; running the same command again resumes it.
    case interrupted
    /// Another process has taken over a run.
    case lostRun(name: String, holder: String)
    /// A training image that was readable before no longer is.
    case lostImage(reason: String)
    /// A folder is not that of a failed step.
    case noBundle(path: String, reason: String)
    /// The disk, or the user's fraction of it, is full.
    case noSpace(path: String)
    /// A study's folder contains no run.
    case noRuns(path: String)
    /// Nothing can be learned from a training set.
    case nothingToLearn(set: String, reason: String)
    /// A run to reproduce is not finished.
    case notFinished(path: String)
    /// A run cannot be reproduced.
    case notReproduced(reason: String)
    /// Scores of a study's models are to be normalised, but there is no cohort.
    case noCohort
    /// All test sets of a study are sets of templates.
    case onlyTemplates(name: String)
    /// The processes that compute a training together cannot continue.
    case processes(reason: String)
    /// A set has an invalid name.
    case setName(list: String, name: String, requirement: String)
    /// Another process works on another study in the same folder.
    case otherStudy(path: String, holder: String, key: String, theirs: String, mine: String)
    /// A training set's content is not that of the run to reproduce.
    case otherData(name: String)
    /// A run was tested on another set of the same name.
    case otherTest(path: String, test: String, key: String, stored: String, asked: String)
    /// A run cannot start from the requested weights.
    case start(reason: String)
    /// An image of a test set cannot be used.
    case testImage(path: String, reason: String)
    /// A run needs more memory than is available.
    case tooLittleMemory(needed: UInt64, available: UInt64, batchSize: Int, fitting: Int?)
    /// The loss of a toy training became infinite or NaN.
    case toyDiverged(loss: String, step: Int)
    /// A loss cannot use the values that were chosen in another study.
    case tunedLoss(text: String, reason: String)
    /// Losses cannot be tuned as requested.
    case tuning(reason: String)
    /// A value is not one of those allowed.
    case unknownValue(key: String, value: String, allowed: [String])
    /// Something in a study's folder points outside it.
    case unsafeFolder(reason: String)
    /// A validation set cannot be held out from a training set.
    case validation(set: String, reason: String)
    /// All processes that were started for a study have ended before it was finished.
    case workersEnded(left: Int)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .busy(let path, let holder):
            "another facet process is using \(quoted: path): \(holder); wait until it ends, or choose another "
                + "--output"
        case .cannotJoin(let reasons):
            "nothing was joined: " + reasons.joined(separator: "; ")
        case .cannotTest(let path, let test, let reason):
            "\(quoted: path) cannot be tested on \(quoted: test) because its model cannot be "
                + "read: \(reason); remove "
                + "that folder to retrain, or leave the test set out"
        case .cannotWrite(let path, let reason):
            "cannot write to \(quoted: path): \(reason); choose another --output"
        case .noCohort:
            "scores are to be normalised, and the training people are not read when existing models are tested; "
                + "give a folder of other people with --cohort PATH"
        case .onlyTemplates(let name):
            "\(quoted: name) is a test set of templates or MegaFace, and a study needs one of pairs of images "
                + "besides, on which each "
                + "epoch is tested; add --test NAME=PACK or NAME=IMAGES,PAIRS"
        case .changedImage(let path):
            "the image \(quoted: path) has changed since the study read it, and was not used for training or "
                + "testing; restore it and run the same command again, or choose another --output"
        case .differentConfiguration(let path, let key, let stored, let asked):
            "\(quoted: path) contains a run with a different configuration "
                + "(\(changeText(key, from: stored, to: asked))); "
                + "choose another --output, or remove that folder to retrain"
        case .duplicate(let list, let entry):
            "\(quoted: entry) occurs twice in \(list); give each once"
        case .empty(let list):
            "the study has no \(list); give at least one"
        case .failedStep(let reason, let bundle):
            "\(reason); for details, run facet explain '\(bundle)'"
        case .impossible(let reasons):
            "nothing was trained because some runs of the study are impossible: "
                + reasons.joined(separator: "; ")
        case .interrupted:
            "interrupted; run the same command again to resume"
        case .lostImage(let reason):
            "an image that was readable before no longer is: \(reason); restore the set "
                + "and run the same command again to resume from the last checkpoint"
        case .lostRun(let name, let holder):
            "\(quoted: name) was taken over by \(holder), because this process was unresponsive for too long; "
                + "nothing more was written to it"
        case .noBundle(let path, let reason):
            "\(quoted: path) is not the failure folder of a run: \(reason)"
        case .noSpace(let path):
            "the disk is full: \(quoted: path) cannot be written; free some space and run the "
                + "same command again; "
                + "it resumes from the last checkpoint"
        case .noRuns(let path):
            "\(quoted: path) contains no run of a study; give the folder that was the --output of facet compare"
        case .nothingToLearn(let set, let reason):
            "nothing can be learned from \(quoted: set): \(reason)"
        case .notFinished(let path):
            "the run \(quoted: path) is not finished; run its command again to finish it first"
        case .notReproduced(let reason):
            "the run cannot be reproduced: \(reason)"
        case .otherData(let name):
            "the images of \(quoted: name) differ from those of the run to reproduce: the "
                + "content hash is different"
        case .otherStudy(let path, let holder, let key, let theirs, let mine):
            "\(holder) works on another study in \(quoted: path) (\(key) is \(theirs) there, "
                + "\(mine) here); give "
                + "the same command to join it, or choose another --output"
        case .otherTest(let path, let test, let key, let stored, let asked):
            "\(quoted: path) was tested on another set named \(quoted: test) "
                + "(\(changeText(key, from: stored, to: asked))); "
                + "give the new one another name"
        case .processes(let reason): reason
        case .setName(let list, let name, let requirement):
            "\(quoted: name) is not a valid \(list) name; it must be \(requirement)"
        case .start(let reason): reason
        case .testImage(let path, let reason):
            "the test image \(quoted: path) cannot be used: \(reason); restore it, or count such images as "
                + "failures to enrol with --failures count"
        case .tooLittleMemory(let needed, let available, let batchSize, let fitting):
            "a batch of \(batchSize) needs about \(Self.gigabytes(needed)) of memory, and "
                + "\(Self.gigabytes(available)) is free; "
                + (fitting.map { "--batch-size \($0) would fit" }
                    ?? "not even a batch of 2 would fit; use a smaller backbone")
        case .toyDiverged(let loss, let step):
            "the loss \(quoted: loss) became NaN or infinite in step \(step); lower its scale or margin"
        case .tunedLoss(let text, let reason):
            "cannot take the tuned values of \(quoted: text): \(reason)"
        case .tuning(let reason): "tuning: \(reason)"
        case .unknownValue(let key, let value, let allowed):
            "\(quoted: key) is \(quoted: value) but must be one of: \(allowed.joined(separator: ", "))"
        case .unsafeFolder(let reason): reason
        case .validation(let set, let reason):
            "cannot hold out a validation set from \(quoted: set): \(reason)"
        case .workersEnded(let left):
            "all workers have ended, and \(counted(left, "run")) of the study \(left == 1 ? "is" : "are") "
                + "not finished; run the same command again to resume"
        }
    }

    private static func gigabytes(_ bytes: UInt64) -> String {
        let tenths = Int(saturating: (Double(bytes) / 1e8).rounded())
        return "\(tenths / 10).\(tenths % 10) GB"
    }
}
