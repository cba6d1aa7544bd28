import Foundation
import Testing

@Suite("Bad input gives one clear message")
struct BadInputTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var words: [String]
        var status: Int32
        var message: String

        init(_ name: String, _ words: [String], _ status: Int32, _ message: String) {
            testDescription = name
            self.words = words
            self.status = status
            self.message = message
        }
    }

    private static let cases = [
        Case(
            "no such command", ["comapre"], 2,
            "there is no command 'comapre'; did you mean 'compare'?"),
        Case(
            "no such option", ["compare", "--epoch", "3"], 2,
            "there is no option --epoch; did you mean '--epochs'?"),
        Case(
            "a value that is none", ["compare", "--epochs", "many"], 2,
            "'many' is no value for --epochs: it must be a whole number from 1 to 100000"),
        Case(
            "a value is missing", ["compare", "--epochs"], 2, "--epochs needs a value: --epochs N"),
        Case(
            "no training set", ["compare", "--test", "a=b,c"], 1,
            "the study has no training set: give at least one"),
        Case(
            "no such loss",
            ["compare", "--train", "a=x", "--test", "b=y,z", "--losses", "arcfce"], 1,
            "did you mean 'arcface'?"),
        Case(
            "a margin out of range",
            ["compare", "--train", "a=x", "--test", "b=y,z", "--losses", "arcface:m=9"], 1,
            "1.5"),
        Case(
            "no such backbone",
            ["compare", "--train", "a=x", "--test", "b=y,z", "--backbones", "resnet5"], 1,
            "did you mean 'resnet50'?"),
        Case(
            "a missing folder", ["compare", "--train", "a=nowhere", "--test", "b=nowhere,none"], 1,
            "/nowhere': there is no such file or folder"),
        Case(
            "no such study file", ["compare", "--config", "none.json5"], 1,
            "cannot read the study file"),
        Case("nothing to report", ["report", "nowhere"], 1, "nowhere"),
        Case(
            "no such model", ["evaluate", "none.safetensors", "--test", "a=b,c"], 1,
            "none.safetensors"),
    ]

    @Test("One sentence and an exit code", arguments: 0..<cases.count)
    func messages(_ index: Int) throws {
        let item = Self.cases[index]
        try withFolder { folder in
            let outcome = try Tool(folder: folder).run(item.words)
            #expect(outcome.status == item.status, "\(item.testDescription): \(outcome.errors)")
            #expect(
                outcome.errors.contains(item.message), "\(item.testDescription): \(outcome.errors)")
            #expect(!outcome.errors.contains("Fatal error"))
        }
    }

    private func study(
        _ folder: URL, _ faces: TinyFaces, _ more: String...
    ) throws -> Tool.Outcome {
        try Tool(folder: folder).run(
            ["compare"] + faces.options + TinyFaces.fast
                + ["--output", "study", "--losses", "softmax", "--epochs", "1"] + more)
    }

    @Test("Images that do not decode are skipped, counted and named; above 1 % it is an error")
    func damagedImages() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 16, imagesEach: 8)
            let bad = faces.train.appendingPathComponent("P3/broken.jpg")
            try Data("no picture".utf8).write(to: bad)
            let outcome = try study(folder, faces)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("1 images of 'tiny' are left out"))
            #expect(outcome.errors.contains("P3/broken.jpg"))
            let report = folder.appendingPathComponent("study/report/report.md")
            #expect(try String(contentsOf: report, encoding: .utf8).contains("broken.jpg"))
            for number in 0..<3 {
                try Data("no picture".utf8).write(
                    to: faces.train.appendingPathComponent("P4/broken\(number).jpg"))
            }
            let second = try study(folder, faces)
            #expect(second.status == 1)
            #expect(second.errors.contains("more than 1 %"))
        }
    }

    @Test("An identity without images is named")
    func emptyIdentity() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try FileManager.default.createDirectory(
                at: faces.train.appendingPathComponent("Nobody"),
                withIntermediateDirectories: true)
            let outcome = try study(folder, faces)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("Nobody' holds no image"))
        }
    }

    @Test("People of the test set in the training set are named")
    func overlap() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try FileManager.default.copyItem(
                at: faces.test.appendingPathComponent("Q1"),
                to: faces.train.appendingPathComponent("Q1"))
            let outcome = try study(folder, faces)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("1 people of 'probe' are in 'tiny' as well"))
        }
    }

    @Test("A run folder of another configuration is refused, and kept")
    func otherConfiguration() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            #expect(try study(folder, faces).status == 0)
            let outcome = try study(folder, faces, "--learning-rate", "0.01")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("another configuration (peak was 0.1, now 0.01)"))
            #expect(try study(folder, faces).errors.contains("finished before"))
        }
    }

    @Test("A checkpoint that is cut short fails its run and says so")
    func damagedCheckpoint() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let words =
                ["compare"] + faces.options + TinyFaces.fast
                + ["--output", "study", "--losses", "softmax", "--epochs", "50"]
            let running = try Tool(folder: folder).start(words)
            let runs = folder.appendingPathComponent("study/runs")
            var checkpoint: URL?
            while running.process.isRunning, checkpoint == nil {
                usleep(20_000)
                let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
                checkpoint = names.map {
                    runs.appendingPathComponent("\($0)/checkpoint/last.safetensors")
                }.first { FileManager.default.fileExists(atPath: $0.path) }
            }
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
            let file = try #require(checkpoint)
            try Data(contentsOf: file).prefix(1000).write(to: file)
            let outcome = try Tool(folder: folder).run(words)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("last.safetensors"), "\(outcome.errors)")
        }
    }

    @Test("An output folder that cannot be written is one clear error")
    func unwritable() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try Data().write(to: folder.appendingPathComponent("study"))
            let outcome = try study(folder, faces)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("cannot write to"))
        }
    }
}
