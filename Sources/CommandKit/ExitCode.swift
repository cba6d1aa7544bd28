/// What a process tells its caller when it ends.
///
/// A command may throw a code to end with it without another word.
public enum ExitCode: Int32, Error, Sendable, CaseIterable {
    /// All went well.
    case success = 0
    /// The command could not do its work; the standard error says why.
    case failure = 1
    /// The command line was wrong.
    case usage = 2
    /// Interrupted by SIGINT, i.e. Control-C (128 + 2).
    case interrupted = 130
    /// Whoever read the standard output went away (128 + 13, SIGPIPE).
    case brokenPipe = 141
    /// Ended by SIGTERM (128 + 15).
    case terminated = 143

    /// What a help text says about the code.
    public var meaning: String {
        switch self {
        case .success: "Success."
        case .failure: "Failure; the standard error says why."
        case .usage: "The command line was wrong."
        case .interrupted: "Interrupted with Control-C."
        case .brokenPipe: "The reader of the output went away."
        case .terminated: "Ended by a termination signal."
        }
    }
}
