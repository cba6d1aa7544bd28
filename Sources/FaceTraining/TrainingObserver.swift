import Processes

/// Observes a trainer: progress bars, metric files and early stopping are observers.
public protocol TrainingObserver {
    /// Time between two checkpoints within an epoch; one minute by default.
    var saveInterval: Duration { get }

    /// Checked after each step: if true, the state is saved and the run ends with
    /// ``FaceTrainingError/interrupted(step:)``. False by default.
    var shouldStop: Bool { get }

    /// Receives the events in order.
    ///
    /// An error ends the run. An event at the end of an epoch is sent again when the run is resumed.
    func receive(_ event: TrainingEvent) throws

    /// Executes an order of process 0 between two epochs; called in the other processes of a team.
    ///
    /// While the observer of process 0 receives ``TrainingEvent/epoch(_:)``, the others wait for orders: it
    /// may give them orders by `ProcessTeam.lead(_:)`. By default an order is an error.
    ///
    /// - Parameter order: The order of process 0.
    func assist(_ order: String) throws
}

extension TrainingObserver {
    /// One minute, unless an observer chooses another interval.
    public var saveInterval: Duration { .seconds(60) }

    /// False, unless an observer can stop a training.
    public var shouldStop: Bool { false }

    /// Throws: no order is known.
    public func assist(_ order: String) throws {
        throw ProcessError.unknown(order: order)
    }
}

/// An observer made of closures.
private struct ClosureObserver: TrainingObserver {
    let saveInterval: Duration
    let stops: () -> Bool
    let body: (TrainingEvent) throws -> Void

    var shouldStop: Bool { stops() }

    func receive(_ event: TrainingEvent) throws { try body(event) }
}

extension Trainer {
    /// Trains to the end, observed by closures, which correspond to the requirements of ``TrainingObserver``.
    public func run(
        saveInterval: Duration = .seconds(60), shouldStop: @escaping () -> Bool = { false },
        receive: @escaping (TrainingEvent) throws -> Void
    ) throws {
        try run(
            observer: ClosureObserver(
                saveInterval: saveInterval, stops: shouldStop, body: receive))
    }
}
