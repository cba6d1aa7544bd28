/// What a command tells the shell, the same for all commands: 0 when everything was done, 2 when it
/// was not understood what is to be done, 1 when doing it failed, and 128 and a signal's number when
/// a signal ended it. Each command's help lists them.
///
/// A command may throw a code to end with it without another word.
public enum ExitCode: Int32, Error, Sendable, CaseIterable {
    /// Everything was done.
    case success = 0
    /// Something could not be done, or a check found what it looks for; a sentence on standard error
    /// says what.
    case failure = 1
    /// What was asked for cannot be understood: an unknown command, option or key, an unknown name of
    /// a loss, backbone or device, or a value that is none, on the command line or in a study file.
    case usage = 2
    /// The terminal went away (128 + SIGHUP): the state was saved, the same command goes on.
    case hangup = 129
    /// Ctrl-C (128 + SIGINT): the state was saved, the same command goes on.
    case interrupted = 130
    /// Whoever read the standard output went away (128 + SIGPIPE).
    case brokenPipe = 141
    /// Ended from outside (128 + SIGTERM): the state was saved, the same command goes on.
    case terminated = 143

    /// What the help says of the code.
    public var meaning: String {
        switch self {
        case .success: "everything was done"
        case .failure: "something could not be done, or was found wrong; standard error says what"
        case .usage: "what was asked for cannot be understood: an unknown option, name or value"
        case .hangup: "the terminal went away; what was done is kept"
        case .interrupted: "Ctrl-C; what was done is kept, and the same command goes on"
        case .brokenPipe: "whoever read the output went away"
        case .terminated: "SIGTERM, as schedulers send it; what was done is kept"
        }
    }
}
