import Foundation
import Processes
import Torch

/// The operation that the other processes of a team are waiting for.
enum OtherProcesses {
    /// The agreement of all before a step.
    case awaitAgreement
    /// The exchange of class weights for a checkpoint, and then an order of process 0.
    case awaitSave
    /// An order of process 0.
    case awaitOrder
    /// Nothing: they do not take part in this training.
    case idle
}

extension Trainer {
    /// The message of process 0 at the start of a training.
    private struct Beginning: Codable {
        var position: TrainingPosition
        var fingerprint: String
        var steps: Int
    }

    /// The order of process 0 after an epoch, besides those of its observer.
    private enum Order: String {
        case proceed = "proceed"
        /// Send process 0 the class weights that it does not have.
        case sendWeights = "send weights"
        case end
    }

    /// Checks that every process has at least one micro-batch.
    static func requireShares(
        _ configuration: TrainingConfiguration, _ team: ProcessTeam?
    ) throws(FaceTrainingError) {
        guard let team, configuration.microBatches < team.size else { return }
        throw .configuration(
            key: "microBatches",
            reason: "it must be at least the number of processes, \(team.size), but it is "
                + "\(configuration.microBatches)")
    }

    /// Sends the state of process 0 to all processes.
    func beginTogether() throws {
        guard let team else { return }
        defer { if position.epoch < configuration.epochs { others = othersAfterStep } }
        let mine = Beginning(
            position: position, fingerprint: checkpoint.fingerprint, steps: stepsPerEpoch)
        if team.leads {
            try team.lead(String(decoding: try JSONEncoder().encode(mine), as: UTF8.self))
        } else {
            let text = try team.nextOrder()
            guard let theirs = try? JSONDecoder().decode(Beginning.self, from: Data(text.utf8))
            else { throw ProcessError.abandoned }
            try requireSame(theirs, mine, team)
            position = theirs.position
        }
        team.step = position.step
        // Reading a set may take longer than the timeout of an exchange.
        try team.awaitAll("ready")
        for entry in checkpoint.state {
            if let rows, rows.contains(entry) {
                try rows.distribute(entry)
                continue
            }
            try team.exchange { group throws(TorchError) in try group.broadcast(entry.tensor) }
        }
        if let failure = rows?.failure { throw failure }
        // All rows are larger than any tensor of a step.
        if rows != nil { LibTorch.releaseFreeMemory() }
        if position.step > 0 { optimizer.resume() }
    }

    private func requireSame(
        _ theirs: Beginning, _ mine: Beginning, _ team: ProcessTeam
    ) throws(ProcessError) {
        guard theirs.fingerprint != mine.fingerprint || theirs.steps != mine.steps else { return }
        let reason =
            checkpoint.difference(from: theirs.fingerprint) ?? "its sets have other images"
        team.reportFailure("it was started for another run: \(reason)")
        throw .reported(member: "this process", message: reason)
    }

    /// The batch of the next step, once all processes have theirs; nil at the end.
    ///
    /// - Parameter batch: This process's part, or the error that prevented it.
    func agreed(
        _ batch: Result<PreparedBatch?, any Error>, _ observer: any TrainingObserver
    ) throws -> PreparedBatch? {
        guard let team else { return try batch.get() }
        team.step = position.step
        var readiness: ProcessTeam.Readiness =
            observer.shouldStop ? .stops : savesNext ? .saves : .ready
        if case .failure(let error) = batch {
            readiness = .ends
            if !team.leads { team.reportFailure("\(error)") }
        }
        others = .idle
        switch try agreement(team, readiness, observer) {
        case .ready, .saves: return try batch.get()
        case .stops:
            try save(observer)
            throw FaceTrainingError.interrupted(step: position.step)
        case .ends:
            _ = try batch.get()
            throw team.leads ? team.reportedError() : ProcessError.abandoned
        }
    }

    /// What all processes do next, after saving if process 0 requests it.
    private func agreement(
        _ team: ProcessTeam, _ readiness: ProcessTeam.Readiness, _ observer: any TrainingObserver
    ) throws -> ProcessTeam.Readiness {
        let agreed = try team.agree(readiness)
        guard agreed == .saves else { return agreed }
        others = .awaitAgreement
        try save(observer)
        others = .idle
        // A process that failed to save ends all of them here.
        return try team.agree(.ready)
    }

    /// What the other processes wait for at the current position.
    var othersAfterStep: OtherProcesses {
        position.stepInEpoch < stepsPerEpoch ? .awaitAgreement : .awaitOrder
    }

    /// Completes the model of process 0 if each process has a part of the class weights.
    func gatherModel() throws {
        guard let team, let rows, team.leads else { return }
        try team.lead(Order.sendWeights.rawValue)
        try rows.restoreWeights()
    }

    /// Continues in all processes after an epoch, once process 0 has evaluated and recorded it.
    func continueTogether(_ observer: any TrainingObserver) throws {
        guard let team else { return }
        if team.leads {
            try team.lead(Order.proceed.rawValue)
            others = .idle
            return
        }
        while true {
            let text = try team.nextOrder()
            switch Order(rawValue: text) {
            case .proceed: return
            case .sendWeights: try rows?.restoreWeights()
            case .end: throw ProcessError.abandoned
            case nil: try observer.assist(text)
            }
        }
    }

    /// Ends the training in the other processes too, if only this one knows that it ended.
    func endTogether(after error: any Error) {
        guard let team, team.leads, !(error is ProcessError) else { return }
        // The others have taken the same step, after which the error came.
        team.step = position.step
        switch others {
        case .awaitAgreement: _ = try? team.agree(.ends)
        case .awaitSave:
            rows?.beginSave()
            guard (try? rows?.finishSave()) != nil else { return }
            try? team.lead(Order.end.rawValue)
        case .awaitOrder: try? team.lead(Order.end.rawValue)
        case .idle: break
        }
    }
}
