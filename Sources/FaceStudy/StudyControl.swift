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
    /// Images of a test set are being embedded: done, total.
    case evaluating(PlannedRun, String, Int, Int)
    /// Information for the user, one sentence.
    case note(String)
    /// A set is being read or rendered: description, done, total.
    case preparing(String, Int, Int)
    /// A run failed; the others continue.
    case runFailed(PlannedRun, String)
    /// A run has finished.
    case runFinished(PlannedRun, RunResult)
    /// A run was finished by another process; the numbers of finished runs and of all runs.
    case runFinishedElsewhere(PlannedRun, RunResult, Int, Int)
    /// A run had been finished before, and its model has now been tested on these sets.
    case runSkipped(PlannedRun, RunResult, _ added: [String])
    /// A run begins: its number from 1, and the number of runs.
    case runStarted(PlannedRun, Int, Int)
    /// The runs to train after tuning, with the defaults and the chosen values.
    case planned(StudyPlan)
    /// A run's network has loaded its initial weights.
    case started(PlannedRun, StartRecord)
    /// An event of a run's training.
    case training(PlannedRun, TrainingEvent)
    /// A try has finished.
    case tryEnded(TuningProgress)
    case tryStarted(PlannedRun, TuningProgress)
    /// A warning, one sentence.
    case warning(String)
}

/// A check of whether the faces of a set are aligned.
public struct AlignmentDoubt {
    /// Identifies the face detector, its weights, and the criterion: a cached result for a set is valid
    /// while these are the same.
    public var identity: String
    /// Returns a warning if the faces of a set at a path are not aligned; nil if they are.
    public var sentence: (any ImageSource, _ path: String) throws -> String?

    /// Memberwise initialiser.
    public init(
        identity: String, sentence: @escaping (any ImageSource, _ path: String) throws -> String?
    ) {
        self.identity = identity
        self.sentence = sentence
    }
}

/// Progress, cancellation and environment of a study.
public struct StudyControl {
    /// Commit from which the tool was built, for the run's records.
    public var commit: String
    /// Time between two checkpoints within an epoch.
    public var saveInterval: Duration
    /// Receives a run's description before anything is written; an error makes the run fail.
    public var willStart: (RunDescription) throws -> Void
    /// Ends the process with a message if memory runs out where no error can be thrown.
    public var endProcess: @Sendable (String) -> Void
    /// Polled often; if true, the study saves its state and ends.
    public var shouldStop: () -> Bool
    /// Called with every event of the study.
    public var listener: (StudyEvent) -> Void
    /// Writes the report when all runs are finished: called in one of the study's processes.
    public var report: (Study.Outcome) throws -> Void = { _ in }
    /// Returns the alignment check; nil for none. FaceStudy itself has no face detector.
    public var alignment: () -> AlignmentDoubt? = { nil }
    /// Whether only failed runs are executed, and retried.
    public var retriesFailed = false
    /// The processes that compute each training together; nil for a single process.
    public var team: ProcessTeam?
    /// The clock and timeouts of leases.
    public var leases = LeaseClock()
    /// The current time, for detecting files that are too new to be identified by their times.
    public var now: () -> Date = { Date() }
    /// Sleeps while other processes execute all remaining runs.
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
