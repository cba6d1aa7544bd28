import FaceData
import FaceEvaluation
import Foundation
import Testing
import Torch

@Suite("facet verify, and thresholds in model files")
struct VerifyTests {
    private static let tests = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
    /// A network in TorchScript that gives 6 numbers an image of 32x32.
    private static let script = tests.appendingPathComponent("TorchTests/Fixtures/network.pt")
    /// IResNet-18 at a twentieth of its width, in the layout of arcface_torch's checkpoints.
    private static let checkpoint = tests.appendingPathComponent(
        "ModelFormatsTests/Fixtures/checkpoint.pth")

    /// A list of all pairs of the test set's pictures, 8 of one person and 112 of two.
    private func allPairs(in folder: URL) throws -> String {
        var lines = ["name,imagenum1,imagenum2,imagenum3"]
        lines += (0..<8).map { "Q\($0),1,2" }
        for first in 0..<8 {
            for second in first + 1..<8 {
                for (a, b) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
                    lines.append("Q\(first),\(a),Q\(second),\(b)")
                }
            }
        }
        let url = folder.appendingPathComponent("all.csv")
        try Data(lines.joined(separator: "\n").utf8).write(to: url)
        return url.path
    }

    private func picture(_ faces: TinyFaces, _ person: Int, _ number: Int) -> String {
        faces.test.appendingPathComponent("Q\(person)/Q\(person)_000\(number).jpg").path
    }

    private func object(_ outcome: Tool.Outcome) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(object as? [String: Any])
    }

    /// The cosines of the pairs of two people that an evaluation wrote.
    private func impostors(_ folder: URL) throws -> [Double] {
        let url = folder.appendingPathComponent("out/scores/all.csv")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst()
        return lines.compactMap { line -> Double? in
            let fields = line.split(separator: ",")
            guard fields[1] == "0", let distance = Double(fields[2]) else { return nil }
            return ScoredPair.cosine(squaredDistance: distance)
        }
    }

    @Test("Thresholds beside a model decide, and what is said agrees with the evaluation's scores")
    func beside() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            try FileManager.default.copyItem(
                at: Self.script, to: folder.appendingPathComponent("net.pt"))
            let network = ["--input-size", "32", "--threads", "1"]
            let test = ["--test", "all=\(faces.test.path),\(try allPairs(in: folder))"]
            let without = try tool.run(
                ["verify", "net.pt", picture(faces, 0, 1), picture(faces, 0, 2)] + network)
            #expect(without.status == 1 && without.output.isEmpty)
            #expect(without.errors.contains("facet evaluate net.pt --test"), "\(without.errors)")
            #expect(without.errors.contains("--save-thresholds"))
            let saved = try tool.run(
                ["evaluate", "net.pt", "--save-thresholds", "--output", "out"] + test + network)
            #expect(saved.status == 0, "\(saved.errors)")
            #expect(saved.errors.contains("net.pt.thresholds.json"), "\(saved.errors)")
            let impostors = try impostors(folder).sorted(by: >)
            #expect(impostors.count == 112)
            for (second, number) in [(0, 2), (1, 1), (5, 2)] {
                let outcome = try tool.run(
                    [
                        "verify", "net.pt", picture(faces, 0, 1), picture(faces, second, number),
                        "--far", "1e-2", "--json",
                    ] + network)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let found = try object(outcome)
                let similarity = try #require(found["similarity"] as? Double)
                let threshold = try #require(found["threshold"] as? Double)
                // One of 112 pairs of two people may be accepted.
                #expect(abs(threshold - impostors[1]) < 1e-6)
                #expect(found["same"] as? Bool == (similarity > threshold))
                #expect(found["thresholdSource"] as? String == "model")
                #expect(found["set"] as? String == "all")
                // The same pair's score may differ in its last digits from that of the evaluation.
                let shares = [1e-6, -1e-6].map { near in
                    Double(impostors.count { $0 >= similarity + near }) / 112
                }
                let probability = try #require(found["impostorProbability"] as? Double)
                #expect(
                    shares[0] - 1e-9 <= probability && probability <= shares[1] + 1e-9,
                    "\(second): \(similarity)")
                let interval = try #require(found["impostorProbabilityInterval"] as? [Double])
                #expect(interval[0] <= probability && probability <= interval[1])
                if second != 0 {
                    // One of the pairs that were evaluated.
                    #expect(impostors.contains { abs($0 - similarity) < 1e-6 })
                }
            }
            let other = try tool.run(
                [
                    "verify", "net.pt", picture(faces, 0, 1), picture(faces, 0, 2), "--colour",
                    "bgr",
                ] + network)
            #expect(other.status == 1)
            #expect(other.errors.contains("are not of the network"), "\(other.errors)")
            let rare = try tool.run(
                ["verify", "net.pt", picture(faces, 0, 1), picture(faces, 0, 2)] + network)
            #expect(rare.status == 1)
            #expect(rare.errors.contains("FAR 0.001 takes 1000 pairs"), "\(rare.errors)")
        }
    }

    @Test("Thresholds in a model file change nothing else of it")
    func inside() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let made = try tool.run(
                "export", Self.checkpoint.path, "m.safetensors", "--backbone",
                "iresnet18:embedding=2,width=0.05", "--threads", "1")
            #expect(made.status == 0, "\(made.errors)")
            let model = folder.appendingPathComponent("m.safetensors")
            let before = try Safetensors.read(model)
            let words = [
                "evaluate", "m.safetensors", "--test",
                "all=\(faces.test.path),\(try allPairs(in: folder))", "--threads", "1", "--json",
            ]
            let plain = try tool.run(words)
            #expect(plain.status == 0, "\(plain.errors)")
            #expect(try Safetensors.read(model).metadata == before.metadata)
            let saved = try tool.run(words + ["--save-thresholds"])
            #expect(saved.status == 0 && saved.output == plain.output, "\(saved.errors)")
            let after = try Safetensors.read(model)
            #expect(Set(after.metadata.keys).subtracting(before.metadata.keys) == ["thresholds"])
            for (name, tensor) in before.tensors {
                #expect(
                    after.tensors[name]?.array(of: Double.self) == tensor.array(of: Double.self),
                    "\(name)")
            }
            let text = try #require(after.metadata["thresholds"])
            let calibration = try ScoreCalibration(json: text, path: "m")
            #expect(calibration.set == "all" && calibration.views == 2)
            #expect(calibration.impostorPairs == 112 && calibration.genuinePairs == 8)
            #expect(calibration.thresholds.map(\.far) == [1e-2])
            #expect(try tool.run(words).output == plain.output)
            // Made again, they are the same, and so is the file.
            let bytes = try Data(contentsOf: model)
            #expect(try tool.run(words + ["--save-thresholds"]).status == 0)
            #expect(try Data(contentsOf: model) == bytes)
            let verdict = try tool.run(
                "verify", "m.safetensors", picture(faces, 0, 1), picture(faces, 0, 2), "--far",
                "1e-2", "--picture", "both.png", "--threads", "1")
            #expect(verdict.status == 0, "\(verdict.errors)")
            #expect(verdict.output.contains("FAR 0.01 on 'all', kept with the model"))
            #expect(verdict.errors.contains("it has only 32x32 pixels and is enlarged to 112x112"))
            let both = try ImageDecoder().decode(folder.appendingPathComponent("both.png"))
            #expect(both.width == 3 * 4 + 2 * 224 && both.height == 2 * 4 + 224)
        }
    }

    @Test("What cannot be compared or kept is one sentence, with the right code")
    func badInput() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let (a, b) = (picture(faces, 0, 1), picture(faces, 1, 1))
            try Data("no picture".utf8).write(to: folder.appendingPathComponent("text.jpg"))
            let net = Self.script.path
            let small = ["--input-size", "32", "--threads", "1"]
            let table: [([String], Int32, String)] = [
                (["verify", net, a, "none.jpg", "--threshold", "0.3"], 1, "none.jpg"),
                (["verify", net, a, "text.jpg", "--threshold", "0.3"], 1, "cannot be decoded"),
                (["verify", "none.pt", a, b], 1, "there is no such file"),
                (["verify", net, a, b, "--far", "2"], 2, "above 0 and below 1"),
                (["verify", net, a, b, "--threshold", "2"], 2, "--threshold"),
                (["verify", net, a, b, "--far", "0.1", "--threshold", "0"], 2, "combined"),
                (["verify", net, a, b, "--picture", "x.gif"], 2, ".png or .jpg"),
                (["verify", net, a], 2, "<second> is missing"),
                (
                    [
                        "evaluate", net, "--save-thresholds", "--test",
                        "few=\(faces.test.path),\(faces.pairs.path)",
                    ], 1, "'few' has 8 pairs of different people, too few for a threshold"
                ),
                (
                    [
                        "evaluate", net, "--save-thresholds", "--test",
                        "a=\(faces.test.path),\(faces.pairs.path)", "--test",
                        "b=\(faces.test.path),\(faces.pairs.path)",
                    ], 2, "more than one test set"
                ),
            ]
            for (words, status, message) in table {
                let outcome = try tool.run(words + small)
                #expect(outcome.status == status, "\(words): \(outcome.errors)")
                #expect(outcome.errors.contains(message), "\(words): \(outcome.errors)")
                #expect(outcome.output.isEmpty)
            }
            #expect(
                !FileManager.default.fileExists(
                    atPath: Self.script.appendingPathExtension("thresholds.json").path))
            let given = try tool.run(["verify", net, a, b, "--threshold", "-1"] + small)
            #expect(given.status == 0, "\(given.errors)")
            #expect(given.output.hasPrefix("the same person\n"))
            #expect(given.output.contains("-1.000, as given"))
            let other = try tool.run(["verify", net, a, b, "--threshold", "1"] + small)
            #expect(other.status == 0 && other.output.hasPrefix("different people\n"))
        }
    }

    @Test("A file that gives embeddings has no thresholds to keep")
    func embeddings() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words = ["--test", "few=\(faces.test.path),\(faces.pairs.path)", "--threads", "1"]
            let made = try tool.run(
                ["evaluate", Self.script.path, "--input-size", "32", "--embeddings", "e.npy"]
                    + words)
            #expect(made.status == 0, "\(made.errors)")
            let outcome = try tool.run(["evaluate", "e.npy", "--save-thresholds"] + words)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("it holds embeddings"), "\(outcome.errors)")
        }
    }
}
