import Foundation
public import SafeFiles

/// State of a study, according to its folder: its runs, its workers, and an estimate of the remaining time.
public struct StudyStatus: Codable, Sendable, Hashable {
    /// State of a run.
    public enum State: String, Codable, Sendable {
        /// It ended with an error.
        case failed
        case finished
        /// It has begun, and no process works on it.
        case interrupted
        /// It has not begun.
        case planned
        /// A process works on it.
        case running
    }

    /// One run or try.
    public struct Run: Codable, Sendable, Hashable {
        /// Name of its folder.
        public var name: String
        /// Whether it is planned, running, interrupted, finished or failed.
        public var state: State
        /// Number of completed epochs.
        public var epochs: Int
        /// Total number of epochs; nil for a run that has not begun.
        public var epochsPlanned: Int?
        /// The process that works on it.
        public var holder: ProcessIdentity?
        /// Accuracy on the first test set after the last epoch; 0...1.
        public var accuracy: Double?
        /// Why it failed; nil for a run that did not fail.
        public var message: String?
        /// Seconds that an epoch took, testing included.
        public var secondsPerEpoch: Double?
    }

    /// The runs, by their names.
    public var runs: [Run]
    /// The tries of a study that tunes, by their names.
    public var tries: [Run]
    /// The processes that have registered as workers of the study and are not known to have ended.
    public var workers: [ProcessIdentity]
    /// Estimate of the seconds that the remaining runs take; nil before the first completed epoch.
    public var secondsLeft: Double?

    /// Reads a study's folder.
    ///
    /// A process on another machine counts as working as long as its lease exists: finding out whether the
    /// lease is still renewed would take time. A run whose files are damaged counts as interrupted.
    ///
    /// - Throws: ``FaceRunsError`` where the folder cannot be listed, or something in it is a link, a pipe
    ///   or a device.
    public init(_ study: StudyFolder) throws(FaceRunsError) {
        try study.requirePlain()
        let records = try study.workers().filter { !$0.holder.isGone }
        workers = records.map(\.holder).sorted { ($0.host, $0.process) < ($1.host, $1.process) }
        let begun = try Self.runs(of: study)
        let planned = Set(records.flatMap { $0.planned ?? [] })
            .subtracting(begun.map(\.name)).sorted()
        runs =
            begun
            + planned.map {
                Run(name: $0, state: .planned, epochs: 0)
            }
        tries = try Self.runs(of: study.tries)
        secondsLeft = Self.secondsLeft(runs, workers: workers.count)
    }

    private static func runs(of study: StudyFolder) throws(FaceRunsError) -> [Run] {
        var runs: [Run] = []
        for folder in try study.runs() { runs.append(Run(folder)) }
        return runs
    }

    /// The time of the remaining epochs if each takes as long as the completed ones, divided among
    /// the workers.
    private static func secondsLeft(_ runs: [Run], workers: Int) -> Double? {
        let known = runs.compactMap { run in run.secondsPerEpoch.map { ($0, Double(run.epochs)) } }
        let epochs = known.reduce(0) { $0 + $1.1 }
        guard epochs > 0 else { return nil }
        let mean = known.reduce(0) { $0 + $1.0 * $1.1 } / epochs
        let usual = runs.compactMap(\.epochsPlanned).max() ?? 0
        let left = runs.filter { $0.state != .finished && $0.state != .failed }
        let seconds = left.reduce(0.0) { sum, run in
            sum + Double(max(0, (run.epochsPlanned ?? usual) - run.epochs))
                * (run.secondsPerEpoch ?? mean)
        }
        return seconds / Double(max(1, min(workers, left.count)))
    }
}

extension StudyStatus.Run {
    /// Reads a run's folder.
    fileprivate init(_ folder: RunFolder) {
        let records = (try? folder.readEpochs()) ?? []
        let result = (try? folder.readResult()) ?? nil
        name = folder.url.lastPathComponent
        epochs = records.count
        epochsPlanned = try? folder.readDescription().epochs
        accuracy = records.last?.tests.first?.accuracy
        message = result?.status == .failed ? result?.message : nil
        secondsPerEpoch =
            records.isEmpty
            ? nil
            : records.reduce(0) { $0 + $1.trainSeconds + $1.evaluationSeconds }
                / Double(records.count)
        let present = Lease.holder(of: folder.leaseURL).flatMap { $0.isGone ? nil : $0 }
        switch result?.status {
        case .finished?: state = .finished
        case .failed? where present == nil: state = .failed
        default:
            state = present == nil ? .interrupted : .running
            holder = present
        }
    }
}
