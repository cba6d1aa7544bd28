import Foundation

/// Information about the tool's own build.
enum BuildInformation {
    /// Commit of the checkout that the tool is in, with `+` if it was modified, or `unknown`.
    static let commit: String = {
        guard let tool = Bundle.main.executableURL?.resolvingSymlinksInPath(),
            let head = git(["rev-parse", "--short=12", "HEAD"], in: tool)
        else { return "unknown" }
        let isModified = git(["status", "--porcelain", "-uno"], in: tool).map { !$0.isEmpty }
        return head + (isModified == true ? "+" : "")
    }()

    private static func git(_ words: [String], in tool: URL) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", tool.deletingLastPathComponent().path] + words
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
