import Foundation
import Testing

@Suite("Losses on the command line")
struct LossesTests {
    private func withTool<Result>(_ body: (Tool) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-losses-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(Tool(folder: folder))
    }

    @Test("are listed, and one is shown under its name, a preset's, and without 'show'")
    func show() throws {
        try withTool { tool in
            let list = try tool.run("losses").output
            #expect(list.contains("arcface         ArcFace: ") && list.contains("supcon"))
            let shown = try tool.run("losses", "show", "insightface").output
            #expect(
                shown.contains("s (also scale) = 64 (default auto)") && shown.contains("Gradient:"))
            let plain = try tool.run("losses", "show", "arcface")
            #expect(try tool.run("losses", "arcface").output == plain.output)
            #expect(try tool.run("losses", "show", "triplet").output.hasPrefix("Triplet (triplet)"))
        }
    }

    @Test("are found in any case, with the other names listed")
    func names() throws {
        try withTool { tool in
            let list = try tool.run("losses").output
            #expect(list.contains("Also: CE, ") && list.contains("CosFace"))
            let shown = try tool.run("losses", "show", "CosFace")
            #expect(shown.output.contains("Also:       additive margin"))
            #expect(shown.output.contains("  cosface, LMCL, "))
            #expect(shown.output.contains("  s (also scale) = 64 (default auto)"))
            let unknown = try tool.run("losses", "show", "nonsense")
            #expect(unknown.status == 2)
            #expect(unknown.errors.contains("softmax (CE, softmax cross-entropy, xent), asoftmax"))
            let ambiguous = try tool.run("losses", "show", "MarginLoss")
            #expect(ambiguous.status == 2 && ambiguous.errors.contains("may mean several losses"))
        }
    }

    @Test("are drawn, or refused without a file")
    func plot() throws {
        try withTool { tool in
            let made = try tool.run(
                "losses", "plot", "softmax,arcface:m=0.3,s=20", "sphereface-r", "--output", "a.svg")
            #expect(made.status == 0)
            let file = tool.folder.appendingPathComponent("a.svg")
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(text.hasPrefix("<?xml") && text.contains("arcface:m=0.3,s=20"))
            let refused = try tool.run("losses", "plot", "triplet", "--output", "b.svg")
            #expect(refused.status == 2 && refused.errors.contains("depend on pairs or centres"))
            let missing = tool.folder.appendingPathComponent("b.svg").path
            #expect(!FileManager.default.fileExists(atPath: missing))
        }
    }

    @Test("are refused with values whose product float32 does not hold")
    func products() throws {
        try withTool { tool in
            let refused = try tool.run("losses", "show", "range:weight=1e-20,beta=1e-20")
            #expect(refused.status == 2)
            #expect(
                refused.errors.contains(
                    "weight=1e-20 times beta=1e-20 of range is 1e-40, which is out of range for float32"
                ))
        }
    }

    @Test("are trained as toys")
    func toy() throws {
        try withTool { tool in
            let made = try tool.run(
                "losses", "toy", "softmax", "--identities", "2", "--images", "3", "--steps", "5",
                "--output", "t.svg")
            #expect(made.status == 0, "\(made.errors)")
            let file = tool.folder.appendingPathComponent("t.svg")
            #expect(try String(contentsOf: file, encoding: .utf8).contains("accuracy "))
        }
    }
}
