import Foundation

/// The number of threads that this process can run simultaneously.
///
/// A process may not have all of the machine's cores: `taskset`, a batch system or a container may
/// restrict it to some of them, or to a fraction of their time. With more threads than that, threads
/// wait for each other in every operation, which slows down training many times.
public enum AvailableThreads {
    /// The number of cores that the process may run on or, if less, the CPU quota of its control
    /// groups, rounded up, or Slurm's cores per task.
    public static let count: Int = min(
        count(
            machine: ProcessInfo.processInfo.activeProcessorCount,
            root: URL(fileURLWithPath: "/")),
        batchSystem(ProcessInfo.processInfo.environment) ?? .max)

    /// The number of cores that Slurm allocates to each task, whether or not it binds tasks to them; nil if
    /// unknown.
    static func batchSystem(_ environment: [String: String]) -> Int? {
        environment["SLURM_CPUS_PER_TASK"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// The number for a machine with a number of cores and the system files below a root.
    static func count(machine: Int, root: URL) -> Int {
        // The list may include processors that do not exist.
        let cores = min(machine, affinity(root) ?? machine)
        let cpuLimit = ControlGroups(root: root).lowestCPULimit
        // A quota of a million processors or more is no limit, and might not fit in an integer.
        let limit = cpuLimit.map { Int(min($0.rounded(.up), 1e6)) } ?? cores
        return max(1, min(cores, limit))
    }

    /// The number of cores in the process's affinity mask, a Linux list such as `0-3,8`; nil if
    /// unknown.
    private static func affinity(_ root: URL) -> Int? {
        let status = root.appendingPathComponent("proc/self/status")
        let line = (try? String(contentsOf: status, encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        guard let ranges = line?.split(whereSeparator: \.isWhitespace).dropFirst().first else {
            return nil
        }
        var count = 0
        for range in ranges.split(separator: ",") {
            let ends = range.split(separator: "-").map { Int($0) }
            // More processors than any kernel supports mean that the line is malformed.
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
                first >= 0, last >= first, last < 1 << 20
            else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }
}

/// The CPU quotas of this process's Linux control groups, versions 1 and 2.
private struct ControlGroups {
    /// The folder that contains `proc` and `sys`.
    let root: URL

    /// The smallest quota, in processors, of the process's group and its ancestors; nil without a
    /// limit.
    var lowestCPULimit: Double? {
        groups.flatMap { group in group.folders.compactMap { cpuLimit(in: $0, group.isSecond) } }
            .min()
    }

    /// The process's group in a hierarchy with CPU quotas.
    private struct Group {
        /// Whether the hierarchy is of version 2.
        let isSecond: Bool
        /// The folders of the process's group and its ancestors.
        let folders: [URL]
    }

    private var groups: [Group] {
        let lines = text("proc/self/cgroup").split(separator: "\n")
        return mounts.compactMap { mount in
            for line in lines {
                let parts = line.split(
                    separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3 else { continue }
                let isOfMount =
                    mount.isSecond
                    ? parts[0] == "0" && parts[1].isEmpty
                    : parts[1].split(separator: ",").contains("cpu")
                guard isOfMount else { continue }
                return Group(isSecond: mount.isSecond, folders: mount.folders(of: String(parts[2])))
            }
            return nil
        }
    }

    /// A mounted hierarchy.
    private struct Mount {
        let isSecond: Bool
        /// The group at the mount point: in a container, this is not the root group.
        let top: String
        let folder: URL

        /// The folders of a group and its ancestors.
        func folders(of group: String) -> [URL] {
            // Without its own cgroup namespace, a container sees its group's name on the host.
            let inside = group.hasPrefix(top) ? String(group.dropFirst(top.count)) : group
            var names = inside.split(separator: "/").map(String.init).filter { $0 != ".." }
            var folders = [folder]
            while !names.isEmpty {
                folders.append(folder.appendingPathComponent(names.joined(separator: "/")))
                names.removeLast()
            }
            return folders
        }
    }

    private var mounts: [Mount] {
        text("proc/self/mountinfo").split(separator: "\n").compactMap { line in
            // ID, parent, device, root, mount point, options, optional fields, "-", kind, source,
            // options of the file system.
            let fields = line.split(separator: " ")
            guard fields.count > 5, let dash = fields.firstIndex(of: "-"), fields.count > dash + 3
            else { return nil }
            let (kind, options) = (fields[dash + 1], fields[dash + 3].split(separator: ","))
            guard kind == "cgroup2" || (kind == "cgroup" && options.contains("cpu")) else {
                return nil
            }
            return Mount(
                isSecond: kind == "cgroup2", top: fields[3] == "/" ? "" : String(fields[3]),
                folder: root.appendingPathComponent(String(fields[4])))
        }
    }

    private func cpuLimit(in folder: URL, _ isSecond: Bool) -> Double? {
        let words: [Substring]
        if isSecond {
            words = text(folder.appendingPathComponent("cpu.max"))
                .split(whereSeparator: \.isWhitespace)
        } else {
            words = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].flatMap {
                text(folder.appendingPathComponent($0)).split(whereSeparator: \.isWhitespace)
            }
        }
        // "max" and -1 are no limit.
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]),
            quota > 0, period > 0
        else { return nil }
        return quota / period
    }

    private func text(_ path: String) -> String { text(root.appendingPathComponent(path)) }

    private func text(_ file: URL) -> String {
        (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }
}
