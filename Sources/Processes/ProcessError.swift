/// An error that ends the work of several processes on one training.
public enum ProcessError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Process 0 has ended the training that this one took part in.
    case abandoned
    /// The processes cannot be connected with each other.
    case cannotConnect(address: String, seconds: Int, reason: String)
    /// The connection is broken, though all processes exist.
    case connection(reason: String)
    /// Processes have computed different numbers.
    case different(what: String, members: [String], step: Int)
    /// A variable of the environment that starts processes makes no sense.
    case environment(variable: String, value: String)
    /// Processes have ended, or give no sign of life.
    case gone(members: [String], step: Int)
    /// A process has ended the work with a message.
    case told(member: String, message: String)
    /// Processes do not have the same program or study.
    case unlike(member: String, what: String, theirs: String, mine: String)

    /// An order of process 0 that is unknown here.
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
        case .told(let member, let message): "\(member): \(message)"
        case .unlike(let member, let what, let theirs, let mine):
            "\(member) has another \(what) than process 0, \(theirs) in place of \(mine); start the same command "
                + "with the same data everywhere"
        }
    }
}
