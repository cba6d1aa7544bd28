/// Errors of the command line and the terminal.
public enum ConsoleError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The reader of standard output closed it.
    case closedOutput
    /// The system does not allow signals to be watched.
    case unwatchableSignals(reason: String)
    /// The standard output cannot be written, e.g. because the disk is full.
    case unwritableOutput(reason: String)

    /// One sentence that says what is wrong.
    public var description: String {
        switch self {
        case .closedOutput: "the reader of standard output closed it"
        case .unwatchableSignals(let reason): "cannot handle signals: \(reason)"
        case .unwritableOutput(let reason): "cannot write to standard output: \(reason)"
        }
    }
}
