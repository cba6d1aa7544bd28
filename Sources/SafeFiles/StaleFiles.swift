public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The half-written files of processes that were killed.
public enum StaleFiles {
    private static let suffix = "part"

    /// A name for a file that is being written: hidden, and with this process's number.
    static func name(for file: String) -> String {
        ".\(file).\(getpid()).\(UUID().uuidString.prefix(8)).\(suffix)"
    }

    /// Removes those of a folder whose processes are gone; the folder need not exist.
    public static func remove(from folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where isAbandoned(name) {
            unlink(folder.appendingPathComponent(name).path)
        }
    }

    private static func isAbandoned(_ name: String) -> Bool {
        let parts = name.split(separator: ".")
        guard name.hasPrefix("."), parts.count >= 4, parts.last == "part",
            let process = Int32(parts[parts.count - 3]), process > 0
        else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }
}
