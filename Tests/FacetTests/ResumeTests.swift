import Foundation
import Testing

@Suite("Work on sets that is stopped", .serialized)
struct ResumeTests {
    /// The files of a folder, hidden ones too, each with its content.
    private static func contents(_ folder: URL) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
            })
    }

    /// How many images a pack that is being written has on the disk.
    private static func saved(_ pack: URL) -> Int {
        let journal = pack.deletingLastPathComponent().appendingPathComponent(
            ".train.rec.journal")
        let object = (try? Data(contentsOf: journal)).flatMap {
            try? JSONSerialization.jsonObject(with: $0) as? [String: Any]
        }
        return ((object?["place"] as? [String: Any])?["images"] as? Int) ?? 0
    }

    @Test("A pack resumes after SIGTERM and SIGKILL, and is the one of a run that was not stopped")
    func pack() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10, imagesEach: 32)
            let tool = Tool(folder: folder)
            func words(_ out: String) -> [String] {
                [
                    "data", "import", faces.train.path, "\(out)/train.rec", "--size", "160",
                    "--png", "--threads", "1",
                ]
            }
            let whole = try tool.run(words("whole"))
            #expect(whole.status == 0, "\(whole.errors)")
            let out = folder.appendingPathComponent("pack")
            var before = 0
            for signal in [SIGTERM, SIGKILL] {
                let running = try tool.start(words("pack"))
                let pack = out.appendingPathComponent("train.rec")
                while running.process.isRunning, Self.saved(pack) <= before { usleep(5_000) }
                before = Self.saved(pack)
                kill(running.process.processIdentifier, signal)
                running.process.waitUntilExit()
                if signal == SIGTERM {
                    #expect(running.process.terminationStatus == 143)
                    #expect(try running.said().contains("run the same command again to resume"))
                }
                let names = try Self.contents(out).keys
                #expect(names.allSatisfy { $0.hasPrefix(".") }, "\(names)")
            }
            let kept = Self.saved(out.appendingPathComponent("train.rec"))
            #expect(kept > 0)
            let outcome = try tool.run(words("pack"))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.output.contains("\(kept) \(kept == 1 ? "was" : "were") there already"),
                "\(outcome.output)")
            let expected = try Self.contents(folder.appendingPathComponent("whole"))
            #expect(try Self.contents(out) == expected)
        }
    }

    @Test("A folder of aligned or unpacked images resumes after SIGKILL", arguments: [false, true])
    func folders(aligned: Bool) throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10, imagesEach: 32)
            let tool = Tool(folder: folder)
            let names = (0..<10).flatMap { person in
                (1...32).map { "P\(person)/P\(person)_000\($0).jpg" }
            }
            try Data(
                names.map { "\($0) 10 10 22 10 16 16 11 22 21 22\n" }.joined().utf8
            ).write(to: folder.appendingPathComponent("points.txt"))
            func words(_ out: String) -> [String] {
                aligned
                    ? ["data", "align", faces.train.path, "points.txt", out, "--size", "448"]
                    : ["data", "import", faces.train.path, out, "--size", "448"]
            }
            let whole = try tool.run(words("whole"))
            #expect(whole.status == 0, "\(whole.errors)")
            let out = folder.appendingPathComponent("part")
            let running = try tool.start(words("part"))
            func done() -> [String] {
                let all = FileManager.default.subpaths(atPath: out.path) ?? []
                return all.filter { $0.hasSuffix(".jpg") }
            }
            while running.process.isRunning, done().isEmpty { usleep(1_000) }
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
            let kept = done().count
            #expect(kept > 0 && kept < names.count)
            let outcome = try tool.run(words("part"))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.output.contains("\(kept) \(kept == 1 ? "was" : "were") there already"),
                "\(outcome.output)")
            let files = FileManager.default.subpaths(atPath: out.path) ?? []
            #expect(files.filter { $0.hasSuffix(".part") }.isEmpty)
            for name in names {
                let expected = folder.appendingPathComponent("whole/\(name)")
                #expect(
                    try Data(contentsOf: out.appendingPathComponent(name))
                        == Data(contentsOf: expected), "\(name)")
            }
        }
    }
}
