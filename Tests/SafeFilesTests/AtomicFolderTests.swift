import Foundation
import SafeFiles
import Testing

@Suite struct AtomicFolderTests {
    struct Stopped: Error {}

    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func aFolderIsThereWhenItIsComplete() throws {
        try withFolder { parent in
            let folder = parent.appendingPathComponent("set")
            try AtomicFolder.write(folder) { draft in
                try Data("a".utf8).write(to: draft.appendingPathComponent("a"))
                #expect(!FileManager.default.fileExists(atPath: folder.path))
            }
            #expect(try names(in: parent) == ["set"])
            #expect(try names(in: folder) == ["a"])
        }
    }

    @Test func aFailureLeavesNothing() throws {
        try withFolder { parent in
            #expect(throws: Stopped.self) {
                try AtomicFolder.write(parent.appendingPathComponent("new/set")) { draft in
                    try Data("a".utf8).write(to: draft.appendingPathComponent("a"))
                    throw Stopped()
                }
            }
            let left = try names(in: parent)
            #expect(left.isEmpty)
        }
    }

    @Test func aFolderThatHoldsSomethingIsNotReplaced() throws {
        try withFolder { parent in
            let folder = parent.appendingPathComponent("set")
            try AtomicFolder.write(folder) { try Data().write(to: $0.appendingPathComponent("a")) }
            #expect(throws: SafeFilesError.self) { try AtomicFolder.write(folder) { _ in } }
            #expect(try names(in: folder) == ["a"])
            #expect(try names(in: parent) == ["set"])
        }
    }

    @Test func whatKilledProcessesLeftIsRemovedAndWhatOthersMakeStays() throws {
        try withFolder { parent in
            // No process has the largest number; this one has its own.
            let gone = ".set.\(Int32.max).0000.part"
            let left = [gone, ".set.notes", ".set.\(getpid()).0000.part"]
            for name in left {
                try FileManager.default.createDirectory(
                    at: parent.appendingPathComponent(name), withIntermediateDirectories: true)
            }
            let folder = parent.appendingPathComponent("set")
            try AtomicFolder.write(folder) { _ in
                // A second process makes the same folder and is ready first.
                try AtomicFolder.write(parent.appendingPathComponent("other")) {
                    try Data().write(to: $0.appendingPathComponent("b"))
                }
                #expect(try names(in: parent).filter { $0.hasPrefix(".set.") }.count == 3)
            }
            #expect(try names(in: parent) == (left.dropFirst() + ["other", "set"]).sorted())
            #expect(try names(in: parent.appendingPathComponent("other")) == ["b"])
        }
    }
}
