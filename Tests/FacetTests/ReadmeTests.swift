import FaceData
import Foundation
import Testing

@Suite("The README's way from photographs to an answer")
struct ReadmeTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The commands of the README's block of code that has a text, without comments.
    private static func commands(with text: String) throws -> [[String]] {
        let readme = try String(
            contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```").enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        let block = try #require(blocks.first { $0.contains(text) })
        return block.replacingOccurrences(of: "\\\n", with: "").split(separator: "\n").dropFirst()
            .map { line in
                line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
            }
    }

    /// What makes a training take a few seconds; after a single epoch all embeddings are alike.
    private static let fast = [
        "--backbone", "mobilenetv1:width=0.25,embedding=16", "--input-size", "32", "--batch-size",
        "16", "--precision", "float32", "--epochs", "8",
    ]

    private func people(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasPrefix("Person") }
    }

    private func copy(_ from: URL, _ to: URL) throws {
        try FileManager.default.createDirectory(
            at: to.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: from, to: to)
    }

    /// A training set of 20 people, who are also the test set; ten photographs of three others; and `who.jpg`, one
    /// of these.
    private func writePictures(_ tool: Tool) throws {
        for (folder, size, seed) in [("LFW", "64", "1"), ("others", "224", "77")] {
            let drawn = try tool.run(
                "data", "synthesize", "pairs", folder, "--scale", "0.0667", "--size", size,
                "--seed",
                seed, "--threads", "1")
            #expect(drawn.status == 0, "\(drawn.errors)")
        }
        let root = tool.folder
        let lfw = root.appendingPathComponent("LFW")
        let names = try people(lfw)
        for name in names {
            try copy(
                lfw.appendingPathComponent(name),
                root.appendingPathComponent("CASIA-WebFace/\(name)"))
        }
        let images = names.flatMap { name in (1...5).map { (name, "\(name)/\(name)_000\($0).jpg") }
        }
        var list = ""
        for (index, first) in images.enumerated() {
            for second in images[(index + 1)...] {
                list += "\(first.1)\t\(second.1)\t\(first.0 == second.0 ? 1 : 0)\n"
            }
        }
        try Data(list.utf8).write(to: lfw.appendingPathComponent("pairs.txt"))
        let others = root.appendingPathComponent("others")
        for (person, (name, count)) in zip(
            try people(others), [("anna", 4), ("ben", 3), ("cleo", 3)])
        {
            for number in 1...count {
                try copy(
                    others.appendingPathComponent("\(person)/\(person)_000\(number).jpg"),
                    root.appendingPathComponent("photos/\(name)/\(number).jpg"))
            }
        }
        try copy(
            root.appendingPathComponent("photos/ben/2.jpg"), root.appendingPathComponent("who.jpg"))
    }

    @Test("Five commands name the person in a photograph", arguments: [false, true])
    func fiveCommands(detects: Bool) throws {
        let commands = try Self.commands(with: "facet gallery identify")
        #expect(commands.count == 5 && commands[0] == ["scripts/bootstrap", "detectors"])
        // Without the detector's weights, the photographs are taken as they are.
        let hasWeights = ProcessInfo.processInfo.environment["FACET_DETECTORS"] != nil
        guard !detects || hasWeights else { return }
        try withFolder { folder in
            let tool = Tool(folder: folder)
            try writePictures(tool)
            let train = try Self.commands(with: "facet train")[0] + Self.fast
            var output = ""
            for words in [train] + commands.dropFirst() {
                #expect(words[0] == "./facet")
                let more = words[1...2] == ["gallery", "create"] ? [] : ["--threads", "1"]
                let outcome = try tool.run(
                    words.dropFirst().filter { detects || $0 != "--detect" } + more)
                #expect(outcome.status == 0, "\(words): \(outcome.errors)")
                if words.contains("enrol") {
                    #expect(
                        outcome.errors.contains("10 pictures of 3 people enrolled"),
                        "\(outcome.errors)")
                }
                output = outcome.output
            }
            let lines = output.split(separator: "\n")
            #expect(lines[0].contains("who.jpg: ben (threshold "), "\(output)")
            #expect(lines[1].hasPrefix("  ben  1.000, by chance "), "\(output)")
            #expect(lines.count == 4, "\(output)")
        }
    }

    @Test("A study of several runs is not taken for one model")
    func severalRuns() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let made = try tool.run(
                ["compare"] + faces.options + TinyFaces.fast
                    + ["--output", "study", "--losses", "softmax,arcface", "--epochs", "1"])
            #expect(made.status == 0, "\(made.errors)")
            let test = ["--test", "probe=\(faces.test.path),\(faces.pairs.path)", "--threads", "1"]
            let several = try tool.run(["evaluate", "study", "--all-protocols"] + test)
            #expect(several.status == 2)
            #expect(several.errors.contains("a study of several runs"), "\(several.errors)")
            let runs = folder.appendingPathComponent("study/runs")
            let one = try #require(
                try FileManager.default.contentsOfDirectory(atPath: runs.path)
                    .first { $0.contains("arcface") })
            try FileManager.default.removeItem(at: runs.appendingPathComponent(one))
            let left = try tool.run(["evaluate", "study", "--all-protocols"] + test)
            #expect(left.status == 0, "\(left.errors)")
        }
    }
}
