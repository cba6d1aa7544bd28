public import FaceData
public import FaceRuns
public import FaceTraining
public import Foundation
public import Processes
public import SafeFiles

/// Progress events of a study.
public enum StudyEvent: Sendable {
    /// An epoch was trained and evaluated.
    case epochRecorded(PlannedRun, EpochRecord)
    /// The estimated cost of the remaining runs.
    case estimated(StudyEstimate)
    /// Images of a test set are being embedded: done, of.
    case evaluating(PlannedRun, String, Int, Int)
    /// Something a person may like to know, a sentence.
    case note(String)
    /// A set is being read or made: what, done, of.
    case preparing(String, Int, Int)
    /// A run failed; the others continue.
    case runFailed(PlannedRun, String)
    /// A run has finished.
    case runFinished(PlannedRun, RunResult)
    /// A run was finished by another process: how many are finished, of.
    case runFinishedElsewhere(PlannedRun, RunResult, Int, Int)
    /// A run was over before, and its model was tested on these sets now.
    case runSkipped(PlannedRun, RunResult, _ added: [String])
    /// A run begins: its number from 1, of.
    case runStarted(PlannedRun, Int, Int)
    /// The settings to train after tuning: the defaults and the chosen ones.
    case planned(StudyPlan)
    /// A run's network has taken the weights that it begins with.
    case started(PlannedRun, StartRecord)
    /// Something in a run's training.
    case training(PlannedRun, TrainingEvent)
    /// A try has finished.
    case tryEnded(TuningProgress)
    case tryStarted(PlannedRun, TuningProgress)
    /// Something a person should know, a sentence.
    case warning(String)
}

/// Determines whether the faces of a set are aligned.
public struct AlignmentDoubt {
    /// Names the detector of faces, its weights, and how its faces are judged: what it has said of a set is kept
    /// for as long as both are the same.
    public var identity: String
    /// Says in a sentence when the faces of a set, which is at a path, are not aligned; nil if they are.
    public var sentence: (any ImageSource, _ path: String) throws -> String?

    /// Creates a doubt.
    public init(
        identity: String, sentence: @escaping (any ImageSource, _ path: String) throws -> String?
    ) {
        self.identity = identity
        self.sentence = sentence
    }
}

/// How a study is watched and stopped.
public struct StudyControl {
    /// Commit that the tool was built from, for the record.
    public var commit: String
    /// Time between two checkpoints inside an epoch.
    public var saveInterval: Duration
    /// Receives what a run is before anything of it is written; what it throws fails the run.
    public var willStart: (RunDescription) throws -> Void
    /// Ends the process with a sentence when memory runs out where nothing can be thrown.
    public var endProcess: @Sendable (String) -> Void
    /// Asked often; when true, the study saves its state and ends.
    public var shouldStop: () -> Bool
    /// Called with every event of the study.
    public var listener: (StudyEvent) -> Void
    /// Writes the report when all runs are finished: called in one of the processes that work on the study.
    public var report: (Study.Outcome) throws -> Void = { _ in }
    /// Determines whether faces are aligned; nil if that is unknown. FaceStudy has no detector of faces.
    public var alignment: () -> AlignmentDoubt? = { nil }
    /// Whether runs that have failed are tried again, and no others are made.
    public var retriesFailed = false
    /// The processes that compute each training together; nil for this one alone.
    public var team: ProcessTeam?
    /// By which time leases are kept and expire.
    public var leases = LeaseClock()
    /// The time of day, by which files are too new to be known by their times.
    public var now: () -> Date = { Date() }
    /// Lets time pass while other processes have all that is left.
    public var sleep: (Duration) -> Void = { usleep(UInt32(clamping: Int($0 / .microseconds(1)))) }

    /// Creates a control.
    public init(
        commit: String = "unknown", saveInterval: Duration = .seconds(60),
        willStart: @escaping (RunDescription) throws -> Void = { _ in },
        endProcess: @escaping @Sendable (String) -> Void = { _ in },
        shouldStop: @escaping () -> Bool = { false },
        listener: @escaping (StudyEvent) -> Void = { _ in }
    ) {
        self.commit = commit
        self.saveInterval = saveInterval
        self.willStart = willStart
        self.endProcess = endProcess
        self.shouldStop = shouldStop
        self.listener = listener
    }
}
