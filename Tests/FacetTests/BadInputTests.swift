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
            "unknown command 'comapre'; did you mean 'compare'?"),
        Case(
            "no such option", ["compare", "--epoch", "3"], 2,
            "unknown option --epoch; did you mean '--epochs'?"),
        Case(
            "another program's option", ["train", "--patience", "3"], 2,
            "unknown option --patience; training never stops early"),
        Case(
            "another program's option with a similar name here", ["train", "--mean=0.5"], 2,
            "unknown option --mean; --input-mean X and --input-deviation X"),
        Case(
            "an option that PyTorch's loaders have", ["train", "--prefetch_factor", "2"], 2,
            "unknown option --prefetch_factor; images are always decoded ahead of training"),
        Case(
            "a variable that is not set", ["data", "check", ""], 2,
            "the argument <set> is empty; if it is a variable, set it"),
        Case(
            "a value that is none", ["compare", "--epochs", "many"], 2,
            "'many' is not a valid value for --epochs; it must be a whole number from 1 to 100000"),
        Case(
            "missing value", ["compare", "--epochs"], 2, "--epochs needs a value: --epochs N"),
        Case(
            "no training set", ["compare", "--test", "a=b,c"], 2,
            "--train is missing: give a training set with --train NAME=PATH"),
        Case("nothing at all", ["compare"], 2, "--preset quick"),
        Case("no test set", ["compare", "--train", "a=b"], 2, "--test is missing"),
        Case("no such device", ["compare", "--device", "gpu"], 2, "auto, cpu, cuda or cuda:N"),
        Case(
            "two losses for one run",
            ["train", "--loss", "softmax,arcface", "--train", "a=x", "--test", "b=y,z"], 2,
            "'softmax,arcface' is not a valid value for --loss; it must be exactly one; facet compare"
        ),
        Case("a set without a name", ["compare", "--train", "=x"], 2, "a name that is not empty"),
        Case(
            "a set's name that leads out", ["compare", "--test", "../x=y"], 2,
            "does not start with a dot"),
        Case(
            "a set's name that is a path", ["compare", "--train", "a/b=x"], 2,
            "does not contain '/'"),
        Case(
            "two sets of one name",
            ["compare", "--train", "a=x", "--train", "a=y", "--test", "b=c"], 2,
            "'a' occurs twice in train"),
        Case(
            "no such precision",
            ["compare", "--train", "a=x", "--test", "b=y,z", "--precision", "half"], 2,
            "'half' is not a valid value for --precision; it must be 'auto', 'float32'"),
        Case(
            "a picture of another kind", ["data", "sheet", "x", "x.gif"], 2,
            "a file whose name ends in .png or .jpg or .jpeg"),
        Case(
            "what cannot be combined with two studies", ["report", "a", "b", "--paper"], 2,
            "--paper cannot be combined with a second study"),
        Case(
            "a folder under a device", ["data", "synthesize", "clean", "/dev/null/x"], 1,
            "cannot write '/dev/null/x': Not a directory"),
        Case("no such help", ["help", "comapre"], 2, "did you mean 'compare'?"),
        Case(
            "no such loss",
            ["compare", "--train", "a=x", "--test", "b=y,z", "--losses", "arcfce"], 2,
            "did you mean 'arcface'?"),
        Case(
            "a margin out of range",
            ["compare", "--train", "a=x", "--test", "b=y,z", "--losses", "arcface:m=9"], 2,
            "1.5"),
        Case(
            "a part of the classes for a loss that needs all",
            [
                "compare", "--train", "a=x", "--test", "b=y,z", "--losses", "arcface,softmax",
                "--class-rate", "0.1",
            ], 2, "softmax needs all classes in each step"),
        Case(
            "a rate out of range", ["compare", "--class-rate", "0"], 2,
            "'0' is not a valid value for --class-rate"),
        Case(
            "no such backbone",
            ["compare", "--train", "a=x", "--test", "b=y,z", "--backbones", "resnet5"], 2,
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
            let command = ["data", "losses"].contains(item.words[0]) ? 2 : 1
            if item.status == 2, item.words != ["comapre"], item.words[0] != "help" {
                let path = item.words.prefix(command).joined(separator: " ")
                #expect(outcome.errors.contains("'facet \(path) --help' lists"))
            }
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
            #expect(outcome.errors.contains("1 image of 'tiny' is left out"))
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

    @Test("An identity without images is named and left out, by compare as by check")
    func emptyIdentity() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            for name in ["Nobody", "No one"] {
                try FileManager.default.createDirectory(
                    at: faces.train.appendingPathComponent(name),
                    withIntermediateDirectories: true)
            }
            let outcome = try study(folder, faces)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let check = try Tool(folder: folder).run("data", "check", faces.train.path)
            for text in [outcome.errors, check.errors] {
                #expect(text.contains("2 identities have no image: No one, Nobody"), "\(text)")
            }
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
            #expect(outcome.errors.contains("1 person of 'probe' is also in 'tiny'"))
            #expect(outcome.errors.contains("2 pictures of 'probe' are also in 'tiny'"))
            let report = folder.appendingPathComponent("study/report/report.md")
            let text = try String(contentsOf: report, encoding: .utf8)
            #expect(text.contains("Shared faces.") && text.contains("2 pictures of"))
        }
    }

    @Test("Pictures of a test set without names are found in the training set")
    func overlapWithPack() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let pack = try tool.run(
                "data", "pack", "\(faces.test.path),\(faces.pairs.path)", "probe.bin")
            #expect(pack.status == 0)
            #expect(pack.errors.contains("a .bin stores no folds"), "\(pack.errors)")
            try FileManager.default.copyItem(
                at: faces.test.appendingPathComponent("Q1/Q1_0001.jpg"),
                to: faces.train.appendingPathComponent("P2/other name.jpg"))
            let outcome = try tool.run(
                ["compare", "--train", "tiny=\(faces.train.path)", "--test", "probe=probe.bin"]
                    + TinyFaces.fast + ["--losses", "softmax", "--epochs", "1", "--dry-run"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.errors.contains(
                    "1 picture of 'probe' is also in 'tiny', of 1 identity: P2"),
                "\(outcome.errors)")
        }
    }

    @Test("A run folder of another configuration is refused, and kept")
    func otherConfiguration() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            #expect(try study(folder, faces).status == 0)
            let outcome = try study(folder, faces, "--learning-rate", "0.01")
            #expect(outcome.status == 1)
            let message = "a different configuration (peak was 0.1, now 0.01)"
            #expect(outcome.errors.contains(message))
            let preview = try study(folder, faces, "--learning-rate", "0.01", "--dry-run")
            #expect(preview.status == 1 && preview.errors.contains(message), "\(preview.errors)")
            let run = try #require(
                FileManager.default.contentsOfDirectory(
                    atPath: folder.appendingPathComponent("study/runs").path
                ).first)
            let mistaken = try Tool(folder: folder).run("report", "study/runs/\(run)")
            #expect(mistaken.status == 1)
            #expect(
                mistaken.errors.contains(
                    "the folder of a single run; report its study, '\(folder.path)"),
                "\(mistaken.errors)")
            #expect(try study(folder, faces).errors.contains("already finished"))
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
