import FaceData
import Foundation
import Testing

@Suite("facet evaluate")
struct EvaluateTests {
    /// A network in TorchScript that gives 6 numbers an image, which PyTorch wrote.
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TorchTests/Fixtures/network.pt")

    /// A trained run, small enough to take a second.
    private func run(in folder: URL, _ faces: TinyFaces) throws -> URL {
        let outcome = try Tool(folder: folder).run(
            ["compare"] + faces.options + TinyFaces.fast
                + ["--output", "study", "--losses", "softmax", "--epochs", "1"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let runs = folder.appendingPathComponent("study/runs")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: runs.path).first)
        return runs.appendingPathComponent(name)
    }

    private func evaluate(
        _ folder: URL, _ model: String, _ faces: TinyFaces, _ more: String...
    ) throws -> Tool.Outcome {
        try Tool(folder: folder).run(
            [
                "evaluate", model, "--test", "probe=\(faces.test.path),\(faces.pairs.path)",
                "--threads", "1", "--precision", "float32", "--json",
            ] + more)
    }

    @Test("A run, its model and its embeddings in either format give the same numbers")
    func sources() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let run = try run(in: folder, faces)
            let model = run.appendingPathComponent("model.safetensors").path
            let first = try evaluate(folder, model, faces, "--embeddings", "e.npy")
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.contains("\"sphereface\""))
            let others = [
                try evaluate(folder, run.path, faces, "--embeddings", "e.safetensors"),
                try evaluate(folder, "e.npy", faces),
                try evaluate(folder, "e.safetensors", faces),
            ]
            for other in others {
                #expect(other.status == 0, "\(other.errors)")
                #expect(other.output == first.output)
            }
        }
    }

    @Test("A run that was stopped is tested by its checkpoint")
    func checkpoint() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let running = try Tool(folder: folder).start(
                ["compare"] + faces.options + TinyFaces.fast
                    + ["--output", "study", "--losses", "softmax", "--epochs", "50"])
            let runs = folder.appendingPathComponent("study/runs")
            var found: URL?
            while running.process.isRunning, found == nil {
                usleep(20_000)
                let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
                found = names.map(runs.appendingPathComponent).first {
                    let file = $0.appendingPathComponent("checkpoint/last.safetensors")
                    return FileManager.default.fileExists(atPath: file.path)
                }
            }
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
            let run = try #require(found)
            let byFolder = try evaluate(folder, run.path, faces)
            #expect(byFolder.status == 0, "\(byFolder.errors)")
            let file = run.appendingPathComponent("checkpoint/last.safetensors")
            #expect(try evaluate(folder, file.path, faces).output == byFolder.output)
        }
    }

    @Test("A network in TorchScript is tested, and everything is written")
    func files() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let words = ["--input-size", "32", "--output", "out", "--all-protocols"]
            let outcome = try Tool(folder: folder).run(
                [
                    "evaluate", Self.script.path, "--test",
                    "probe=\(faces.test.path),\(faces.pairs.path)",
                ] + words)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("insightface"))
            #expect(outcome.output.contains("needs 1,000 pairs of two people"))
            let output = folder.appendingPathComponent("out")
            func text(_ name: String) throws -> String {
                try String(contentsOf: output.appendingPathComponent(name), encoding: .utf8)
            }
            #expect(try text("scores/probe.csv").split(separator: "\n").count == 17)
            #expect(try text("curves/probe.csv").hasPrefix("squared_l2,cosine,far,tar,frr\n"))
            #expect(try text("pictures/roc.svg").contains("<style>"))
            #expect(try text("pictures/det.svg").hasPrefix("<svg"))
            #expect(try text("pictures/scores-probe.svg").contains("best threshold"))
            #expect(try text("index.html").contains("data:image/jpeg;base64,"))
            #expect(try text("report.md").contains("SphereFace"))
            let metrics = try JSONSerialization.jsonObject(with: Data(text("metrics.json").utf8))
            let probe = (metrics as? [String: Any])?["probe"] as? [String: Any]
            // All but Keras_insightface's, which takes a tenth of eight negatives.
            #expect((probe?["protocols"] as? [Any])?.count == 9)
        }
    }

    @Test("LFW's View 1 chooses on one list and judges on the other")
    func viewOne() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            for (name, people) in [("train", 0..<4), ("dev", 4..<8)] {
                let same = people.map { "Q\($0)\t1\t2" }
                let different = people.map {
                    "Q\($0)\t1\tQ\($0 + 1 < people.upperBound ? $0 + 1 : people.lowerBound)\t2"
                }
                let text = (["4"] + same + different).joined(separator: "\n")
                try Data(text.utf8).write(to: folder.appendingPathComponent("\(name).txt"))
            }
            let outcome = try Tool(folder: folder).run(
                "evaluate", Self.script.path, "--input-size", "32", "--test",
                "lfw=\(faces.test.path),train.txt,dev.txt", "--embeddings", "view1.safetensors")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("LFW View 1"))
            #expect(outcome.output.contains("chosen on 8 other pairs"))
            let again = try Tool(folder: folder).run(
                "evaluate", "view1.safetensors", "--test",
                "lfw=\(faces.test.path),train.txt,dev.txt")
            #expect(again.output == outcome.output, "\(again.errors)")
        }
    }

    @Test("What cannot be evaluated is one sentence")
    func badInput() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try Data("text".utf8).write(to: folder.appendingPathComponent("text.safetensors"))
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("empty"), withIntermediateDirectories: true)
            try Data([0x50, 0x4B, 3, 4, 0, 0]).write(to: folder.appendingPathComponent("cut.pt"))
            try Data("no array".utf8).write(to: folder.appendingPathComponent("text.npy"))
            let script = Self.script.deletingLastPathComponent()
            let table = [
                ("none.pt", "none.pt': there is no such file"),
                ("empty", "the folder has no model.safetensors and no checkpoint"),
                ("text.safetensors", "is a text, which is not supported"),
                ("cut.pt", "is a truncated ZIP archive"),
                ("text.npy", "does not start like a .npy file"),
                (script.appendingPathComponent("weights.pt").path, "a state dict"),
                (script.appendingPathComponent("fixed.pt").path, "failed: "),
                (script.appendingPathComponent("text.pt").path, "no tensor"),
            ]
            for (model, message) in table {
                let outcome = try evaluate(folder, model, faces, "--output", "out")
                #expect(outcome.status == 1, "\(model)")
                #expect(outcome.errors.contains(message), "\(model): \(outcome.errors)")
                #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
                #expect(
                    !FileManager.default.fileExists(
                        atPath: folder.appendingPathComponent("out").path))
            }
        }
    }

    /// IResNet-18 at a twentieth of its width, in the layout of arcface_torch's checkpoints.
    private static let checkpoint = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("ModelFormatsTests/Fixtures/checkpoint.pth")

    @Test("A state dict is tested as the network that is named, and else says which one fits")
    func stateDict() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            func run(_ more: String...) throws -> Tool.Outcome {
                try Tool(folder: folder).run(
                    [
                        "evaluate", Self.checkpoint.path, "--test",
                        "probe=\(faces.test.path),\(faces.pairs.path)", "--threads", "1", "--json",
                    ] + more)
            }
            let named = try run("--backbone", "iresnet18:embedding=2,width=0.05")
            #expect(named.status == 0, "\(named.errors)")
            #expect(named.output.contains("\"insightface\""))
            #expect(named.errors.contains("tensors under 'module.' in 'state_dict_backbone'"))
            let unnamed = try run()
            #expect(unnamed.status == 1)
            #expect(unnamed.errors.contains("a state dict"), "\(unnamed.errors)")
            #expect(unnamed.errors.contains("--backbone iresnet18"), "\(unnamed.errors)")
            let other = try run("--backbone", "iresnet34:embedding=2,width=0.05")
            #expect(other.status == 1)
            #expect(other.errors.contains("does not fit iresnet34"), "\(other.errors)")
            #expect(other.errors.contains("; missing: layer1.2.bn1.weight"), "\(other.errors)")
            let partial = try run("--backbone", "iresnet34:embedding=2,width=0.05", "--partial")
            #expect(partial.status == 0, "\(partial.errors)")
        }
    }

    @Test("Embeddings of other images, or too few, are refused")
    func otherEmbeddings() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let outcome = try Tool(folder: folder).run(
                "evaluate", Self.script.path, "--input-size", "32", "--test",
                "probe=\(faces.test.path),\(faces.pairs.path)", "--embeddings", "e.safetensors")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let half = try String(contentsOf: faces.pairs, encoding: .utf8)
                .split(separator: "\n").dropFirst()
            let reversed = folder.appendingPathComponent("reversed.txt")
            let lines = ["1\t4"] + half[9..<13].map(String.init) + half[13..<17].map(String.init)
            try Data(lines.joined(separator: "\n").utf8).write(to: reversed)
            let other = try Tool(folder: folder).run(
                "evaluate", "e.safetensors", "--test", "probe=\(faces.test.path),reversed.txt")
            #expect(other.status == 1)
            #expect(other.errors.contains("cannot be used"), "\(other.errors)")
            let unknown = try Tool(folder: folder).run(
                "evaluate", "e.safetensors", "--test",
                "other=\(faces.test.path),\(faces.pairs.path)")
            #expect(unknown.errors.contains("it has no embeddings of 'other', only of: probe"))
            let twice = try Tool(folder: folder).run(
                "evaluate", "e.safetensors", "--test",
                "probe=\(faces.test.path),\(faces.pairs.path)", "--test",
                "probe=\(faces.test.path),\(faces.pairs.path)")
            #expect(twice.status == 2)
            #expect(twice.errors.contains("a name that no other test set has"))
        }
    }

    @Test("People of the test set who were in training are reported, or that this is unknown")
    func trainedPeople() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try FileManager.default.moveItem(
                at: faces.train.appendingPathComponent("P0"),
                to: faces.train.appendingPathComponent("q 1"))
            let model = try run(in: folder, faces).appendingPathComponent("model.safetensors")
            let known = try evaluate(folder, model.path, faces)
            #expect(known.status == 0)
            let sentence =
                "'probe': 1 person of it is in 'tiny', which the network was trained on, which makes "
                + "its figures too good: Q1"
            #expect(known.errors.contains(sentence), "\(known.errors)")
            let copy = folder.appendingPathComponent("copy.safetensors")
            try FileManager.default.copyItem(at: model, to: copy)
            let unknown = try evaluate(folder, copy.path, faces)
            #expect(unknown.status == 0)
            #expect(
                unknown.errors.contains("is not known: there is no head.safetensors beside it"),
                "\(unknown.errors)")
        }
    }

    @Test("The default protocol comes first, the others on demand")
    func defaultProtocol() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let words = [
                "evaluate", Self.script.path, "--input-size", "32", "--threads", "1", "--test",
                "probe=\(faces.test.path),\(faces.pairs.path)",
            ]
            let tool = Tool(folder: folder)
            let standard = try tool.run(words)
            #expect(standard.status == 0, "\(standard.errors)")
            let first = standard.output.split(separator: "\n").first ?? ""
            #expect(
                first.wholeMatch(
                    of: /probe: \d+\.\d\d % \(\d+\.\d\d to \d+\.\d\d\), insightface protocol/)
                    != nil,
                "\(first)")
            #expect(!standard.output.contains("SphereFace"))
            let all = try tool.run(words + ["--all-protocols"])
            #expect(all.output.contains("SphereFace") && all.output.hasPrefix(String(first)))
        }
    }

    @Test("Several models are compared on the same pairs")
    func comparison() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let run = try run(in: folder, faces)
            try FileManager.default.copyItem(
                at: Self.script, to: folder.appendingPathComponent("other.pt"))
            let words = [
                "evaluate", run.path, "other.pt", "--input-size", "32", "--threads", "1",
                "--precision", "float32", "--test",
                "probe=\(faces.test.path),\(faces.pairs.path)",
            ]
            let tool = Tool(folder: folder)
            let outcome = try tool.run(words + ["--output", "out"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("probe: \(run.lastPathComponent) - other.pt = "))
            #expect(outcome.output.contains("p-values of McNemar's exact test"))
            for name in ["comparison.json", "other.pt/index.html", "other.pt/metrics.json"] {
                let path = folder.appendingPathComponent("out/\(name)").path
                #expect(FileManager.default.fileExists(atPath: path), "\(name)")
            }
            let json = try tool.run(words + ["--json"])
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
            let record = try #require(object as? [String: Any])
            #expect((record["models"] as? [String: Any])?.count == 2)
            let difference = try #require((record["comparisons"] as? [[String: Any]])?.first)
            let (first, second) = (
                difference["firstOnly"] as? Int, difference["secondOnly"] as? Int
            )
            let mean = try #require(difference["difference"] as? Double)
            // 16 pairs in two folds of eight.
            #expect(abs(mean - Double((first ?? 0) - (second ?? 0)) / 16) < 1e-9)
            let refused = try tool.run(words + ["--embeddings", "e.safetensors"])
            #expect(refused.status == 2)
        }
    }

    @Test(
        "A network that was traced in training mode is refused",
        arguments: [
            ("chance.pt", "two evaluations of the same images differ"),
            ("batch.pt", "the embedding of an image on its own differs"),
        ])
    func trainingMode(_ name: String, _ reason: String) throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let network = Self.script.deletingLastPathComponent().appendingPathComponent(name)
            let outcome = try evaluate(folder, network.path, faces, "--input-size", "32")
            #expect(outcome.status == 1 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
            #expect(outcome.errors.contains("save it again after model.eval()"))
        }
    }

    @Test("A set of one identity is refused before anything is trained")
    func oneIdentity() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 1)
            let words = faces.options + TinyFaces.fast + ["--losses", "softmax", "--epochs", "1"]
            for extra in [["--dry-run"], []] {
                let outcome = try Tool(folder: folder).run(["compare"] + words + extra)
                #expect(outcome.status == 1)
                #expect(
                    outcome.errors.contains(
                        "nothing can be learned from 'tiny': it has only one identity"),
                    "\(outcome.errors)")
            }
            let check = try Tool(folder: folder).run("data", "check", faces.train.path)
            #expect(check.status == 1)
            #expect(check.output.contains("error: nothing can be learned from the set"))
        }
    }
}
