/// The exit code of a command, the same for all commands: 0 for success, 2 for a usage error, 1 for any
/// other failure, and 128 plus a signal's number if a signal ended it. Each command's help lists them.
///
/// A command may throw a code to exit with it without a message.
public enum ExitCode: Int32, Error, Sendable, CaseIterable {
    case success = 0
    /// Something failed, or a check found errors; standard error says what.
    case failure = 1
    /// The request cannot be understood: an unknown command, option or key, an unknown name of
    /// a loss, backbone or device, or an invalid value, on the command line or in a study file.
    case usage = 2
    /// Hangup (128 + SIGHUP): the state was saved, and the same command resumes.
    case hangup = 129
    /// Ctrl-C (128 + SIGINT): the state was saved, and the same command resumes.
    case interrupted = 130
    /// The reader of standard output closed it (128 + SIGPIPE).
    case brokenPipe = 141
    /// Terminated (128 + SIGTERM): the state was saved, and the same command resumes.
    case terminated = 143

    /// The help's description of the code.
    public var meaning: String {
        switch self {
        case .success: "success"
        case .failure: "something failed or a check found errors; see standard error"
        case .usage: "usage error: an unknown option, name or value"
        case .hangup: "hangup (terminal closed); finished work is kept"
        case .interrupted: "Ctrl-C; finished work is kept; run the same command again to resume"
        case .brokenPipe: "the reader of the output closed it"
        case .terminated: "SIGTERM, as sent by schedulers; finished work is kept"
        }
    }
}
