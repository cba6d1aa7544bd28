import FaceData
import Foundation
import SafeFiles
import Testing

@Suite("Counts are written with their nouns")
struct CountsTests {
    private func write(_ seed: Int, to url: URL) throws {
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        let pixels = (0..<16 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 * (seed + 3) % 251) }
        try FileWriter.write(
            ImageEncoder.png(RGBImage(width: 16, height: 16, pixels: pixels)), to: url)
    }

    /// What a command says to people.
    private func said(_ tool: Tool, _ words: String...) throws -> String {
        let outcome = try tool.run(["data"] + words)
        return outcome.output + outcome.errors
    }

    @Test("One image, one identity, one row")
    func one() throws {
        try withFolder { folder in
            try write(0, to: folder.appendingPathComponent("set/ann/1.png"))
            let tool = Tool(folder: folder)
            let check = try said(tool, "check", "set")
            #expect(check.contains("1 image of 1 identity; 1 of 16x16"), "\(check)")
            #expect(check.contains("1 of 1 identity has one image only"), "\(check)")
            #expect(try said(tool, "sheet", "set", "a.png").contains("1 row is in "))
            let imported = try said(tool, "import", "set", "out", "--size", "16")
            #expect(imported.contains("1 image was written to"), "\(imported)")
            let again = try said(tool, "import", "set", "out", "--size", "16")
            #expect(
                again.contains("0 images were written") && again.contains("1 was there already"))
        }
    }

    @Test("Two of each")
    func two() throws {
        try withFolder { folder in
            for seed in 0..<4 {
                try write(
                    seed, to: folder.appendingPathComponent("set/p\(seed / 2)/\(seed).png"))
            }
            let tool = Tool(folder: folder)
            let check = try said(tool, "check", "set")
            #expect(check.contains("4 images of 2 identities; 4 of 16x16"), "\(check)")
            #expect(try said(tool, "sheet", "set", "a.png").contains("2 rows are in "))
            let drawn = try said(
                tool, "pairs", "set", "pairs.txt", "--folds", "1", "--each", "2")
            #expect(drawn.contains("4 pairs of 4 images in 1 fold are in "), "\(drawn)")
            let stats = try said(tool, "stats", "set,pairs.txt")
            #expect(stats.contains("2 same, 2 different, 1 fold\n"), "\(stats)")
        }
    }

    @Test("A conversion that writes nothing has not done what was asked for")
    func nothing() throws {
        try withFolder { folder in
            try write(0, to: folder.appendingPathComponent("set/ann/1.png"))
            try Data("ann\n".utf8).write(to: folder.appendingPathComponent("names.txt"))
            let outcome = try Tool(folder: folder).run(
                "data", "import", "set", "out", "--size", "16", "--without", "names.txt")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("no image was written"), "\(outcome.errors)")
        }
    }
}
