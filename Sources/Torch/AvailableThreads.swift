import Foundation

/// How many threads this process can run at the same time.
///
/// A machine's cores are not a process's: `taskset`, a batch system or a container may leave it some
/// of them, or a part of their time. More threads than that wait for each other at every operation,
/// which makes a training many times as slow.
public enum AvailableThreads {
    /// Cores that the process may run on, or the fraction of their time that its control groups
    /// leave it, rounded up, where that is less.
    public static let count: Int = min(
        count(
            machine: ProcessInfo.processInfo.activeProcessorCount,
            root: URL(fileURLWithPath: "/")),
        batchSystem(ProcessInfo.processInfo.environment) ?? .max)

    /// Cores that Slurm has given each task of a job, whether or not it binds tasks to them; nil if it does
    /// not say.
    static func batchSystem(_ environment: [String: String]) -> Int? {
        environment["SLURM_CPUS_PER_TASK"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// The same for a machine of a number of cores, and what the files below a root say.
    static func count(machine: Int, root: URL) -> Int {
        // The list may name processors that are not there.
        let cores = min(machine, affinity(root) ?? machine)
        let cpuLimit = ControlGroups(root: root).lowestCPULimit
        // A fraction of a million processors and more limits nothing, and might not fit an integer.
        let limit = cpuLimit.map { Int(min($0.rounded(.up), 1e6)) } ?? cores
        return max(1, min(cores, limit))
    }

    /// Cores that the scheduler may run the process on, of Linux's `0-3,8`; nil if it is not said.
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
            // More processors than any kernel can have are a misread line.
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
                first >= 0, last >= first, last < 1 << 20
            else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }
}

/// The processor time that Linux's control groups, of version 1 and 2, leave this process.
private struct ControlGroups {
    /// Folder that `/proc` and `/sys` are below.
    let root: URL

    /// Processors' worth of time, the least that any group from the process's own up allows; nil
    /// without a limit.
    var lowestCPULimit: Double? {
        groups.flatMap { group in group.folders.compactMap { cpuLimit(in: $0, group.isSecond) } }
            .min()
    }

    /// A hierarchy that limits the processors' time.
    private struct Group {
        /// Whether it is of version 2.
        let isSecond: Bool
        /// Folders of the process's group and of those it is in.
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

    /// The folder of a hierarchy's files.
    private struct Mount {
        let isSecond: Bool
        /// Group that is shown there: not the topmost in a container.
        let top: String
        let folder: URL

        /// Folders of a group and of those around it.
        func folders(of group: String) -> [URL] {
            // Without a namespace of its own, a container reads its group's name on the host.
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
