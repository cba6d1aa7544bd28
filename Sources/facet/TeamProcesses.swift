import CommandKit
import FaceStudy
import FaceTraining
import Foundation
import Processes
import Torch

/// How the processes of a study's trainings are started: by a launcher, or by this process on this machine.
struct TeamStart {
    /// The process's rank; nil unless a launcher or parent has assigned one.
    let place: ProcessRank?
    /// Number of further processes to start.
    private let children: Int

    static let option = Option(
        "--processes", .value("N"),
        "compute each training in N processes on this machine, which share the micro-batches; default 1. "
            + "torchrun and srun start them on several machines")

    /// Reads the option and the environment.
    ///
    /// - Throws: `CommandError` if they contradict each other, and `ProcessError` for an invalid
    ///   environment.
    init(_ arguments: Arguments) throws {
        let asked = try arguments.whole(Self.option.name, in: 1...1024)
        place = try ProcessRank(environment: ProcessInfo.processInfo.environment)
        if let place, let asked, asked != place.size {
            throw CommandError.badValue(
                option: Self.option.name, value: "\(asked)",
                expected: "\(place.size), as many as were started, or nothing")
        }
        children = place == nil ? (asked ?? 1) - 1 : 0
    }

    /// Whether several processes compute together.
    var isTogether: Bool { place != nil || children > 0 }
    /// Whether this process follows process 0.
    var follows: Bool { (place?.rank ?? 0) > 0 }

    /// Refuses a study with fewer micro-batches than processes.
    ///
    /// - Throws: `FaceTrainingError.configuration(key:reason:)`.
    func requireShares(of configuration: StudyConfiguration) throws(FaceTrainingError) {
        let (size, parts) = (place?.size ?? children + 1, configuration.training.microBatches)
        guard parts < size else { return }
        throw .configuration(
            key: "microBatches",
            reason: "it must be at least the number of processes, \(size), but it is \(parts)")
    }

    /// Connects to the other processes, after starting them if no launcher has; nil for a single process.
    ///
    /// - Parameters:
    ///   - traits: Properties that must be the same in all of them.
    ///   - device: The device that this process computes on.
    func meet(_ traits: [String: String], _ device: Device) throws -> MeetingTeam? {
        let environment = ProcessInfo.processInfo.environment
        // LibTorch would log every connection attempt, and print a stack trace when a process has ended.
        setenv("TORCH_CPP_LOG_LEVEL", "FATAL", 0)
        var limits = ProcessTeam.Limits()
        if let seconds = environment["FACET_PROCESS_TIMEOUT"].flatMap(Int.init), seconds > 0 {
            limits.meeting = .seconds(seconds)
            limits.exchange = .seconds(seconds)
            limits.silence = min(limits.silence, .seconds(seconds))
        }
        let interface = environment["GLOO_SOCKET_IFNAME"].flatMap { $0.isEmpty ? nil : $0 }
        let connected = environment["FACET_NCCL"] == "0" ? nil : device
        if let place {
            if let parent = environment[Self.parentKey].flatMap(Int32.init) {
                Self.end(with: parent)
            }
            return MeetingTeam(
                team: try ProcessTeam(
                    place, traits: traits, interface: interface, device: connected, limits: limits),
                children: [])
        }
        guard children > 0 else { return nil }
        let host = "127.0.0.1"
        let store = try ProcessStore(host: host, port: 0, serves: true, limit: limits.meeting)
        let first = ProcessRank(
            rank: 0, size: children + 1, localRank: 0, address: host, port: store.port)
        let processes = try (1...children).map { try start($0, first) }
        do {
            return MeetingTeam(
                team: try ProcessTeam(
                    first, store: store, traits: traits, device: connected, limits: limits),
                children: processes)
        } catch {
            processes.end(within: .seconds(10))
            throw error
        }
    }

    /// Environment variable with the identifier of the parent process.
    private static let parentKey = "FACET_PARENT"

    /// Ends this process when its parent has ended: LibTorch would try for minutes to connect to a process
    /// that no longer exists.
    private static func end(with parent: Int32) {
        Thread.detachNewThread {
            while getppid() == parent { usleep(500_000) }
            _exit(1)
        }
    }

    /// Starts this command again as another process of the team.
    private func start(_ rank: Int, _ first: ProcessRank) throws -> Process {
        let program = try ownProgram()
        let process = Process()
        process.executableURL = program
        process.arguments = Array(CommandLine.arguments.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(
            [
                "RANK": "\(rank)", "LOCAL_RANK": "\(rank)", "WORLD_SIZE": "\(first.size)",
                "MASTER_ADDR": first.address, "MASTER_PORT": "\(first.port)",
                Self.parentKey: "\(getpid())",
            ]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }
}

/// The connected processes of a study's trainings.
struct MeetingTeam {
    /// This process's member of the team.
    let team: ProcessTeam
    /// The processes that this process has started.
    let children: [Process]

    /// Ends all processes; for process 0, regardless of how the study ended.
    ///
    /// - Parameter isBroken: Whether one of them has ended.
    func end(isBroken: Bool) {
        guard team.leads else { return }
        if !isBroken {
            try? team.end()
            team.dismiss()
        }
        // A process that has been notified of the end exits by itself.
        let started = ContinuousClock.now
        for process in children {
            process.awaitEnd(within: .seconds(2) - started.duration(to: .now))
        }
        // Process 0 saves for all of them.
        children.end(within: .seconds(10))
    }
}

/// The path of this program, for starting it again.
func ownProgram() throws -> URL {
    guard let program = Bundle.main.executableURL else {
        throw FaceStudyError.processes(reason: "the path of the program is unknown")
    }
    return program
}
