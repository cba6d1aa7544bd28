import Foundation
@testable import SafeFiles
import Testing

@Suite struct PartialFileTests {
    private func names(in folder: URL) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }

    @Test func onlyThoseOfDeadProcessesGo() throws {
        try withFolder { folder in
            let dead = Process()
            dead.executableURL = URL(fileURLWithPath: "/bin/true")
            try dead.run()
            dead.waitUntilExit()
            let living = ProcessInfo.processInfo.processIdentifier
            let names = [
                ".run.json.\(dead.processIdentifier).0A1B2C3D.part",
                // As earlier versions named them.
                ".run.json.9A0C7F42-5B7E-4C55-8A4E-0E2B5D0C9B11.part",
                ".run.json.\(living).0A1B2C3D.part", "run.json", ".lock", "notes.part",
                ".run.json.part", ".run.json.0.0A1B2C3D.part",
            ]
            for name in names { try Data().write(to: folder.appendingPathComponent(name)) }
            PartialFile.removeStale(in: folder)
            #expect(try self.names(in: folder) == Set(names.dropFirst(2)))
            PartialFile.removeStale(in: folder.appendingPathComponent("nowhere"))
        }
    }

    @Test func whatIsBeingWrittenStays() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a")
            // Another's part, by its name; only its lock tells that it is being written.
            let part = folder.appendingPathComponent(
                ".a.9A0C7F42-5B7E-4C55-8A4E-0E2B5D0C9B11.part")
            let other = try FileWriter(file, part: part)
            PartialFile.removeStale(in: folder)
            #expect(try names(in: folder) == [part.lastPathComponent])
            try other.write("text")
            try other.finish()
            #expect(try String(contentsOf: file, encoding: .utf8) == "text")
        }
    }
}
