import Foundation

/// A file system in memory, of a size that is soon full.
struct TinyDisk {
    struct Failed: Error {
        var words: [String]
    }

    let url: URL

    static let isPossible: Bool = {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        guard let disk = try? TinyDisk(at: folder, kilobytes: 100) else { return false }
        disk.remove()
        return true
    }()

    init(at url: URL, kilobytes: Int) throws {
        self.url = url
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try Self.run(["mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "facet", url.path])
    }

    func resize(kilobytes: Int) throws {
        try Self.run(["mount", "-o", "remount,size=\(kilobytes)k", url.path])
    }

    func makeReadOnly() throws {
        try Self.run(["mount", "-o", "remount,ro", url.path])
    }

    func remove() {
        try? Self.run(["umount", url.path])
    }

    private static func run(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(words: words) }
    }
}
