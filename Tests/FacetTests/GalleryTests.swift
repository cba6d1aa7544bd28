import FaceData
import Foundation
import Testing

@Suite("facet gallery")
struct GalleryTests {
    /// A network in TorchScript that gives 6 numbers an image of 32x32.
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TorchTests/Fixtures/network.pt")
    private static let network = ["--input-size", "32", "--threads", "1"]

    /// The tool in a folder with `net.pt`, faces, and an empty gallery.
    private func withGallery(_ body: (Tool, TinyFaces, URL) throws -> Void) throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            try FileManager.default.copyItem(
                at: Self.script, to: folder.appendingPathComponent("net.pt"))
            let made = try tool.run(["gallery", "create", "g.db", "net.pt"] + Self.network)
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.errors.contains("the model has no thresholds: measure them with"))
            try body(tool, faces, folder)
        }
    }

    private func list(_ tool: Tool) throws -> [String: Int] {
        let outcome = try tool.run("gallery", "list", "g.db", "--json")
        let rows = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return Dictionary(
            uniqueKeysWithValues: (rows as? [[String: Any]] ?? []).compactMap { row in
                (row["person"] as? String).flatMap { person in
                    (row["pictures"] as? Int).map { (person, $0) }
                }
            })
    }

    @Test("People are enrolled, identified, unknown, forgotten and exported")
    func story() throws {
        try withGallery { tool, faces, folder in
            let enrolled = try tool.run(
                ["gallery", "enrol", "g.db", faces.train.path] + Self.network)
            #expect(enrolled.status == 0, "\(enrolled.errors)")
            #expect(enrolled.errors.contains("64 pictures of 8 people enrolled"))
            #expect(try list(tool).values.allSatisfy { $0 == 8 })
            let again = try tool.run(
                ["gallery", "enrol", "g.db", faces.train.path] + Self.network)
            #expect(again.status == 0)
            #expect(
                again.errors.contains("0 pictures of 8 people enrolled; 64 were enrolled before"))
            let picture = faces.train.appendingPathComponent("P3/P3_0002.jpg").path
            func identify(_ threshold: String) throws -> [String: Any] {
                let outcome = try tool.run(
                    ["gallery", "identify", "g.db", picture, "--threshold", threshold, "--json"]
                        + Self.network)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                return try #require((found as? [[String: Any]])?.first)
            }
            let known = try identify("0.99")
            #expect(known["person"] as? String == "P3")
            let candidates = try #require(known["candidates"] as? [[String: Any]])
            #expect(candidates.count == 3 && candidates[0]["person"] as? String == "P3")
            let similarity = try #require(candidates[0]["similarity"] as? Double)
            #expect(abs(similarity - 1) < 1e-5)
            // Nobody is above 1, not even with the same picture.
            #expect(try identify("1")["person"] is NSNull)
            let without = try tool.run(
                ["gallery", "identify", "g.db", picture] + Self.network)
            #expect(without.status == 1)
            #expect(without.errors.contains("has no thresholds"), "\(without.errors)")
            let removed = try tool.run("gallery", "remove", "g.db", "P3", "P4")
            #expect(removed.status == 0, "\(removed.errors)")
            #expect(try list(tool).count == 6)
            let unknown = try tool.run("gallery", "remove", "g.db", "P33")
            #expect(unknown.status == 1)
            #expect(unknown.errors.contains("nobody in the gallery"), "\(unknown.errors)")
            #expect(try identify("0.999999")["person"] as? String != "P3")
            let exported = try tool.run("gallery", "export", "g.db", "g.csv")
            #expect(exported.status == 0, "\(exported.errors)")
            let lines = try String(
                contentsOf: folder.appendingPathComponent("g.csv"), encoding: .utf8
            ).split(separator: "\n")
            #expect(lines.count == 1 + 48)
            #expect(lines[0] == "person,image_sha256,norm,enrolled,e0,e1,e2,e3,e4,e5")
            #expect(!lines.contains { $0.hasPrefix("P3,") })
        }
    }

    @Test("The threshold of a false positive identification rate is that of a lower FAR")
    func fpir() throws {
        try withGallery { tool, faces, folder in
            var lines = ["name,imagenum1,imagenum2,imagenum3"]
            for first in 0..<8 {
                lines.append("Q\(first),1,2")
                for second in first + 1..<8 {
                    lines += [(1, 1), (1, 2), (2, 1), (2, 2)].map {
                        "Q\(first),\($0),Q\(second),\($1)"
                    }
                }
            }
            try Data(lines.joined(separator: "\n").utf8)
                .write(to: folder.appendingPathComponent("all.csv"))
            let saved = try tool.run(
                [
                    "evaluate", "net.pt", "--save-thresholds", "--test",
                    "all=\(faces.test.path),all.csv",
                ] + Self.network)
            #expect(saved.status == 0, "\(saved.errors)")
            let one = faces.train.appendingPathComponent("P1/P1_0001.jpg").path
            let other = faces.train.appendingPathComponent("P2/P2_0001.jpg").path
            for (person, picture) in [("anna", one), ("ben", other)] {
                let outcome = try tool.run(
                    ["gallery", "enrol", "g.db", picture, "--person", person] + Self.network)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            func identify(_ words: String...) throws -> Tool.Outcome {
                try tool.run(["gallery", "identify", "g.db", one] + words + Self.network)
            }
            func threshold(_ outcome: Tool.Outcome) throws -> Double {
                #expect(outcome.status == 0, "\(outcome.errors)")
                let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                let first = try #require((found as? [[String: Any]])?.first)
                return try #require(first["threshold"] as? Double)
            }
            // Two pictures are enrolled.
            let byFPIR = try threshold(identify("--fpir", "0.1", "--json"))
            #expect(try byFPIR == threshold(identify("--far", "0.05", "--json")))
            #expect(try byFPIR > threshold(identify("--far", "0.1", "--json")))
            let text = try identify("--fpir", "0.1")
            #expect(text.output.contains("anna  1.000, by chance "), "\(text.output)")
            let rare = try identify("--fpir", "1e-3")
            #expect(rare.status == 1)
            #expect(rare.errors.contains("takes 2000 pairs of different people"), "\(rare.errors)")
        }
    }

    @Test("Two processes enrol at once, and a killed one loses nothing that was there")
    func processes() throws {
        try withGallery { tool, faces, folder in
            let runs = try [faces.train, faces.test].map {
                try tool.start(["gallery", "enrol", "g.db", $0.path] + Self.network)
            }
            for run in runs { run.process.waitUntilExit() }
            for run in runs {
                let said = try run.said()
                #expect(run.process.terminationStatus == 0, "\(said)")
            }
            #expect(try list(tool).count == 16)
            // Killed at whatever moment, and continued.
            let more = folder.appendingPathComponent("more")
            try FileManager.default.createDirectory(at: more, withIntermediateDirectories: true)
            for person in 0..<20 {
                let source = faces.train.appendingPathComponent("P\(person % 8)")
                let target = more.appendingPathComponent("M\(person)")
                try FileManager.default.createDirectory(
                    at: target, withIntermediateDirectories: true)
                for index in 1...8 {
                    let bytes = try Data(
                        contentsOf: source.appendingPathComponent("P\(person % 8)_000\(index).jpg"))
                    // Bytes behind the end of a JPEG change its hash alone.
                    try (bytes + Data("\(person) \(index)".utf8))
                        .write(to: target.appendingPathComponent("\(index).jpg"))
                }
            }
            let killed = try tool.start(["gallery", "enrol", "g.db", more.path] + Self.network)
            while killed.process.isRunning, try list(tool).count <= 18 { usleep(1000) }
            kill(killed.process.processIdentifier, SIGKILL)
            killed.process.waitUntilExit()
            let counts = try list(tool)
            // People are enrolled whole.
            #expect(counts.filter { $0.key.hasPrefix("M") }.values.allSatisfy { $0 == 8 })
            #expect(counts.count > 16)
            let rest = try tool.run(["gallery", "enrol", "g.db", more.path] + Self.network)
            #expect(rest.status == 0, "\(rest.errors)")
            #expect(try list(tool).count == 36)
        }
    }

    @Test(
        "A full disk changes nothing", .enabled(if: TinyDisk.isPossible, "no tmpfs can be mounted"))
    func fullDisk() throws {
        try withGallery { tool, faces, folder in
            let disk = try TinyDisk(at: folder.appendingPathComponent("disk"), kilobytes: 200)
            defer { disk.remove() }
            let gallery = disk.url.appendingPathComponent("g.db")
            let made = try tool.run(
                ["gallery", "create", gallery.path, "net.pt"] + Self.network)
            #expect(made.status == 0, "\(made.errors)")
            let first = try tool.run(
                [
                    "gallery", "enrol", gallery.path,
                    faces.test.appendingPathComponent("Q0").path, "--person", "anna",
                ] + Self.network)
            #expect(first.status == 0, "\(first.errors)")
            let filler = disk.url.appendingPathComponent("filler")
            try Data().write(to: filler)
            let handle = try FileHandle(forWritingTo: filler)
            for size in [4096, 1] {
                while (try? handle.write(contentsOf: Data(count: size))) != nil {}
            }
            try handle.close()
            let full = try tool.run(
                ["gallery", "enrol", gallery.path, faces.train.path] + Self.network)
            #expect(full.status == 1)
            #expect(full.errors.contains("g.db"), "\(full.errors)")
            try FileManager.default.removeItem(at: filler)
            let listed = try tool.run("gallery", "list", gallery.path)
            #expect(listed.output == "anna: 2 pictures\n", "\(listed.errors)")
        }
    }

    @Test("A picture that cannot be decoded is left out, and those behind it are not")
    func damagedPicture() throws {
        try withGallery { tool, faces, folder in
            try Data("no picture".utf8).write(
                to: faces.train.appendingPathComponent("P3/P3_0002.jpg"))
            let enrolled = try tool.run(
                ["gallery", "enrol", "g.db", faces.train.path] + Self.network)
            #expect(enrolled.status == 1)
            for part in [
                "P3_0002.jpg", "63 pictures of 8 people enrolled", "1 picture was left out",
            ] {
                #expect(enrolled.errors.contains(part), "\(part): \(enrolled.errors)")
            }
            #expect(try list(tool).values.sorted() == [7, 8, 8, 8, 8, 8, 8, 8])
            let found = try tool.run(
                ["gallery", "identify", "g.db", faces.train.path + "/P3", "--threshold", "0.99"]
                    + Self.network)
            #expect(found.status == 1)
            #expect(found.output.contains("P3_0002.jpg") && found.output.contains("P3_0008.jpg"))
        }
    }

    @Test("What cannot be done is one sentence, with the right code")
    func badInput() throws {
        try withGallery { tool, faces, folder in
            try Data("x".utf8).write(to: folder.appendingPathComponent("text"))
            let picture = faces.test.appendingPathComponent("Q0/Q0_0001.jpg").path
            try Data("no picture".utf8).write(to: folder.appendingPathComponent("bad.jpg"))
            let table: [([String], Int32, String)] = [
                (["gallery", "create", "g.db", "net.pt"], 1, "is there already"),
                (["gallery", "create", "none/g.db", "net.pt"], 1, "its folder is missing"),
                (["gallery", "identify", "text", picture], 1, "it is not an SQLite file"),
                (["gallery", "identify", "none.db", picture], 1, "there is no such file"),
                (["gallery", "identify", "g.db", picture], 1, "no one is enrolled"),
                (
                    ["gallery", "identify", "g.db", picture, "--fpir", "0"], 2,
                    "above 0 and below 1"
                ),
                (
                    ["gallery", "identify", "g.db", picture, "--far", "0.1", "--fpir", "0.1"], 2,
                    "combined"
                ),
                (
                    ["gallery", "identify", "g.db", picture, "--colour", "bgr"], 1,
                    "is of another model"
                ),
                (["gallery", "enrol", "g.db", picture], 2, "--person is missing"),
                (["gallery", "enrol", "g.db", "bad.jpg", "--person", "x"], 1, "bad.jpg"),
                (
                    ["gallery", "enrol", "g.db", "none", "--person", "x"], 1,
                    "there is no such file"
                ),
                (
                    ["gallery", "enrol", "g.db", faces.test.path + "/Q0"], 1,
                    "no folder says whose picture it is"
                ),
            ]
            for (words, status, message) in table {
                let outcome = try tool.run(words + Self.network)
                #expect(outcome.status == status, "\(words): \(outcome.errors)")
                #expect(outcome.errors.contains(message), "\(words): \(outcome.errors)")
            }
            #expect(try list(tool).isEmpty)
        }
    }
}
