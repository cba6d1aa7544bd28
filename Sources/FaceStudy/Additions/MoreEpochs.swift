import FaceConfiguration
import FaceRuns
import FaceTraining
import Foundation
import Spelling

// More epochs for finished runs: if the learning rate of the completed steps does not depend on the run's
// length, a run resumes from its last checkpoint, and is bit for bit equal to a run that had as many epochs
// from the start and a schedule that refers to the original number.

extension StudyConfiguration {
    /// The configuration with the schedule that the study's runs began with, if they had fewer epochs than
    /// are now requested and the schedule allows more.
    func continuing(_ runs: [PlannedRun], in folder: StudyFolder) -> StudyConfiguration {
        guard training.schedule.epochs == 0, training.schedule.isOpen else { return self }
        let begun = Set(runs.compactMap { folder.run(named: $0.folderName).scheduledEpochs })
        guard let epochs = begun.first, begun.count == 1, epochs < training.epochs else {
            return self
        }
        var result = self
        result.training.schedule.epochs = epochs
        return result
    }
}

extension Study {
    /// Reports what stays unchanged when finished runs continue.
    func reportMoreEpochs(_ control: StudyControl) {
        let epochs = configuration.training.schedule.epochs
        let shorter = plan.runs.filter { run in
            let folder = folder.run(named: run.folderName)
            return folder.isFinished && !folder.isFinished(after: configuration.training.epochs)
        }
        guard !shorter.isEmpty else { return }
        control.listener(
            .warning(
                "finished runs continue to epoch \(configuration.training.epochs); warm-up, milestones and "
                    + "the schedules of losses stay where they were, as fractions of "
                    + "\(epochs) epochs (training.schedule.epochs)"))
    }
}

extension RunFolder {
    /// The number of epochs to which the run's schedule refers; nil if there is no run.
    fileprivate var scheduledEpochs: Int? {
        guard let description = try? readDescription() else { return nil }
        return description.configuration["training"]?.scheduledEpochs
    }

    /// Whether there is a state to resume from.
    fileprivate var hasCheckpoint: Bool {
        FileManager.default.fileExists(
            atPath: checkpointURL.appendingPathComponent("last.safetensors").path)
    }
}

extension RunRequest {
    /// Why a run cannot have more epochs, as the values of a difference; nil if no more are requested, or
    /// it can.
    func obstacle(
        to mine: JSONValue, from theirs: JSONValue, in folder: RunFolder
    ) -> (stored: String, asked: String)? {
        guard let asked = mine.epochs, let stored = theirs.epochs, asked > stored else {
            return nil
        }
        let shape = theirs["schedule"]?["shape"]
        if case .string(let name)? = shape,
            let known = LearningRateSchedule.Shape(rawValue: name),
            !LearningRateSchedule(shape: known).isOpen, asked > (theirs.scheduledEpochs ?? 0)
        {
            return (
                "\(stored)",
                "\(asked): the learning rate of \(quoted: name) depends on the number of epochs from the "
                    + "first step on, and only runs of the shapes constant and step can be given more"
            )
        }
        guard folder.isFinished, !folder.isFinished(after: asked), !folder.hasCheckpoint else {
            return nil
        }
        return ("\(stored)", "\(asked): the checkpoint to resume from no longer exists")
    }
}

extension JSONValue {
    /// The number of epochs in a training configuration.
    var epochs: Int? {
        if case .number(let number)? = self["epochs"] { Int(exactly: number) } else { nil }
    }

    /// The number of epochs to which its schedule refers.
    fileprivate var scheduledEpochs: Int? {
        if case .number(let number)? = self["schedule"]?["epochs"], number > 0 {
            Int(exactly: number)
        } else {
            epochs
        }
    }

    /// A stored training configuration with the other's larger number of epochs, if both schedules refer to
    /// the same number; otherwise unchanged.
    func raised(to other: JSONValue) -> JSONValue {
        guard let mine = epochs, let theirs = other.epochs, mine <= theirs,
            scheduledEpochs == other.scheduledEpochs,
            let schedule = other["schedule"]?["epochs"], let epochs = other["epochs"]
        else { return self }
        return merging(
            .object(["epochs": epochs, "schedule": .object(["epochs": schedule])]))
    }
}
