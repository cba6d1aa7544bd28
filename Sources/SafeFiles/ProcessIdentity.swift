import Foundation
import Spelling

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Identifies a process and its machine to other machines, which read it from a shared folder.
public struct ProcessIdentity: Codable, Hashable, Sendable, CustomStringConvertible {
    /// Name of the machine.
    public var host: String
    /// Process ID.
    public var process: Int32
    /// When it began its work, in ISO 8601 by its machine's clock; only for messages.
    public var since: String
    /// The machine's boot and the process namespace in which ``process`` is unique; nil if unknown.
    /// Host names are not unique: containers share them.
    public var machine: String?
    /// Start time of the process in clock ticks since boot, because process IDs are reused; nil if
    /// unknown.
    public var began: UInt64?

    /// Creates the identity of any process, e.g. one read from a file.
    public init(
        host: String, process: Int32, since: String, machine: String? = nil, began: UInt64? = nil
    ) {
        self.host = host
        self.process = process
        self.since = since
        self.machine = machine
        self.began = began
    }

    /// Identity of the calling process.
    public static var current: ProcessIdentity {
        ProcessIdentity(
            host: ProcessInfo.processInfo.hostName, process: getpid(),
            since: ISO8601DateFormatter().string(from: Date()), machine: thisMachine,
            began: status(of: getpid())?.began)
    }

    /// A description such as `process 4711 on host 'gpu1'`.
    public var description: String { "process \(process) on host \(quoted: host)" }

    /// Whether the process has certainly ended. Processes of other machines are assumed to be
    /// running.
    public var isGone: Bool {
        guard process > 0, isOfThisMachine else { return false }
        if kill(process, 0) != 0, errno == ESRCH { return true }
        guard let status = Self.status(of: process) else { return false }
        return status.isOver || (began.map { $0 != status.began } ?? false)
    }

    /// Whether the process is certainly running on this machine.
    public var isHere: Bool { isOfThisMachine && !isGone }

    private var isOfThisMachine: Bool { machine != nil && machine == Self.thisMachine }

    private static let thisMachine: String? = {
        let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let files = FileManager.default
        guard let boot,
            let space = try? files.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        else { return nil }
        return "\(boot.trimmingCharacters(in: .whitespacesAndNewlines)) \(space)"
    }()

    /// A process's status: whether it is a zombie, and its start time.
    private static func status(of process: Int32) -> (isOver: Bool, began: UInt64)? {
        // The second field is the program's name in parentheses, which may contain anything.
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let began = UInt64(fields[19]) else { return nil }
        return (["Z", "X"].contains(fields[0]), began)
    }
}
