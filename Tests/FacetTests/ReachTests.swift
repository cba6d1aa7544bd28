import FaceData
import Foundation
import Testing

/// A user who may not read everything: the one who runs the tests, or, since nothing is kept from
/// root, `nobody`.
private enum Stranger {
    private static let words =
        geteuid() == 0
        ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : []

    /// Whether that user can run the tool.
    static let isThere =
        (try? withFolder { try run(["--help"], in: $0).status == 0 }) ?? false

    /// Runs the tool as that user.
    static func run(_ words: [String], in folder: URL) throws -> Tool.Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = Self.words + [Tool.url.path] + words
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let output = folder.appendingPathComponent("\(UUID().uuidString).out")
        let errors = folder.appendingPathComponent("\(UUID().uuidString).err")
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return Tool.Outcome(
            status: process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}

@Suite("Files that cannot be reached")
struct ReachTests {
    /// Expects one sentence and the exit code 1.
    private func expect(
        _ outcome: Tool.Outcome, _ message: String, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 1, "\(outcome.output)", sourceLocation: location)
        #expect(
            outcome.errors.contains(message), "\(outcome.errors)", sourceLocation: location)
        #expect(
            outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)",
            sourceLocation: location)
    }

    private func withoutRights(_ url: URL, _ body: () throws -> Void) throws {
        let manager = FileManager.default
        let before = try manager.attributesOfItem(atPath: url.path)[.posixPermissions] ?? 0o755
        try manager.setAttributes([.posixPermissions: 0], ofItemAtPath: url.path)
        defer {
            try? manager.setAttributes([.posixPermissions: before], ofItemAtPath: url.path)
        }
        try body()
    }

    @Test(
        "No right to read or to write is one sentence with the file",
        .enabled(if: Stranger.isThere, "needs a user without rights, as root through setpriv"))
    func rights() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let pairs = "\(faces.test.path),\(faces.pairs.path)"
            for words in [["pack", faces.train.path, "p/train.rec"], ["pack", pairs, "t.bin"]] {
                #expect(try tool.run(["data"] + words).status == 0)
            }
            try Data("P0/P0_0001.jpg 0\n".utf8).write(
                to: folder.appendingPathComponent("list.txt"))
            let set = faces.train.path
            let table: [(String, [String])] = [
                ("p/train.rec", ["data", "stats", "p"]),
                ("t.bin", ["data", "stats", "t.bin"]),
                ("list.txt", ["data", "stats", "list.txt,\(set)"]),
                ("pairs.txt", ["data", "stats", pairs]),
                ("train set/P3", ["data", "stats", set]),
                ("train set", ["data", "check", set]),
                ("train set/P1/P1_0002.jpg", ["data", "pack", set, "out/train.rec"]),
                ("train set", ["compare"] + faces.options + ["--output", "out/study"]),
                ("test/Q2/Q2_0001.jpg", ["data", "unpack", pairs, "out/unpacked"]),
            ]
            let out = folder.appendingPathComponent("out")
            try FileManager.default.createDirectory(at: out, withIntermediateDirectories: false)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o777], ofItemAtPath: out.path)
            for (name, words) in table {
                let file = folder.appendingPathComponent(name)
                try withoutRights(file) {
                    let outcome = try Stranger.run(words, in: folder)
                    expect(outcome, file.path)
                    #expect(outcome.errors.contains("permission denied"), "\(outcome.errors)")
                }
            }
            #expect(
                !FileManager.default.fileExists(
                    atPath: out.appendingPathComponent("train.rec").path))
            try withoutRights(out) {
                for target in ["out/train.rec", "out/folder/train.rec"] {
                    let outcome = try Stranger.run(["data", "pack", set, target], in: folder)
                    expect(outcome, "cannot write '\(folder.appendingPathComponent(target).path)'")
                }
            }
            // A folder on the way that may not be searched.
            try withoutRights(folder.appendingPathComponent("p")) {
                expect(
                    try Stranger.run(["data", "stats", "p/train.rec"], in: folder),
                    "p/train.rec': permission denied")
            }
        }
    }

    @Test("Symbolic links that run in a circle or lead nowhere are one sentence")
    func links() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            func link(_ name: String, _ target: String) throws {
                try FileManager.default.createSymbolicLink(
                    atPath: folder.appendingPathComponent(name).path,
                    withDestinationPath: target)
            }
            try link("one", "two")
            try link("two", "one")
            try link("loop.rec", "loop.rec")
            try link("nowhere", "gone")
            let circle = "its symbolic links form a loop"
            for name in ["one", "loop.rec"] {
                expect(try tool.run("data", "stats", name), "\(name)': \(circle)")
            }
            expect(
                try tool.run("data", "check", "nowhere"), "nowhere': it is a dangling symbolic link"
            )
            expect(
                try tool.run("compare", "--train", "a=one", "--test", "b=test,pairs.txt"),
                "one': \(circle)")
            // A folder that holds itself is an identity without images, and no endless walk.
            try link("train set/Self", ".")
            let held = try tool.run("data", "pack", "train set", "self/train.rec")
            #expect(held.status == 0, "\(held.errors)")
            #expect(held.errors.contains("1 identity has no image: Self"))
            try FileManager.default.removeItem(
                at: folder.appendingPathComponent("train set/Self"))
            try link("train set/P0/P0_0009.jpg", "P0_0009.jpg")
            expect(
                try tool.run("data", "pack", "train set", "p/train.rec"), "P0_0009.jpg' cannot be")
            try FileManager.default.removeItem(
                at: folder.appendingPathComponent("train set/P0/P0_0009.jpg"))
            try link("train set/P9", "../one")
            expect(try tool.run("data", "stats", "train set"), "P9': \(circle)")
            #expect(
                !FileManager.default.fileExists(
                    atPath: folder.appendingPathComponent("p/train.rec").path))
        }
    }

    @Test("Paths may have spaces and letters of any script")
    func names() throws {
        try withFolder { outer in
            let folder = outer.appendingPathComponent("Zoë's 写真 #1 %20")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            let faces = try TinyFaces(in: folder)
            let people = faces.train
            try FileManager.default.moveItem(
                at: people.appendingPathComponent("P1"),
                to: people.appendingPathComponent("Жанна д'Арк 貞徳"))
            let tool = Tool(folder: folder)
            for words in [
                ["pack", "train set", "mein päckchen/train.rec"],
                ["check", "mein päckchen"],
                ["unpack", "mein päckchen/train.rec", "wieder da"],
                ["pack", "test,pairs.txt", "prüfung 1.bin"],
                ["sheet", "wieder da", "Übersicht.png", "--rows", "2"],
            ] {
                let outcome = try tool.run(["data"] + words)
                #expect(outcome.status == 0, "\(words): \(outcome.errors)")
            }
            for name in try FileManager.default.subpathsOfDirectory(atPath: people.path)
            where name.hasSuffix(".jpg") {
                let copy = folder.appendingPathComponent("wieder da/\(name)")
                #expect(
                    try Data(contentsOf: copy)
                        == Data(contentsOf: people.appendingPathComponent(name)), "\(name)")
            }
            let outcome = try tool.run(
                [
                    "compare", "--train", "Gesichter=mein päckchen", "--test",
                    "Prüfung=prüfung 1.bin",
                ] + TinyFaces.fast
                    + ["--losses", "softmax", "--epochs", "1", "--output", "Ergebnis ä"])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test(
        "A full disk ends a pack with one sentence, and the same command finishes it",
        .enabled(
            if: geteuid() == 0 && TinyDisk.isPossible, "Mounting a small disk needs root."))
    func fullDisk() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, imagesEach: 32)
            let tool = Tool(folder: folder)
            let disk = try TinyDisk(at: folder.appendingPathComponent("disk"), kilobytes: 300)
            defer { disk.remove() }
            let options = [faces.train.path, "disk/train.rec", "--size", "64", "--png"]
            let outcome = try tool.run(["data", "import"] + options)
            expect(outcome, "disk/train.rec': the disk is full; ")
            let left = try FileManager.default.contentsOfDirectory(atPath: disk.url.path)
            #expect(left.allSatisfy { $0.hasPrefix(".") }, "\(left)")
            try disk.resize(kilobytes: 30_000)
            #expect(try tool.run(["data", "import"] + options).status == 0)
            let whole = [faces.train.path, "whole/train.rec", "--size", "64", "--png"]
            #expect(try tool.run(["data", "import"] + whole).status == 0)
            for name in ["property", "train.idx", "train.lst", "train.rec"] {
                let expected = folder.appendingPathComponent("whole/\(name)")
                #expect(
                    try Data(contentsOf: disk.url.appendingPathComponent(name))
                        == Data(contentsOf: expected), "\(name)")
            }
        }
    }

    @Test("A result that cannot be written is reported, and a device is not replaced by a file")
    func device() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let full = try tool.shell("\"$0\" data stats \"$1\" >/dev/full", [faces.train.path])
            #expect(full.status == 1)
            #expect(
                full.errors.contains("cannot write to standard output"), "\(full.errors)")
            // In place of a device, which a failure of the test would remove.
            let pipe = folder.appendingPathComponent("pipe.rec")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            expect(
                try tool.run("data", "pack", "train set", "pipe.rec"),
                "pipe.rec': it is a pipe, a socket or a device; ")
            // A pipe that nobody writes to has no end to wait for.
            for words in [["data", "check", "pipe.rec"], ["compare", "--config", "pipe.rec"]] {
                expect(
                    try tool.run(words),
                    "pipe.rec': it is a pipe, a socket or a device; save its content as a file")
            }
            expect(
                try tool.run("data", "check", "train set", "--removal", "test"),
                "test': it is a folder; ")
        }
    }
}
