import FaceConfiguration
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Processes
public import Torch

extension Study {
    /// Takes part in the trainings of process 0 (``StudyControl/team``) until it ends; for all processes
    /// but process 0.
    ///
    /// Nothing is written, and only warnings from reading the sets are reported.
    ///
    /// - Throws: the error that keeps this process from continuing, which is also sent to process 0; and
    ///   `ProcessError` if another process has ended.
    public func follow(_ control: StudyControl) throws {
        guard let team = control.team else { return }
        do {
            try follow(control, team)
        } catch {
            if !(error is ProcessError) { team.reportFailure("\(error)") }
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
            case .read: context = try readSets(control, team)
            case .train(let run):
                guard let context else {
                    throw ProcessError.connection(reason: "process 0 trains without sets")
                }
                try takePart(context.run(try run.planned()))
            }
        }
    }

    /// Reads the same sets as process 0, and reports whether the test sets are available here as well.
    private func readSets(_ control: StudyControl, _ team: ProcessTeam) throws -> StudyContext {
        let theirs = try JSONDecoder().decode(SharedSets.self, from: try team.shared())
        // A process without the test sets, or with different ones, still takes part in trainings.
        let all = try? PreparedData(
            configuration, folder: folder, control: control, found: theirs.found)
        let isWhole = all.map { $0.testContents == theirs.tests } ?? false
        var sets = configuration
        sets.test = []
        let data =
            try (isWhole ? all : nil)
            ?? PreparedData(sets, folder: folder, control: control, found: theirs.found)
        try team.awaitAll("sets")
        let embedsTogether = try team.numbers(isWhole ? 1 : 0).allSatisfy { $0 == 1 }
        return StudyContext(
            configuration: configuration, compute: try configuration.resolvedCompute(),
            folder: folder, data: data, start: StudyStart(configuration), control: control,
            embedsTogether: embedsTogether)
    }

    /// Sends the results of scans to the other processes, so that they need not scan the same files.
    ///
    /// - Returns: Whether all have the test sets; false for a single process.
    func shareSets(_ data: PreparedData, _ control: StudyControl) throws -> Bool {
        guard let team = control.team else { return false }
        try team.order(.read)
        let mine = SharedSets(found: data.found, tests: data.testContents)
        _ = try team.shared(try JSONEncoder().encode(mine))
        // Opening a set may take longer than the timeout of an exchange.
        try team.awaitAll("sets")
        let without = try team.numbers(1).enumerated().filter { $0.element == 0 }.map {
            team.members[$0.offset].description
        }
        if !without.isEmpty {
            control.listener(
                .note(
                    "\(without.joined(separator: " and ")) \(without.count == 1 ? "does" : "do") not have "
                        + "the test sets of process 0, which therefore tests the models alone"))
        }
        return without.isEmpty
    }

    private func takePart(_ run: RunContext) throws {
        let executor = RunExecutor(context: run)
        let model = try executor.makeModel()
        let trainer = try executor.makeTrainer(model, checkpoint: run.folder.checkpointURL)
        let follower = RunFollower(
            context: run, embedder: try run.embedder(model), average: trainer.average)
        do {
            try trainer.run(observer: follower)
        } catch ProcessError.abandoned {
            // Process 0 sends the next order.
        } catch is FaceTrainingError {
            // Process 0 has failed with the same error.
        }
    }

    /// The device on which this process computes its trainings.
    public func device() throws -> Device {
        try Device.named(try configuration.resolvedCompute().device)
    }

    /// Properties that must be the same in all processes of a study's trainings, by name.
    public var traits: [String: String] {
        var traits = ["version of Facet": FacetVersion.number, "LibTorch": LibTorch.version]
        configuration.recordJSON().deciding.forEachLeaf("") { traits[$0] = $1 }
        traits["precision"] = (try? configuration.resolvedCompute())?.precision.rawValue
        return traits
    }
}

/// The data that process 0 has read.
private struct SharedSets: Codable {
    var found: FoundSets
    /// Content hashes of the test sets.
    var tests: [String: String]
}

/// The work of a process other than process 0 besides training.
private struct RunFollower: TrainingObserver {
    let context: RunContext
    let embedder: SetEmbedder
    let average: WeightAverage?

    var shouldStop: Bool { context.control.shouldStop() }

    func receive(_ event: TrainingEvent) {}

    func assist(_ order: String) throws {
        guard let order = try? JSONDecoder().decode(EmbeddingOrder.self, from: Data(order.utf8))
        else { throw ProcessError.unknown(order: order) }
        let embed = { try embedder.assist(order) { try context.images(order.images) } }
        if order.averaged, let average {
            try average.withAverages(embed)
        } else {
            try embed()
        }
    }
}

extension JSONValue {
    /// Calls a body with the path and text of every leaf value.
    fileprivate func forEachLeaf(_ path: String, _ body: (String, String) -> Void) {
        guard case .object(let members) = self else { return body(path, text) }
        for (key, value) in members {
            value.forEachLeaf(path.isEmpty ? key : "\(path).\(key)", body)
        }
    }
}
