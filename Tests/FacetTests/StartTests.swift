import FaceRuns
import Foundation
import OpenVINO
import Testing
import Torch

/// Studies that start from the weights of another one.
private struct FineTuning {
    let folder: URL
    let faces: TinyFaces
    let tool: Tool

    /// Trains a softmax whose run the others start from.
    init(in folder: URL) throws {
        self.folder = folder
        faces = try TinyFaces(in: folder)
        tool = Tool(folder: folder)
        let outcome = try compare("soft", from: nil, ["--losses", "softmax", "--epochs", "6"])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    static let fast = Array(TinyFaces.fast.dropFirst(2))

    func words(
        _ output: String, from: String?, _ more: [String],
        backbone: String = "mobilenetv1:width=0.25,embedding=16", train: URL? = nil
    ) -> [String] {
        [
            "compare", "--train", "tiny=\((train ?? faces.train).path)", "--test",
            "probe=\(faces.test.path),\(faces.pairs.path)", "--backbones", backbone,
        ] + Self.fast + ["--output", output] + (from.map { ["--from", $0] } ?? []) + more
    }

    @discardableResult
    func compare(
        _ output: String, from: String?, _ more: [String],
        backbone: String = "mobilenetv1:width=0.25,embedding=16", train: URL? = nil
    ) throws -> Tool.Outcome {
        try tool.run(words(output, from: from, more, backbone: backbone, train: train))
    }

    func runs(_ study: String) throws -> [RunFolder] {
        try StudyFolder(folder.appendingPathComponent(study)).runs()
    }

    func model(_ study: String) throws -> URL {
        try #require(try runs(study).first).modelURL
    }
}

@Suite("Starting from weights, end to end", .serialized)
struct StartTests {
    @Test("Losses adapt a network that a softmax has trained, and the untouched one is a row")
    func warmStart() throws {
        try withFolder { folder in
            let study = try FineTuning(in: folder)
            let outcome = try study.compare(
                "fine", from: "soft", ["--losses", "arcface,triplet", "--epochs", "1"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("the untouched network: probe"), "\(outcome.errors)")
            #expect(
                outcome.errors.contains("the class weights of 8 identities are taken over"),
                "\(outcome.errors)")
            let soft = try #require(try study.runs("soft").first)
            let expected = try #require(try soft.readResult()?.tests.first)
            for run in try study.runs("fine") {
                let start = try #require(try run.readStart())
                #expect(start.misfits.isEmpty)
                // A triplet loss has a softmax beside it.
                #expect(start.classesTaken == 8)
                // The untouched network is the softmax's last one, on the same pairs.
                #expect(start.tests.map(\.accuracy) == [expected.accuracy])
                #expect(
                    try run.start.readScores(test: "probe") == soft.readScores(test: "probe"))
                #expect(try run.readDescription().start == start.facts)
            }
            let page = try String(
                contentsOf: folder.appendingPathComponent("fine/report/index.html"),
                encoding: .utf8)
            #expect(page.contains("From the untouched network"))
            // Nothing is left to do, and the weights are not needed for it.
            try FileManager.default.removeItem(at: folder.appendingPathComponent("soft"))
            let again = try study.compare(
                "fine", from: "soft", ["--losses", "arcface,triplet", "--epochs", "1"])
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.errors.components(separatedBy: "already finished").count == 3)
        }
    }

    @Test("A run resumes bit for bit after SIGKILL, without the file, but not with another one")
    func resumed() throws {
        try withFolder { folder in
            let study = try FineTuning(in: folder)
            let file = folder.appendingPathComponent("start.safetensors")
            try FileManager.default.copyItem(at: try study.model("soft"), to: file)
            let words = study.words(
                "fine", from: file.path, ["--losses", "arcface", "--epochs", "12"])
            let whole = try study.tool.run(words)
            #expect(whole.status == 0, "\(whole.errors)")
            // No head is beside the copy, so that all class weights begin with means.
            #expect(whole.errors.contains("all class weights begin with the mean"))
            let fine = folder.appendingPathComponent("fine")
            let expected = try Snapshot(of: fine)
            try FileManager.default.removeItem(at: fine)

            let running = try study.tool.start(words)
            func hasEpoch() -> Bool {
                (try? study.runs("fine").first).map {
                    FileManager.default.fileExists(atPath: $0.metricsURL.path)
                } ?? false
            }
            while running.process.isRunning, !hasEpoch() { usleep(2_000) }
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()

            let original = try Data(contentsOf: file)
            var changed = original
            changed[changed.count - 1] ^= 1
            try changed.write(to: file)
            let refused = try study.tool.run(words)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("the weights to start from were"), "\(refused.errors)")
            try FileManager.default.removeItem(at: file)
            let again = try study.tool.run(words)
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.errors.contains("resuming from step"), "\(again.errors)")
            #expect(try Snapshot(of: fine) == expected)
        }
    }

    /// The rows of a run's class weights by the identities' names.
    private func rows(_ run: RunFolder) throws -> [String: [Float]] {
        let content = try Safetensors.read(run.headURL)
        let names = try JSONDecoder().decode(
            [String].self, from: Data((content.metadata["identities"] ?? "").utf8))
        let weight = try #require(content.tensors["weight"])
        let values = weight.array(of: Float.self)
        let width = weight.shape[1]
        return Dictionary(
            uniqueKeysWithValues: names.enumerated().map {
                ($1, Array(values[$0 * width..<($0 + 1) * width]))
            })
    }

    @Test("Class weights follow the names, in whatever order they come, and frozen ones stay")
    func names() throws {
        try withFolder { folder in
            let study = try FineTuning(in: folder)
            // Other people among the known ones, so that every place is another.
            let other = folder.appendingPathComponent("others")
            try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
            for (from, to) in [
                ("P1", "A new one"), ("P3", "P3"), ("P5", "P5"), ("P6", "P4a"), ("P7", "P7"),
            ] {
                try FileManager.default.copyItem(
                    at: study.faces.train.appendingPathComponent(from),
                    to: other.appendingPathComponent(to))
            }
            let outcome = try study.compare(
                "fine", from: try study.model("soft").path,
                ["--losses", "arcface", "--epochs", "1", "--freeze", "loss.*,conv*"],
                train: other)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.errors.contains(
                    "3 identities are taken over, and 2 new ones begin with the mean"),
                "\(outcome.errors)")
            let before = try rows(try #require(try study.runs("soft").first))
            let after = try rows(try #require(try study.runs("fine").first))
            for name in ["P3", "P5", "P7"] { #expect(after[name] == before[name], "\(name)") }
            // New ones are as long as those that were taken over.
            func length(_ name: String) -> Float {
                (after[name] ?? []).reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
            let mean = (length("P3") + length("P5") + length("P7")) / 3
            for name in ["A new one", "P4a"] {
                #expect(abs(length(name) - mean) < 1e-4 * mean, "\(name)")
            }
            #expect(after["A new one"] != after["P4a"])
        }
    }

    @Test("What does not fit is listed, and --partial takes the rest")
    func partial() throws {
        try withFolder { folder in
            let study = try FineTuning(in: folder)
            let wider = "mobilenetv1:width=0.25,embedding=24"
            let more = ["--losses", "softmax", "--epochs", "1"]
            let file = try study.model("soft").path
            let refused = try study.compare("fine", from: file, more, backbone: wider)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("[16, 256], not [24, 256]"), "\(refused.errors)")
            #expect(refused.errors.contains("--partial"), "\(refused.errors)")
            #expect(try study.runs("fine").isEmpty)
            let taken = try study.compare(
                "fine", from: file, more + ["--partial"], backbone: wider)
            #expect(taken.status == 0, "\(taken.errors)")
            let start = try #require(try study.runs("fine").first?.readStart())
            #expect(start.misfits.contains { $0.contains("[16, 256], expected [24, 256]") })
            #expect(start.classes?.contains("of length 16, not 24") == true)
        }
    }

    @Test("Files that cannot be started from are one sentence, and nothing is trained")
    func refused() throws {
        try withFolder { folder in
            let study = try FineTuning(in: folder)
            let model = try study.model("soft")
            var content = try Safetensors.read(model)
            let name = try #require(content.tensors.keys.sorted().first { $0.hasSuffix("weight") })
            content.tensors[name] = content.tensors[name].map { $0 * .nan }
            let spoiled = folder.appendingPathComponent("nan.safetensors")
            try Safetensors.write(
                content.tensors.sorted { $0.key < $1.key }.map { StateEntry($0, $1, .weight) },
                metadata: content.metadata, to: spoiled)
            let cut = folder.appendingPathComponent("cut.safetensors")
            try Data(contentsOf: model).dropLast(100).write(to: cut)
            try Data("no weights".utf8).write(to: folder.appendingPathComponent("a.txt"))
            let cases = [
                ("none.pth", "cannot start from '"), ("nan.safetensors", "not finite"),
                ("cut.safetensors", "cut.safetensors"), ("a.txt", "it is a text"),
                ("train set", "has no model.safetensors"),
            ]
            for (file, reason) in cases {
                let outcome = try study.compare("fine", from: file, ["--losses", "softmax"])
                #expect(outcome.status == 1, "\(file)")
                #expect(outcome.errors.contains(reason), "\(file): \(outcome.errors)")
                #expect(!outcome.errors.contains("Fatal error"))
            }
            let frozen = try study.compare(
                "fine", from: nil, ["--losses", "softmax", "--freeze", "layer9.*"])
            #expect(frozen.status == 1)
            #expect(frozen.errors.contains("'layer9.*' matches no part"))
            #expect(try study.runs("fine").isEmpty)
        }
    }

    @Test(
        "A run starts from the weights in an ONNX file, and it is said whether they were verified",
        .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
            OpenVINOLibrary.isAvailable
        })
    func onnx() throws {
        try withFolder { folder in
            let study = try FineTuning(in: folder)
            let made = try study.tool.run("export", "soft", "m.onnx", "--threads", "1")
            #expect(made.status == 0, "\(made.errors)")
            let more = ["--losses", "softmax", "--epochs", "1"]
            let soft = try #require(try study.runs("soft").first?.readResult()?.tests.first)
            let cases: [(study: String, environment: [String: String], told: String)] = [
                ("fine", [:], "verified: OpenVINO gives the same embeddings"),
                ("unseen", ["FACET_OPENVINO": "/nowhere"], "not verified by comparing outputs"),
            ]
            for (output, environment, told) in cases {
                let outcome = try study.tool.run(
                    study.words(output, from: "m.onnx", more), environment: environment)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.errors.contains(told), "\(outcome.errors)")
                let start = try #require(try study.runs(output).first?.readStart())
                #expect(start.misfits.isEmpty && start.summary.contains(told))
                // One pair of sixteen may be decided by rounding.
                let accuracy = try #require(start.tests.first).accuracy
                #expect(abs(accuracy - soft.accuracy) <= 1.0 / 16)
            }
            let whole = try Data(contentsOf: folder.appendingPathComponent("m.onnx"))
            try whole.prefix(whole.count / 2).write(to: folder.appendingPathComponent("half.onnx"))
            let half = try study.compare("bad", from: "half.onnx", more)
            #expect(half.status == 1 && half.errors.contains("cut short or damaged"))
            let other = try study.compare(
                "bad", from: "m.onnx", more + ["--partial"],
                backbone: "mobilenetv1:width=0.25,embedding=24")
            #expect(other.status == 1, "\(other.errors)")
            #expect(other.errors.contains("missing: ") && other.errors.contains("--partial"))
            #expect(try study.runs("bad").isEmpty)
        }
    }

    @Test("What is frozen is as it was, with its statistics, and the rest has moved")
    func frozen() throws {
        try withFolder { folder in
            let study = try FineTuning(in: folder)
            let outcome = try study.compare(
                "fine", from: "soft",
                [
                    "--losses", "softmax", "--epochs", "1", "--freeze", "blocks.0.*",
                    "--part-rates", "blocks.1*:0",
                ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let before = try Safetensors.read(try study.model("soft")).tensors
            let after = try Safetensors.read(try study.model("fine")).tensors
            func isSame(_ name: String) -> Bool {
                before[name]?.array(of: Double.self) == after[name]?.array(of: Double.self)
            }
            // Batches are counted: dropout depends on their number.
            for name in before.keys
            where name.hasPrefix("blocks.0.") && !name.hasSuffix("num_batches_tracked") {
                #expect(isSame(name), "\(name)")
            }
            // A rate of 0 keeps weights, and not statistics.
            #expect(
                before.keys.filter { $0.hasPrefix("blocks.1") && $0.hasSuffix("weight") }
                    .allSatisfy(isSame))
            #expect(
                before.keys.filter { $0.hasPrefix("blocks.1") && $0.hasSuffix("running_mean") }
                    .allSatisfy { !isSame($0) })
            #expect(
                before.keys.filter { $0.hasPrefix("blocks.2.") && $0.hasSuffix("weight") }
                    .allSatisfy { !isSame($0) })
        }
    }
}
