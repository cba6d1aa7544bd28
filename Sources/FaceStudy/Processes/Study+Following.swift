import FaceConfiguration
import FaceModels
import FaceRuns
import FaceTraining
import Processes
import Torch

extension Study {
    /// Takes part in the trainings of process 0 (``StudyControl/team``) until that ends; for all others of
    /// its processes.
    ///
    /// Nothing is written, and nothing is said but warnings of what is read.
    ///
    /// - Throws: what keeps this process from going on, of which process 0 is told; and `ProcessError` where
    ///   another one is gone.
    public func follow(_ control: StudyControl) throws {
        guard let team = control.team else { return }
        do {
            try follow(control, team)
        } catch {
            if !(error is ProcessError) { team.tell("\(error)") }
            throw error
        }
    }

    private func follow(_ control: StudyControl, _ team: ProcessTeam) throws {
        var context: StudyContext?
        while true {
            switch try team.nextStudyOrder() {
            case .end:
                team.leave()
                return
            case .read: context = try trainingContext(control)
            case .train(let run):
                let known = try context ?? trainingContext(control)
                context = known
                try takePart(known.run(try run.planned()))
            }
        }
    }

    /// The training sets, without a word of the test sets, which process 0 alone has to do with.
    private func trainingContext(_ control: StudyControl) throws -> StudyContext {
        var sets = configuration
        sets.test = []
        return StudyContext(
            configuration: configuration, compute: try configuration.resolvedCompute(),
            folder: folder, data: try PreparedData(sets, folder: folder, control: control),
            start: StudyStart(configuration), control: control)
    }

    private func takePart(_ run: RunContext) throws {
        let executor = RunExecutor(context: run)
        let trainer = try executor.makeTrainer(
            try executor.makeModel(), checkpoint: run.folder.checkpointURL)
        do {
            try trainer.run(shouldStop: run.control.shouldStop) { _ in }
        } catch ProcessError.abandoned {
            // Process 0 says what is next.
        } catch is FaceTrainingError {
            // It has ended in the same way there.
        }
    }

    /// What must be the same in all processes that compute a study's trainings together, by what it is
    /// called.
    public var traits: [String: String] {
        var traits = ["version of Facet": FacetVersion.number, "LibTorch": LibTorch.version]
        configuration.recordJSON().deciding.forEachLeaf("") { traits[$0] = $1 }
        traits["precision"] = (try? configuration.resolvedCompute())?.precision.rawValue
        return traits
    }
}

extension JSONValue {
    /// Gives every value that has none inside, by its path.
    fileprivate func forEachLeaf(_ path: String, _ body: (String, String) -> Void) {
        guard case .object(let members) = self else { return body(path, text) }
        for (key, value) in members {
            value.forEachLeaf(path.isEmpty ? key : "\(path).\(key)", body)
        }
    }
}
