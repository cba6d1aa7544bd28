import Foundation
import Testing

/// The built command-line tool, run as a user runs it.
struct Tool {
    /// What a run of the tool left behind.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The products' folder, where SwiftPM puts the tool beside the tests.
    static let url: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let tests = bundle?.bundleURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return tests.deletingLastPathComponent().appendingPathComponent("facet")
    }()

    /// What the tool starts itself again with (`Sources/CWaiting`), which takes time at each start;
    /// ``ToolWaitingTests`` starts it without.
    private static let waiting = ["OMP_WAIT_POLICY": "ACTIVE", "GOMP_SPINCOUNT": "300000"]

    /// Folder the tool runs in.
    let folder: URL

    /// Runs the tool to its end.
    func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Outcome {
        try run(arguments, environment: environment)
    }

    /// Runs the tool to its end.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = try start(arguments, environment: environment)
        process.process.waitUntilExit()
        return try process.outcome()
    }

    /// Runs a line of the shell to its end; `$0` in it is the tool.
    func shell(_ line: String, _ arguments: [String]) throws -> Outcome {
        let process = try start(
            ["-c", line, Self.url.path] + arguments,
            executable: URL(fileURLWithPath: "/bin/sh"))
        process.process.waitUntilExit()
        return try process.outcome()
    }

    /// A tool that is running, with its output in files so that no pipe can fill up.
    struct Running {
        let process: Process
        let output: URL
        let errors: URL

        /// What it has written to its standard error so far.
        func said() throws -> String { try String(contentsOf: errors, encoding: .utf8) }

        func outcome() throws -> Outcome {
            Outcome(
                status: process.terminationStatus,
                output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }

    /// Starts the tool, or another program.
    func start(
        _ arguments: [String], environment: [String: String] = [:], executable: URL = Tool.url
    ) throws -> Running {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(Self.waiting) { $1 }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let name = UUID().uuidString
        let output = folder.appendingPathComponent("\(name).out")
        let errors = folder.appendingPathComponent("\(name).err")
        for file in [output, errors] {
            try Data().write(to: file)
        }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        return Running(process: process, output: output, errors: errors)
    }
}

/// Gives a body a fresh folder, removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("facet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
