import CommandKit
import FaceRuns
import FaceStudy
import FaceTraining
import Foundation

/// The progress of a study: its runs, the completed fraction of its work, and the remaining time.
///
/// A run is weighted by its estimated seconds, or all runs equally without an estimate. The remaining time
/// is extrapolated from the runs of this process once they have taken long enough, and from the original
/// estimate before.
struct StudyProgress {
    /// Number of runs of the whole study.
    private(set) var planned: Int
    /// Number of successfully finished runs, including earlier ones.
    private(set) var finished = 0
    private(set) var failed = 0
    /// Number of runs that have begun or were finished before.
    private(set) var begun = 0

    /// The cell of each run's folder: runs of a training set and a backbone take equally long.
    private var cells: [String: String]
    /// The try that is in progress before the runs.
    private var tuning: TuningProgress?
    private var hasEstimate = false
    private var seconds: [String: Double] = [:]
    private var over: Set<String> = []
    /// Weight of the runs that this process has finished, and the time when it began the first one.
    private var done = 0.0
    private var started: ContinuousClock.Instant?
    private var current: (name: String, fraction: Double)?

    /// Creates the progress of a study that has not begun.
    init(_ plan: StudyPlan) {
        planned = plan.runs.count
        cells = Self.cells(plan)
    }

    private static func cells(_ plan: StudyPlan) -> [String: String] {
        Dictionary(plan.runs.map { ($0.folderName, cell($0)) }, uniquingKeysWith: { a, _ in a })
    }

    private static func cell(_ run: PlannedRun) -> String {
        "\(run.identity.trainSet)\n\(run.identity.backbone)"
    }

    /// Updates the progress by an event.
    mutating func receive(_ event: StudyEvent, at now: ContinuousClock.Instant = .now) {
        switch event {
        case .estimated(let estimate):
            hasEstimate = true
            for cell in estimate.cells {
                seconds["\(cell.trainSet)\n\(cell.backbone)"] = cell.secondsEach
            }
        case .planned(let plan):
            planned = plan.runs.count
            cells = Self.cells(plan)
            tuning = nil
        case .tryStarted(_, let progress), .tryEnded(let progress): tuning = progress
        case .runStarted(let run, _, _):
            begun += 1
            started = started ?? now
            current = (run.folderName, 0)
        case .runSkipped(let run, _, _), .runFinishedElsewhere(let run, _, _, _):
            begun += 1
            finished += 1
            over.insert(run.folderName)
        case .runFinished(let run, _):
            finished += 1
            end(run)
        case .runFailed(let run, _):
            failed += 1
            end(run)
        case .training(let run, .step(let step)) where cells[run.folderName] != nil:
            current = (run.folderName, Double(step.step) / Double(max(1, step.steps)))
        default: break
        }
    }

    private mutating func end(_ run: PlannedRun) {
        over.insert(run.folderName)
        done += weight(run.folderName)
        current = nil
    }

    private func weight(_ run: String) -> Double {
        guard let cell = cells[run], let seconds = seconds[cell] else { return 1 }
        return max(seconds, 1e-3)
    }

    /// Weight of the work that this process has done.
    private var worked: Double {
        done + (current.map { weight($0.name) * $0.fraction } ?? 0)
    }

    /// Completed fraction of the study's work; 0...1.
    var fraction: Double {
        let all = cells.keys.reduce(0) { $0 + weight($1) }
        let before = over.reduce(0) { $0 + weight($1) }
        let now = current.map { weight($0.name) * $0.fraction } ?? 0
        return all > 0 ? min(1, (before + now) / all) : 0
    }

    /// Estimated remaining seconds; nil if unknown.
    func secondsLeft(at now: ContinuousClock.Instant = .now) -> Double? {
        if let tuning { return tuning.secondsLeft }
        let left =
            cells.keys.filter { !over.contains($0) }.reduce(0) { $0 + weight($1) }
            - (current.map { weight($0.name) * $0.fraction } ?? 0)
        let elapsed = started.map { $0.duration(to: now) / .seconds(1) } ?? 0
        // The beginning and the end of a run take disproportionately long.
        let isTelling = worked > 0 && (done > 0 || (current?.fraction ?? 0) > 0.05)
        if isTelling { return max(0, left) * elapsed / worked }
        return hasEstimate ? max(0, left) : nil
    }

    /// The state of the runs as text: `run 3 of 9, 2 finished`.
    var text: String {
        if let tuning { return "try \(tuning.number) of \(tuning.count) before the runs" }
        let counts = [
            finished > 0 ? "\(finished) finished" : nil, failed > 0 ? "\(failed) failed" : nil,
        ]
        let number = current == nil ? nil : "run \(begun) of \(planned)"
        let known = ([number] + counts).compactMap { $0 }
        return known.isEmpty
            ? "\(planned) \(planned == 1 ? "run" : "runs") planned"
            : known.joined(separator: ", ") + (number == nil ? " of \(planned)" : "")
    }
}
