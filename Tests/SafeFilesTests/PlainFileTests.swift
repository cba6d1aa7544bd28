import Foundation
import SafeFiles
import Testing

@Suite("What leads elsewhere is neither read nor written")
struct PlainFileTests {
    private func link(_ name: String, to target: String, in folder: URL) throws -> URL {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
        return url
    }

    @Test("A link is not followed, dangling or not")
    func links() throws {
        try withFolder { folder throws in
            let victim = folder.appendingPathComponent("victim")
            try Data("notes".utf8).write(to: victim)
            for target in ["victim", "nowhere"] {
                let url = try link("to \(target)", to: target, in: folder)
                let refusal = SafeFilesError.notPlain(path: url.path, kind: .link)
                #expect(throws: refusal) { try PlainFile.read(url) }
                #expect(throws: refusal) { try FileDescriptor(url, flags: O_WRONLY | O_CREAT) }
                #expect(throws: refusal) { try PlainFile.require([folder]) }
                try FileManager.default.removeItem(at: url)
            }
            #expect(try PlainFile.read(victim) == Data("notes".utf8))
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/nowhere"))
            try PlainFile.require([folder, folder.appendingPathComponent("absent")])
        }
    }

    @Test("What is written below a folder is written within it")
    func namesBelow() throws {
        try withFolder { folder throws in
            let (inside, outside) = (
                folder.appendingPathComponent("inside"), folder.appendingPathComponent("outside")
            )
            for place in [inside.appendingPathComponent("plain"), outside] {
                try FileManager.default.createDirectory(
                    at: place, withIntermediateDirectories: true)
            }
            let names = ["plain/1", "plain/2", "a/1"]
            try PlainFile.require(names, in: inside)
            let url = try link("inside/a", to: outside.path, in: folder)
            let refusal = SafeFilesError.notPlain(path: url.path, kind: .link)
            #expect(throws: refusal) { try PlainFile.require(names, in: inside) }
            try PlainFile.require(["plain/1"], in: inside)
            let pipe = inside.appendingPathComponent("plain/2")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            #expect(throws: SafeFilesError.notPlain(path: pipe.path, kind: .special)) {
                try PlainFile.require(names, in: inside)
            }
            // The folder itself was named by the user.
            let named = try link("named", to: "inside", in: folder)
            try PlainFile.require(["plain/1"], in: named)
        }
    }

    @Test("Two forms of one name are two names below a folder")
    func formsOfNames() throws {
        try withFolder { folder throws in
            let (one, other) = ("Jos\u{e9}", "Jose\u{301}")
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(one), withIntermediateDirectories: false)
            // Where the file system takes both for one, there is nothing to tell.
            guard PlainFile.kind(of: folder.appendingPathComponent(other)) == nil else { return }
            let url = try link(other, to: "/", in: folder)
            #expect(throws: SafeFilesError.notPlain(path: url.path, kind: .link)) {
                try PlainFile.require(["\(one)/1", "\(other)/1"], in: folder)
            }
        }
    }

    @Test("A pipe or a device is not read, a link to a file is")
    func readable() throws {
        try withFolder { folder throws in
            let pipe = folder.appendingPathComponent("pipe")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            let toPipe = try link("to pipe", to: "pipe", in: folder)
            for url in [pipe, toPipe, URL(fileURLWithPath: "/dev/zero")] {
                let reason =
                    "it is a pipe, a socket or a device; save its content as a file and give that"
                #expect(throws: SafeFilesError.unreadable(path: url.path, reason: reason)) {
                    try PlainFile.requireReadable(url)
                }
            }
            try Data("x".utf8).write(to: folder.appendingPathComponent("file"))
            try PlainFile.requireReadable(try link("to file", to: "file", in: folder))
            try PlainFile.requireReadable(folder)
            try PlainFile.requireReadable(folder.appendingPathComponent("absent"))
        }
    }

    @Test("A pipe holds nobody up")
    func pipes() throws {
        try withFolder { folder throws in
            let url = folder.appendingPathComponent("pipe")
            #expect(mkfifo(url.path, 0o600) == 0)
            let refusal = SafeFilesError.notPlain(path: url.path, kind: .special)
            #expect(throws: refusal) { try PlainFile.read(url) }
            #expect(throws: refusal) { try FileDescriptor(url, flags: O_WRONLY) }
            #expect(throws: refusal) { try FileDescriptor(url, flags: O_RDWR) }
            #expect(throws: refusal) { try PlainFile.require([url]) }
        }
    }

    @Test("A folder is not a file, and what is not there is nothing")
    func folders() throws {
        try withFolder { folder throws in
            #expect(throws: SafeFilesError.notPlain(path: folder.path, kind: .folder)) {
                try PlainFile.read(folder)
            }
            #expect(try PlainFile.read(folder.appendingPathComponent("absent")) == nil)
            #expect(PlainFile.kind(of: folder) == .folder)
            #expect(PlainFile.kind(of: folder.appendingPathComponent("absent")) == nil)
        }
    }

    @Test("A lock that is a link empties nothing")
    func lock() throws {
        try withFolder { folder throws in
            let victim = folder.appendingPathComponent("victim")
            try Data("notes".utf8).write(to: victim)
            let study = folder.appendingPathComponent("study")
            try AtomicFile.createFolder(study)
            let url = try link(".lock", to: "../victim", in: study)
            #expect(throws: SafeFilesError.notPlain(path: url.path, kind: .link)) {
                try FolderLock(study)
            }
            #expect(try Data(contentsOf: victim) == Data("notes".utf8))
        }
    }

    @Test("A whole file replaces a link and not what it leads to")
    func replaced() throws {
        try withFolder { folder throws in
            let victim = folder.appendingPathComponent("victim")
            try Data("notes".utf8).write(to: victim)
            let url = try link("page", to: "victim", in: folder)
            try AtomicFile.write("new", to: url)
            #expect(try Data(contentsOf: victim) == Data("notes".utf8))
            #expect(PlainFile.kind(of: url) == .file)
        }
    }

    @Test("Nothing ends the process while a file is made")
    func saves() {
        let isOver = Counter()
        Saves.during {
            Thread.detachNewThread { Saves.whenDone { isOver.add() } }
            Thread.detachNewThread { Saves.during { isOver.add() } }
            while isOver.value == 0 { Thread.sleep(forTimeInterval: 0.001) }
            // The other save went on; whoever waits for all of them did not.
            #expect(isOver.value == 1)
        }
        while isOver.value < 2 { Thread.sleep(forTimeInterval: 0.001) }
    }
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    var value: Int { lock.withLock { count } }
    func add() { lock.withLock { count += 1 } }
}
