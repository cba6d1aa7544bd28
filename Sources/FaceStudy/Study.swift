public import FaceRuns
import FaceTraining
public import Foundation
import Torch

/// Many runs, one after another: planned, run, skipped when finished, gone on with when interrupted.
public struct Study {
    /// The grid.
    public let configuration: StudyConfiguration
    /// The runs.
    public let plan: StudyPlan
    /// Where the runs' folders and the report go.
    public let folder: StudyFolder

    /// Resolves a configuration's names and checks its values; touches no file.
    ///
    /// - Throws: the error of the first name or value that is wrong.
    public init(_ configuration: StudyConfiguration, folder: URL) throws {
        self.configuration = configuration
        plan = try StudyPlan(configuration)
        self.folder = StudyFolder(folder)
    }

    /// How a study ended.
    public struct Outcome: Sendable, Hashable {
        /// Runs that are finished, those of former times included.
        public var finished = 0
        /// Runs that failed, with their messages.
        public var failed: [String] = []
    }

    /// Runs what is not finished yet.
    ///
    /// - Throws: what stops the whole study: data that cannot be read, an output folder that cannot
    ///   be written, or ``FaceStudyError/interrupted``. A run's own failure does not throw.
    public func run(_ control: StudyControl) throws -> Outcome {
        let compute = try configuration.resolvedCompute()
        try makeFolder()
        let data = try PreparedData(configuration, folder: folder, control: control)
        // What cannot be estimated fails again in its own run, where it stops no other.
        if let estimate = try? estimate(data, compute), !estimate.cells.isEmpty {
            control.listener(.estimated(estimate))
        }
        var outcome = Outcome()
        for (index, run) in plan.runs.enumerated() {
            if let message = try perform(run, number: index + 1, compute, data, control) {
                outcome.failed.append(message)
            } else {
                outcome.finished += 1
            }
        }
        return outcome
    }

    /// Performs one run unless it is finished; returns its message when it failed.
    private func perform(
        _ run: PlannedRun, number: Int, _ compute: ComputeConfiguration, _ data: PreparedData,
        _ control: StudyControl
    ) throws -> String? {
        let executor = RunExecutor(
            run: run, configuration: configuration, compute: compute,
            folder: folder.run(named: run.folderName), data: data, control: control)
        do {
            if let result = try executor.finishedResult() {
                control.listener(.runSkipped(run, result))
                return nil
            }
            control.listener(.runStarted(run, number, plan.runs.count))
            control.listener(.runFinished(run, try executor.execute()))
            return nil
        } catch FaceTrainingError.interrupted, FaceStudyError.interrupted {
            throw FaceStudyError.interrupted
        } catch {
            let message = "\(run.folderName): \(error)"
            executor.recordFailure(error)
            control.listener(.runFailed(run, message))
            return message
        }
    }

    private func makeFolder() throws(FaceStudyError) {
        do {
            try FileManager.default.createDirectory(
                at: folder.url, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: folder.url.path, reason: error.localizedDescription)
        }
        guard FileManager.default.isWritableFile(atPath: folder.url.path) else {
            throw .cannotWrite(path: folder.url.path, reason: "no permission")
        }
    }
}
