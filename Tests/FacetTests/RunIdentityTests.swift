import FaceRuns
import Foundation
import Testing

/// A run is what its numbers depend on: not how paths are spelt, nor where the command runs.
@Suite("What makes a run another one", .serialized)
struct RunIdentityTests {
    private static func words(
        _ command: String = "compare", train: String, test: String, output: String,
        threads: String = "1", epochs: String = "1", _ more: String...
    ) -> [String] {
        [
            command, "--train", "tiny=\(train)", "--test", "probe=\(test)", "--output", output,
            "--threads", threads, "--epochs", epochs, "--input-size", "32", "--batch-size", "16",
        ] + more
    }

    private static let losses = [
        "--backbones", "mobilenetv1:width=0.25,embedding=16", "--losses", "softmax,arcface",
    ]
    private static let precision = ["--precision", "float32"]

    @Test("Paths, folders, threads and words for the same device do not")
    func same() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let test = "\(faces.test.path),\(faces.pairs.path)"
            let first = try tool.run(
                Self.words(train: faces.train.path, test: test, output: "study") + Self.losses
                    + Self.precision)
            #expect(first.status == 0, "\(first.errors)")
            let elsewhere = folder.appendingPathComponent("else/where")
            try FileManager.default.createDirectory(
                at: elsewhere, withIntermediateDirectories: true)
            let study = folder.appendingPathComponent("study").path
            let same = [
                (tool, Self.words(train: "train set", test: "test,pairs.txt", output: "study")),
                (
                    tool,
                    Self.words(
                        train: "./test/../train set", test: test, output: study, threads: "2",
                        "--device", "cpu")
                ),
                (
                    Tool(folder: elsewhere),
                    Self.words(
                        train: "../../train set", test: "../../test,../../pairs.txt",
                        output: "../../study")
                ),
            ]
            for (tool, words) in same {
                let again = try tool.run(words + Self.losses + Self.precision)
                try expectFinished(again)
            }
            // The data may move, and what the run was may be written by a version that knew less.
            for name in ["train set", "test"] {
                try FileManager.default.moveItem(
                    at: folder.appendingPathComponent(name),
                    to: elsewhere.appendingPathComponent(name))
            }
            try makeOld(study)
            let moved = try tool.run(
                Self.words(
                    train: "else/where/train set", test: "else/where/test,pairs.txt",
                    output: "study")
                    + Self.losses + Self.precision)
            try expectFinished(moved)
        }
    }

    private func expectFinished(_ outcome: Tool.Outcome) throws {
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.errors.components(separatedBy: "already finished").count == 3,
            "\(outcome.errors)")
    }

    /// Takes from the descriptions of a study's runs what earlier versions did not write.
    private func makeOld(_ study: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(study)/runs") {
            let file = URL(fileURLWithPath: "\(study)/runs/\(name)/run.json")
            var run = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            var train = try #require(run["train"] as? [String: Any])
            #expect(train.removeValue(forKey: "labelHash") is String)
            run["train"] = train
            var tests = try #require(run["tests"] as? [[String: Any]])
            #expect(tests[0].removeValue(forKey: "pairsHash") is String)
            run["tests"] = tests
            try JSONSerialization.data(withJSONObject: run).write(to: file)
        }
    }

    @Test(
        "Names of a loss do not, nor the names that its parameters had; tables show what was asked for"
    )
    func names() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            func words(_ loss: String) -> [String] {
                Self.words(train: "train set", test: "test,pairs.txt", output: "study")
                    + Self.precision
                    + ["--backbones", "mobilenetv1:width=0.25,embedding=16", "--losses", loss]
            }
            let first = try tool.run(words("cosface:s=32"))
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.contains("CosFace (s=32)"), "\(first.output)")
            #expect(first.errors.contains("with cosface:s=32, seed 1"), "\(first.errors)")
            let results = folder.appendingPathComponent("study/report/results.csv")
            #expect(try String(contentsOf: results, encoding: .utf8).contains(",cosface:s=32,"))
            // What a former version would have left.
            let runs = folder.appendingPathComponent("study/runs")
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: runs.path).first)
            #expect(name.contains("amsoftmax-s=32-scaleWarmup=0-warmup=0"))
            let old = runs.appendingPathComponent(
                name.replacing("s=32-scaleWarmup=0-warmup=0", with: "rise=0-s=32-warmup=0"))
            try FileManager.default.moveItem(at: runs.appendingPathComponent(name), to: old)
            for file in ["run.json", "study.json"] {
                let url = old.appendingPathComponent(file)
                let text = try String(contentsOf: url, encoding: .utf8)
                    .replacing("s=32,scaleWarmup=0,warmup=0", with: "rise=0,s=32,warmup=0")
                    .replacing("\"scaleWarmup\"", with: "\"rise\"")
                    .replacing("s=32-scaleWarmup=0-warmup=0", with: "rise=0-s=32-warmup=0")
                #expect(text.contains("rise") && !text.contains("scaleWarmup"))
                try Data(text.utf8).write(to: url)
            }
            for loss in ["CosFace:scale=32", "amsoftmax:rise=0,s=32,warmup=0"] {
                let again = try tool.run(words(loss))
                #expect(again.status == 0, "\(again.errors)")
                #expect(again.errors.contains("already finished"), "\(again.errors)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: runs.path).count == 1)
            let same = try tool.run("reproduce", old.path, "--output", "again")
            #expect(same.status == 0, "\(same.errors)")
        }
    }

    /// Rewrites the runs as a version wrote them that had several generators of random numbers;
    /// returns the files and what they held.
    private static func forgettingRandomNumbers(_ study: StudyFolder) throws -> ([URL], [Data]) {
        let files = try study.runs().map { $0.url.appendingPathComponent("run.json") }
        let before = try files.map { try Data(contentsOf: $0) }
        for (file, content) in zip(files, before) {
            let text = String(decoding: content, as: UTF8.self)
            let older = text.replacing(/,?\s*"randomNumbers"\s*:\s*"[^"]*"/, with: "")
            #expect(older != text)
            try Data(older.utf8).write(to: file)
        }
        return (files, before)
    }

    @Test("Another content or learning rate does, and is said once for all runs")
    func other() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words =
                Self.words(train: "train set", test: "test,pairs.txt", output: "study")
                + Self.losses + Self.precision
            #expect(try tool.run(words).status == 0)
            let rate = try tool.run(words + ["--learning-rate", "0.05"])
            #expect(rate.status == 1)
            let refusal = "holds all 2 runs with a different configuration (peak was 0.1, now 0.05)"
            #expect(
                rate.errors.components(separatedBy: "a different configuration").count == 2,
                "\(rate.errors)")
            #expect(rate.errors.contains(refusal), "\(rate.errors)")
            let preview = try tool.run(words + ["--learning-rate", "0.05", "--dry-run"])
            #expect(preview.status == 1)
            #expect(
                preview.errors.components(separatedBy: refusal).count == 2, "\(preview.errors)")
            // Runs of a version that drew orders from another generator.
            let study = StudyFolder(folder.appendingPathComponent("study"))
            let (files, before) = try Self.forgettingRandomNumbers(study)
            let older = try tool.run(words)
            #expect(older.status == 1)
            let generator = "(the generator of random numbers was splitmix64, now philox4x64-10)"
            #expect(older.errors.contains(generator), "\(older.errors)")
            for (file, content) in zip(files, before) { try content.write(to: file) }
            // The same images with other pairs, and the same names with another picture.
            let pairs = try String(contentsOf: faces.pairs, encoding: .utf8)
            try pairs.replacing("Q0\t1\tQ1\t2", with: "Q0\t2\tQ1\t1").write(
                to: faces.pairs, atomically: true, encoding: .utf8)
            let test = try tool.run(words)
            #expect(test.status == 1)
            #expect(test.errors.contains("(the content of probe was "), "\(test.errors)")
            try pairs.write(to: faces.pairs, atomically: true, encoding: .utf8)
            let (one, two) = ("train set/P1/P1_0001.jpg", "train set/P1/P1_0002.jpg")
            try Data(contentsOf: folder.appendingPathComponent(two)).write(
                to: folder.appendingPathComponent(one))
            let train = try tool.run(words)
            #expect(train.status == 1)
            #expect(train.errors.contains("(the content of tiny was "), "\(train.errors)")
        }
    }

    @Test("A run that was stopped resumes from elsewhere and with other threads")
    func resumed() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let one = ["--loss", "softmax", "--backbone", "mobilenetv1:width=0.25,embedding=16"]
            let begun = try Tool(folder: folder).start(
                Self.words(
                    "train", train: faces.train.path, test: "test,pairs.txt", output: "study",
                    epochs: "40") + one + Self.precision)
            let runs = folder.appendingPathComponent("study/runs")
            func isSaved() -> Bool {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
                return names.contains {
                    FileManager.default.fileExists(
                        atPath: runs.appendingPathComponent("\($0)/checkpoint/last.safetensors")
                            .path)
                }
            }
            while begun.process.isRunning, !isSaved() { usleep(10_000) }
            kill(begun.process.processIdentifier, SIGTERM)
            begun.process.waitUntilExit()
            #expect(begun.process.terminationStatus == 143)
            let other = folder.appendingPathComponent("other")
            try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
            let outcome = try Tool(folder: other).run(
                Self.words(
                    "train", train: "../train set", test: "../test,../pairs.txt",
                    output: "../study", threads: "2", epochs: "40") + one + Self.precision)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("resuming from step"), "\(outcome.errors)")
            #expect(
                outcome.errors.contains("another number of threads ('2', before '1')"),
                "\(outcome.errors)")
        }
    }

    @Test(
        "As many threads as cores that may be used",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")))
    func affinity() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder)
            let words =
                Self.words(
                    train: "train set", test: "test,pairs.txt", output: "study", threads: "0")
                + Self.losses + Self.precision
            let running = try Tool(folder: folder).start(
                ["-c", "0", Tool.url.path] + words,
                executable: URL(fileURLWithPath: "/usr/bin/taskset"))
            running.process.waitUntilExit()
            let said = try running.said()
            #expect(running.process.terminationStatus == 0, "\(said)")
            let runs = folder.appendingPathComponent("study/runs")
            for name in try FileManager.default.contentsOfDirectory(atPath: runs.path) {
                let file = runs.appendingPathComponent("\(name)/environment.json")
                let machine =
                    try JSONSerialization.jsonObject(with: Data(contentsOf: file))
                    as? [String: Any]
                #expect(machine?["threads"] as? Int == 1)
            }
        }
    }

    @Test("A run without a test set says what is not known, and reports")
    func withoutTest() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder, identities: 12)
            let tool = Tool(folder: folder)
            let words =
                [
                    "train", "--train", "tiny=train set", "--threads", "1", "--epochs", "2",
                    "--input-size", "32", "--batch-size", "16", "--backbone",
                    "mobilenetv1:width=0.25,embedding=16",
                ] + Self.precision
            let plain = try tool.run(words + ["--output", "plain"])
            #expect(plain.status == 0, "\(plain.errors)")
            #expect(plain.errors.contains("no --test: only training accuracy will be measured"))
            #expect(try tool.run("report", "plain").status == 0)
            #expect(try tool.run("report", "plain", "plain").status == 0)
            let held = try tool.run(
                words + ["--output", "held", "--validation", "identities=0.34"])
            #expect(held.status == 0, "\(held.errors)")
            #expect(held.errors.contains("held-out people "), "\(held.errors)")
            #expect(try tool.run("report", "held").status == 0)
            let report = try String(
                contentsOf: folder.appendingPathComponent("held/report/report.md"), encoding: .utf8)
            #expect(report.contains("Convergence on held-out identities"))
            let run = try tool.run("evaluate", "plain", "--test", "probe=test,pairs.txt", "--json")
            #expect(run.status == 0, "\(run.errors)")
            let compare = try tool.run("compare", "--train", "tiny=train set")
            #expect(compare.status == 2 && compare.errors.contains("--test is missing"))
        }
    }
}
