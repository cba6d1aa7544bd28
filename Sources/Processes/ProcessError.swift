/// Errors that end a training on several processes.
public enum ProcessError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Process 0 has ended the training.
    case abandoned
    /// The processes cannot be connected with each other.
    case cannotConnect(address: String, seconds: Int, reason: String)
    /// The connection is broken, although all processes exist.
    case connection(reason: String)
    /// Processes have computed different results.
    case different(what: String, members: [String], step: Int)
    /// An environment variable set by a launcher is invalid.
    case environment(variable: String, value: String)
    /// Processes have ended, or give no heartbeats.
    case gone(members: [String], step: Int)
    /// A process has ended the work with a message.
    case reported(member: String, message: String)
    /// Processes differ in what must be the same, e.g. the program or the study.
    case unlike(member: String, what: String, theirs: String, mine: String)

    /// The error for an unknown instruction of process 0.
    public static func unknown(order: String) -> ProcessError {
        .connection(reason: "process 0 says '\(order.prefix(80))'")
    }

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .abandoned: "process 0 has ended the training"
        case .cannotConnect(let address, let seconds, let reason):
            "the processes cannot meet at \(address) within \(seconds) s: \(reason); check that all were started, "
                + "that the port is free and that the machines reach each other (GLOO_SOCKET_IFNAME names a network interface)"
        case .connection(let reason):
            "the connection between the processes is broken: \(reason); run the same command again to resume"
        case .different(let what, let members, let step):
            "\(members.joined(separator: " and ")) came to another \(what) in step \(step) than process 0; "
                + "use machines with the same processors and LibTorch, or --kernels portable"
        case .environment(let variable, let value):
            "\(variable) is \(value) in the environment, which is not a valid rank or number of processes; unset it, or start "
                + "the command with torchrun or srun"
        case .gone(let members, let step):
            "\(members.joined(separator: " and ")) \(members.count == 1 ? "is" : "are") gone, after step \(step); "
                + "run the same command again to resume"
        case .reported(let member, let message): "\(member): \(message)"
        case .unlike(let member, let what, let theirs, let mine):
            "\(member) has another \(what) than process 0, \(theirs) in place of \(mine); start the same command "
                + "with the same data everywhere"
        }
    }
}
