import CommandKit
import Foundation

/// A console whose streams are files, so that a test can read what was written.
final class Recorder: Sendable {
    let console: Console
    private let output: FileHandle
    private let diagnostics: FileHandle

    init(environment: [String: String] = [:]) throws {
        output = try Self.temporaryFile()
        diagnostics = try Self.temporaryFile()
        console = Console(
            output: output.fileDescriptor, diagnostics: diagnostics.fileDescriptor,
            environment: environment)
    }

    /// All results written so far.
    var written: String { get throws { try Self.contents(of: output) } }
    /// All notes, warnings and errors written so far.
    var diagnosed: String { get throws { try Self.contents(of: diagnostics) } }

    private static func temporaryFile() throws -> FileHandle {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data().write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try FileHandle(forUpdating: url)
    }

    private static func contents(of file: FileHandle) throws -> String {
        try file.seek(toOffset: 0)
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }
}
