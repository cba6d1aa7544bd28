import Foundation
import SafeFiles
import Testing

@Suite struct StaleFilesTests {
    @Test func onlyThoseOfDeadProcessesGo() throws {
        try withFolder { folder in
            let dead = Process()
            dead.executableURL = URL(fileURLWithPath: "/bin/true")
            try dead.run()
            dead.waitUntilExit()
            let living = ProcessInfo.processInfo.processIdentifier
            let names = [
                ".run.json.\(dead.processIdentifier).0A1B2C3D.part",
                ".run.json.\(living).0A1B2C3D.part", "run.json", ".lock", "notes.part",
            ]
            for name in names { try Data().write(to: folder.appendingPathComponent(name)) }
            StaleFiles.remove(from: folder)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(left) == Set(names.dropFirst()))
            StaleFiles.remove(from: folder.appendingPathComponent("nowhere"))
        }
    }
}
