import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// This process's memory in use as Linux reports it, in bytes; nil elsewhere.
enum ProcessMemory {
    /// Memory currently in use.
    static var resident: UInt64? { status("VmRSS") }

    /// Peak since ``resetPeak()``.
    static var peak: UInt64? { status("VmHWM") }

    /// Resets the peak measurement; false if that is not possible.
    static func resetPeak() -> Bool {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
        return (try? file.write(contentsOf: Data("5".utf8))) != nil
    }

    /// The memory available to this process: of the machine, of its control group and of its limits,
    /// whichever is smallest.
    static var available: UInt64? {
        guard let memory = table("/proc/meminfo"), let free = memory["MemAvailable"] else {
            return nil
        }
        let machine = (free + (memory["SwapFree"] ?? 0)) * 1024
        return ([machine, group] + limits).compactMap { $0 }.min()
    }

    // MARK: Sources

    private static func status(_ key: String) -> UInt64? {
        table("/proc/self/status")?[key].map { $0 * 1024 }
    }

    /// Room in the control group, of version 2 or 1, whose page cache can be given up.
    private static var group: UInt64? {
        for (limit, used, cache) in [
            ("memory.max", "memory.current", "memory.stat"),
            (
                "memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes",
                "memory/memory.stat"
            ),
        ] {
            let root = "/sys/fs/cgroup/"
            guard let maximum = number(root + limit), let now = number(root + used) else {
                continue
            }
            let pages = table(root + cache, separator: " ")?["inactive_file"] ?? 0
            return maximum > now - min(now, pages) ? maximum - (now - min(now, pages)) : 0
        }
        return nil
    }

    /// Room under `ulimit -d` and `ulimit -v`.
    private static var limits: [UInt64?] {
        #if canImport(Glibc)
            let kinds = [(RLIMIT_DATA, "VmData"), (RLIMIT_AS, "VmSize")]
            return kinds.map { kind, key in
                var limit = rlimit()
                guard getrlimit(__rlimit_resource_t(kind.rawValue), &limit) == 0,
                    limit.rlim_cur != rlim_t.max,
                    let used = status(key)
                else { return nil }
                return UInt64(limit.rlim_cur) > used ? UInt64(limit.rlim_cur) - used : 0
            }
        #else
            return []
        #endif
    }

    private static func number(_ path: String) -> UInt64? {
        (try? String(contentsOfFile: path, encoding: .utf8))
            .flatMap { UInt64($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Lines of a name and a number.
    private static func table(_ path: String, separator: Character = ":") -> [String: UInt64]? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        var table: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: separator, maxSplits: 1)
            guard parts.count == 2 else { continue }
            table[String(parts[0])] = parts[1].split(whereSeparator: \.isWhitespace).first
                .flatMap { UInt64($0) }
        }
        return table
    }
}
