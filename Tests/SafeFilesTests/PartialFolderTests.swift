import Foundation
import Testing

@testable import SafeFiles

@Suite struct PartialFolderTests {
    private func names(in folder: URL) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }

    /// The identifier of a process that has ended.
    private func deadProcess() throws -> Int32 {
        let dead = Process()
        dead.executableURL = URL(fileURLWithPath: "/bin/true")
        try dead.run()
        dead.waitUntilExit()
        return dead.processIdentifier
    }

    @Test func whatAKilledProcessLeftGoes() throws {
        try withFolder { folder in
            let dead = try deadProcess()
            let living = ProcessInfo.processInfo.processIdentifier
            let kept = [
                ".a.onnx.\(living).0A1B2C3D.part", "a.onnx.\(dead).0A1B2C3D.part", "b.part",
            ]
            let left = [".a.onnx.\(dead).0A1B2C3D.part", ".b.pt.\(dead).00000000.part"]
            for name in kept + left {
                let part = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
                try Data([1]).write(to: part.appendingPathComponent("a.onnx"))
            }
            let target = folder.appendingPathComponent("a.onnx")
            let own = try PartialFolder(for: target)
            #expect(try names(in: folder) == Set(kept + [own.url.lastPathComponent]))
            own.remove()
            #expect(try names(in: folder) == Set(kept))
        }
    }

    @Test func whatIsLockedStays() throws {
        try withFolder { folder in
            // As of a process on another machine, whose identifier means nothing here.
            let part = folder.appendingPathComponent(".a.onnx.\(try deadProcess()).0A1B2C3D.part")
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
            let lock = try FileDescriptor.locked(
                part.appendingPathComponent(".lock"), flags: O_WRONLY | O_CREAT)
            PartialFolder.removeStale(in: folder)
            #expect(try names(in: folder) == [part.lastPathComponent])
            withExtendedLifetime(lock) {}
        }
    }

    @Test func afterTheLockItGoes() throws {
        try withFolder { folder in
            let part = folder.appendingPathComponent(".a.onnx.\(try deadProcess()).0A1B2C3D.part")
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
            try Data().write(to: part.appendingPathComponent(".lock"))
            PartialFolder.removeStale(in: folder)
            #expect(try names(in: folder).isEmpty)
        }
    }
}
