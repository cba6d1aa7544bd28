/// What can go wrong between a program and its terminal.
public enum ConsoleError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Whoever read the standard output went away.
    case closedOutput
    /// The system does not let signals be watched.
    case unwatchableSignals(reason: String)
    /// The standard output cannot be written, e.g. because the disk is full.
    case unwritableOutput(reason: String)

    /// One sentence that says what is wrong.
    public var description: String {
        switch self {
        case .closedOutput: "the reader of the output went away"
        case .unwatchableSignals(let reason): "signals cannot be watched: \(reason)"
        case .unwritableOutput(let reason): "the standard output cannot be written: \(reason)"
        }
    }
}
