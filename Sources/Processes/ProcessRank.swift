/// The rank of a process among several that compute together, and the address of their store.
///
/// | started by | source of the rank |
/// |---|---|
/// | `torchrun` | `RANK`, `WORLD_SIZE`, `LOCAL_RANK`, `MASTER_ADDR`, `MASTER_PORT`, `TORCHELASTIC_*` |
/// | Slurm's `srun` | `SLURM_PROCID`, `SLURM_NTASKS`, `SLURM_LOCALID`, `SLURM_STEP_NODELIST` and the job's ID |
public struct ProcessRank: Sendable, Hashable {
    /// This process's rank, from 0.
    public var rank: Int
    /// Number of processes; at least 2.
    public var size: Int
    /// This process's rank among those of its machine, from 0.
    public var localRank: Int
    /// The address of the store.
    public var address: String
    /// The store's port; 0 for one that process 0 chooses.
    public var port: UInt16
    /// Distinguishes this start from earlier ones at the same address.
    public var attempt: String
    /// Whether process 0 serves the store, rather than the launcher.
    public var servesStore: Bool

    /// Creates the description of a process.
    public init(
        rank: Int, size: Int, localRank: Int, address: String, port: UInt16, attempt: String = "0",
        servesStore: Bool = true
    ) {
        self.rank = rank
        self.size = size
        self.localRank = localRank
        self.address = address
        self.port = port
        self.attempt = attempt
        self.servesStore = servesStore
    }

    /// Reads a launcher's environment; nil if there is none, or only one process was started.
    ///
    /// - Throws: ``ProcessError/environment(variable:value:)`` for a variable that is missing, not a
    ///   number, or out of range.
    public init?(environment: [String: String]) throws(ProcessError) {
        let reader = EnvironmentReader(values: environment)
        if environment["RANK"] != nil, environment["WORLD_SIZE"] != nil,
            environment["MASTER_ADDR"] != nil, environment["MASTER_PORT"] != nil
        {
            try self.init(torchrun: reader)
        } else if environment["SLURM_STEP_ID"] != nil, environment["SLURM_PROCID"] != nil {
            try self.init(slurm: reader)
        } else {
            return nil
        }
        if size < 2 { return nil }
    }

    private init(torchrun reader: EnvironmentReader) throws(ProcessError) {
        let size = try reader.whole("WORLD_SIZE", 1...1_000_000)
        let restart = reader.values["TORCHELASTIC_RESTART_COUNT"] ?? "0"
        let run = reader.values["TORCHELASTIC_RUN_ID"] ?? ""
        self.init(
            rank: try reader.whole("RANK", 0...size - 1), size: size,
            localRank: try reader.whole("LOCAL_RANK", 0...1_000_000, default: 0),
            address: reader.values["MASTER_ADDR"] ?? "",
            port: UInt16(try reader.whole("MASTER_PORT", 0...65535)),
            // torchrun's store persists from one attempt to the next, with the addresses of ended
            // processes.
            attempt: run.isEmpty ? restart : "\(run)/\(restart)",
            servesStore: reader.values["TORCHELASTIC_USE_AGENT_STORE"]?.lowercased() != "true")
    }

    private init(slurm reader: EnvironmentReader) throws(ProcessError) {
        let size = try reader.whole(
            reader.values["SLURM_STEP_NUM_TASKS"] == nil ? "SLURM_NTASKS" : "SLURM_STEP_NUM_TASKS",
            1...1_000_000)
        let nodes =
            reader.values["SLURM_STEP_NODELIST"] ?? reader.values["SLURM_JOB_NODELIST"]
            ?? "localhost"
        let job = try reader.whole("SLURM_JOB_ID", 0...1 << 40)
        let step = reader.values["SLURM_STEP_ID"] ?? "0"
        let restart = reader.values["SLURM_RESTART_COUNT"] ?? "0"
        self.init(
            rank: try reader.whole("SLURM_PROCID", 0...size - 1), size: size,
            localRank: try reader.whole("SLURM_LOCALID", 0...1_000_000, default: 0),
            address: reader.values["MASTER_ADDR"] ?? Self.firstHost(of: nodes),
            // All processes of a job can derive it, and two jobs on a machine rarely have the same.
            port: UInt16(
                try reader.whole("MASTER_PORT", 0...65535, default: 20000 + job % 20000)),
            attempt: "\(job).\(step)/\(restart)")
    }

    /// This process's rank among those that a launcher, or Facet, has started on this machine, whether they compute
    /// together or as workers of a study; 0 for one that was started alone.
    public static func localRank(environment: [String: String]) -> Int {
        // srun's shell has a local ID as well, and torchrun may be started by srun.
        let texts = [environment["LOCAL_RANK"], environment["SLURM_LOCALID"]]
        return texts.lazy.compactMap { $0.flatMap { Int($0) } }.first { $0 >= 0 } ?? 0
    }

    /// The first host of a Slurm node list such as `node[07-09,12],other`.
    static func firstHost(of list: String) -> String {
        let head = list.prefix { $0 != "," && $0 != "[" }
        guard list.dropFirst(head.count).first == "[" else { return String(head) }
        let inside = list.dropFirst(head.count + 1)
        let first = inside.prefix { !",-]".contains($0) }
        // The suffix after the brackets is part of every name.
        let rest = inside.drop { $0 != "]" }.dropFirst().prefix { $0 != "," }
        return "\(head)\(first)\(rest)"
    }
}

/// Reads integers from environment variables.
private struct EnvironmentReader {
    let values: [String: String]

    func whole(
        _ variable: String, _ range: ClosedRange<Int>, default standard: Int? = nil
    ) throws(ProcessError) -> Int {
        guard let text = values[variable] else {
            if let standard { return standard }
            throw .environment(variable: variable, value: "nothing")
        }
        guard let number = Int(text), range.contains(number) else {
            throw .environment(variable: variable, value: "'\(text)'")
        }
        return number
    }
}
