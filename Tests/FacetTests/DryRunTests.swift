import Foundation
import Testing

@Suite("facet compare --dry-run")
struct DryRunTests {
    private func words(_ faces: TinyFaces, _ more: String...) -> [String] {
        ["compare"] + faces.options + TinyFaces.fast
            + ["--epochs", "1", "--output", "study"] + more
    }

    private func hasStudy(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("study").path)
    }

    @Test("Lists the runs, as JSON too, and writes nothing")
    func list() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words = words(faces, "--losses", "softmax,arcface", "--dry-run")
            let outcome = try tool.run(words)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("with arcface, shuffle, seed 1"))
            #expect(outcome.output.contains("2 runs of about"))
            let json = try tool.run(words + ["--json"])
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
            let runs = try #require(object["runs"] as? [[String: Any]])
            #expect(runs.map { $0["state"] as? String } == ["new", "new"])
            #expect(object["estimate"] != nil)
            #expect(!hasStudy(folder))
        }
    }

    @Test("Built-in sets are not drawn")
    func builtIn() throws {
        try withFolder { folder in
            let outcome = try Tool(folder: folder).run(
                ["compare", "--preset", "quick", "--losses", "softmax", "--dry-run"]
                    + TinyFaces.fast + ["--output", "study"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("on wild with softmax"))
            #expect(outcome.output.contains("faces, 6,000 pairs"))
            #expect(!hasStudy(folder))
        }
    }

    @Test("What cannot be trained is found for every cell, and before anything is trained")
    func impossible() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let few = "draws 16 identities for each batch, but the set has 8"
            let batch = "64 training images do not fill a batch of 128"
            for (options, messages) in [
                (["--losses", "softmax,marginal", "--sampler", "pk:4x4"], []),
                (["--losses", "softmax", "--sampler", "pk:16x1"], ["'pk:16x1' cannot be used"]),
                (["--losses", "softmax,marginal", "--batch-size", "64"], [few]),
                (["--losses", "softmax", "--batch-size", "128"], [batch]),
            ] {
                let all = words(faces) + options
                // The tool refuses an option that is given twice.
                let given = options.contains("--batch-size") ? withoutBatchSize(all) : all
                let preview = try tool.run(given + ["--dry-run"])
                #expect((preview.status == 0) == messages.isEmpty, "\(preview.errors)")
                #expect(!hasStudy(folder))
                for message in messages {
                    #expect(preview.errors.contains(message), "\(preview.errors)")
                    let outcome = try tool.run(given)
                    #expect(outcome.status != 0)
                    #expect(outcome.errors.contains(message), "\(outcome.errors)")
                    let runs = folder.appendingPathComponent("study/runs")
                    #expect(!FileManager.default.fileExists(atPath: runs.path))
                    try? FileManager.default.removeItem(at: folder.appendingPathComponent("study"))
                }
            }
        }
    }

    /// Without the batch size of the fast options, which come first.
    private func withoutBatchSize(_ words: [String]) -> [String] {
        guard let index = words.firstIndex(of: "--batch-size") else { return words }
        return Array(words[..<index] + words[(index + 2)...])
    }

    @Test("A folder that cannot become the study's is reported")
    func noFolder() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try Data().write(to: folder.appendingPathComponent("study"))
            let outcome = try Tool(folder: folder).run(
                words(faces, "--losses", "softmax", "--dry-run"))
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("cannot write to"), "\(outcome.errors)")
        }
    }
}
