import Foundation
import Testing

@Suite("Backbones on the command line")
struct ModelsTests {
    private func withTool<Result>(_ body: (Tool) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-models-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(Tool(folder: folder))
    }

    @Test("are listed in rows, with what their papers say")
    func list() throws {
        try withTool { tool in
            let list = try tool.run("models", "--input-size", "64")
            #expect(list.status == 0)
            let rows = list.output.split(separator: "\n")
            #expect(rows[0].hasPrefix("backbone "))
            let row = try #require(rows.first { $0.hasPrefix("deepface ") })
            // It takes no smaller images than of 72 pixels.
            #expect(row.split(separator: " ").prefix(3) == ["deepface", "72", "4096"])
            #expect(row.contains("softmax, 152x152, 4096-d") && row.contains("LFW 97.35 %"))
            #expect(rows.contains { $0.hasPrefix("resnet50 ") && $0.contains("He et al. 2016") })
        }
    }

    @Test("are shown with layers, memory and recipe, and measured if that is asked for")
    func show() throws {
        try withTool { tool in
            let text = try tool.run(
                "models", "facenet_nn2:width=0.125", "--input-size", "32", "--batch-size", "4",
                "--measure"
            ).output
            #expect(text.contains("inception (5b)"))
            #expect(text.contains("MB for a batch of 4 (float32)"))
            #expect(text.contains("recipe         triplet, 224x224, 128-d"))
            #expect(text.contains("images/s trained in batches of 4"))
            let refused = try tool.run("models", "deepface", "--input-size", "64")
            #expect(refused.status != 0)
            #expect(refused.errors.contains("too small for DeepFace; use 72x72 or more"))
        }
    }

    @Test("are written as JSON")
    func json() throws {
        try withTool { tool in
            let text = try tool.run("models", "alexnet", "--json").output
            let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
            let model = try #require(list?.first)
            #expect(model["layers"] as? Int == 8)
            #expect((model["recipe"] as? [String: Any])?["loss"] as? String == "softmax")
            #expect(model["measured"] == nil)
        }
    }
}
