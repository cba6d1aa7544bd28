/// What a command tells the shell.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Everything was done.
    case success = 0
    /// Something could not be done; a sentence on standard error says what.
    case failure = 1
    /// The arguments cannot be understood.
    case usage = 2
    /// Ctrl-C or SIGTERM: the state was saved, the same command goes on.
    case interrupted = 130

    /// What the help says of the code.
    public var meaning: String {
        switch self {
        case .success: "everything was done"
        case .failure: "something could not be done; standard error says what"
        case .usage: "the arguments cannot be understood"
        case .interrupted: "interrupted; the state was saved, and the same command goes on"
        }
    }
}
