import FaceData
import FaceEvaluation
import Foundation
import Testing
import Torch

@Suite("facet embed")
struct EmbedTests {
    /// A network in TorchScript that gives 6 numbers an image of 32x32.
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TorchTests/Fixtures/network.pt")
    private static let network = ["--input-size", "32", "--threads", "1", "--batch-size", "4"]

    private func embed(
        _ tool: Tool, _ images: String, _ output: String, _ more: [String] = []
    ) throws -> Tool.Outcome {
        try tool.run(
            ["embed", Self.script.path, images, "--output", output] + Self.network + more)
    }

    private func names(_ folder: URL, _ file: String) throws -> [String] {
        let url = folder.appendingPathComponent(file)
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test(
        "A folder's embeddings are those of an evaluation, in either format, with names and norms")
    func formats() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            for output in ["e.npy", "e.safetensors", "e.parquet"] {
                let outcome = try embed(tool, faces.test.path, output)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.errors.contains("16 images embedded, 6 numbers each"))
            }
            let array = try NumPyArray.read(folder.appendingPathComponent("e.npy"))
            #expect(array.shape == [2, 16, 6])
            let content = try Safetensors.read(folder.appendingPathComponent("e.safetensors"))
            #expect(
                content.tensors["original"]?.array(of: Float.self) == Array(array.values[..<96]))
            #expect(
                content.tensors["mirrored"]?.array(of: Float.self) == Array(array.values[96...]))
            let images = try #require(content.metadata["images"]).split(separator: "\n")
            #expect(images.first == "Q0/Q0_0001.jpg" && images.count == 16)
            let rows = try names(folder, "e.names.csv")
            #expect(rows[0] == "name,norm" && rows.count == 17)
            let norms = try #require(content.tensors["norms"]?.array(of: Float.self))
            for row in 0..<16 {
                let expected =
                    (0..<2).map { view -> Double in
                        let start = view * 96 + row * 6
                        return array.values[start..<start + 6].reduce(0) {
                            $0 + Double($1) * Double($1)
                        }
                        .squareRoot()
                    }.reduce(0, +) / 2
                #expect(abs(Double(norms[row]) - expected) < 1e-5 * expected)
                #expect(rows[row + 1] == "\(images[row]),\(norms[row])")
            }
            try expectTable(
                folder.appendingPathComponent("e.parquet"), array.values, norms,
                names: images.map(String.init))
            // The evaluation names its images in the order of its pairs, which here is another one.
            let test = "probe=\(faces.test.path),\(faces.pairs.path)"
            let evaluated = try tool.run(
                ["evaluate", Self.script.path, "--test", test, "--embeddings", "t.safetensors"]
                    + Self.network)
            #expect(evaluated.status == 0, "\(evaluated.errors)")
            let other = try Safetensors.read(folder.appendingPathComponent("t.safetensors"))
            let order = try #require(other.metadata["probe/images"]).split(separator: "\n")
            let table = try #require(other.tensors["probe/original"]?.array(of: Float.self))
            for (row, name) in order.enumerated() {
                let index = try #require(images.firstIndex(of: name))
                for (a, b) in zip(
                    table[row * 6..<row * 6 + 6], array.values[index * 6..<index * 6 + 6])
                {
                    #expect(abs(a - b) < 1e-5)
                }
            }
        }
    }

    /// Plain values lie in a Parquet file one behind the other. What pyarrow and others read is compared where they
    /// are installed.
    private func expectTable(
        _ file: URL, _ values: [Float], _ norms: [Float], names: [String]
    ) throws {
        let bytes = try Data(contentsOf: file)
        #expect(bytes.prefix(4) == Data("PAR1".utf8) && bytes.suffix(4) == Data("PAR1".utf8))
        func data(_ values: some Sequence<Float>) -> Data {
            values.reduce(into: Data()) { data, value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
        }
        for part in [data(values[..<96]), data(values[96...]), data(norms)] {
            #expect(bytes.range(of: part) != nil)
        }
        guard let python = ProcessInfo.processInfo.environment["FACET_PARQUET_PYTHON"] else {
            return
        }
        let script = Self.script.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("FaceDataTests/Fixtures/check_embeddings.py")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [script.path, file.path, file.deletingPathExtension().path + ".npy"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("Sets of other formats are embedded as the folder is")
    func otherFormats() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            #expect(try embed(tool, faces.test.path, "e.npy").status == 0)
            let expected = try Data(contentsOf: folder.appendingPathComponent("e.npy"))
            // Those that are one file are read as in training, which `PackedDataTests` tries.
            for name in ["s/x.tar", "p/x.parquet", "x.lmdb"] {
                let made = try tool.run("data", "convert", faces.test.path, name)
                #expect(made.status == 0, "\(made.errors)")
                // Shards and tables by their folder, too.
                let set = name.contains("/") ? String(name.prefix(1)) : name
                let outcome = try embed(tool, set, "o.npy")
                #expect(outcome.status == 0, "\(name): \(outcome.errors)")
                #expect(
                    try Data(contentsOf: folder.appendingPathComponent("o.npy")) == expected,
                    "\(name)")
            }
        }
    }

    @Test("Lists and packs are read, and without mirror images there is one table")
    func sources() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let paths = ["test/Q3/Q3_0002.jpg", "test/Q1/Q1_0001.jpg"]
            try Data(paths.joined(separator: "\n").utf8)
                .write(to: folder.appendingPathComponent("list.txt"))
            #expect(try embed(tool, "list.txt", "l.npy", ["--no-mirror"]).status == 0)
            let array = try NumPyArray.read(folder.appendingPathComponent("l.npy"))
            #expect(array.shape == [2, 6])
            let rows = try names(folder, "l.names.csv").dropFirst()
            #expect(rows.map { $0.split(separator: ",")[0] } == paths.map { $0[...] })
            let packed = try tool.run("data", "pack", faces.test.path, "pack/train.rec")
            #expect(packed.status == 0, "\(packed.errors)")
            let pack = try embed(tool, "pack", "p.safetensors")
            #expect(pack.status == 0, "\(pack.errors)")
            let content = try Safetensors.read(folder.appendingPathComponent("p.safetensors"))
            #expect(content.tensors["original"]?.shape == [16, 6])
        }
    }

    @Test("An embedding that was killed resumes where it stopped, to the same bytes")
    func resuming() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 8, imagesEach: 9)
            let tool = Tool(folder: folder)
            let plain = try embed(tool, faces.train.path, "plain.safetensors")
            #expect(plain.status == 0, "\(plain.errors)")
            // The last image is damaged: all parts before its own are kept.
            let last = faces.train.appendingPathComponent("P7/P7_0009.jpg")
            let bytes = try Data(contentsOf: last)
            try Data("no picture".utf8).write(to: last)
            let stopped = try embed(tool, faces.train.path, "e.safetensors")
            #expect(stopped.status == 1)
            #expect(stopped.errors.contains("P7_0009.jpg"), "\(stopped.errors)")
            let output = folder.appendingPathComponent("e.safetensors")
            #expect(!FileManager.default.fileExists(atPath: output.path))
            try bytes.write(to: last)
            func summary(_ outcome: Tool.Outcome) throws -> [String: Any] {
                #expect(outcome.status == 0, "\(outcome.errors)")
                let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                return try #require(found as? [String: Any])
            }
            // 72 images in parts of 16, the last of which failed.
            let rest = try summary(embed(tool, faces.train.path, "e.safetensors", ["--json"]))
            #expect(rest["kept"] as? Int == 64 && rest["images"] as? Int == 72)
            let whole = try Data(contentsOf: folder.appendingPathComponent("plain.safetensors"))
            #expect(try Data(contentsOf: output) == whole)
            let hidden = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!hidden.contains { $0.contains(".rows") })
            // Killed, wherever it was.
            let running = try tool.start(
                ["embed", Self.script.path, faces.train.path, "--output", "k.safetensors"]
                    + Self.network)
            let part = folder.appendingPathComponent("..k.safetensors.rows.part").path
            func size() -> Int {
                let found = try? FileManager.default.attributesOfItem(atPath: part)
                return (found?[.size] as? Int) ?? 0
            }
            while running.process.isRunning, size() == 0 { usleep(500) }
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
            _ = try summary(embed(tool, faces.train.path, "k.safetensors", ["--json"]))
            #expect(try Data(contentsOf: folder.appendingPathComponent("k.safetensors")) == whole)
        }
    }

    @Test("What was kept is not believed of other images, another plan, or with damage")
    func distrust() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 8, imagesEach: 9)
            let tool = Tool(folder: folder)
            let last = faces.train.appendingPathComponent("P7/P7_0009.jpg")
            let bytes = try Data(contentsOf: last)
            let part = folder.appendingPathComponent("..e.npy.rows.part")
            func kept(_ change: () throws -> [String]) throws -> Int? {
                try Data("no picture".utf8).write(to: last)
                #expect(try embed(tool, faces.train.path, "e.npy").status == 1)
                try bytes.write(to: last)
                let more = try change()
                let outcome = try embed(tool, faces.train.path, "e.npy", more + ["--json"])
                #expect(outcome.status == 0, "\(outcome.errors)")
                let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                return (found as? [String: Any])?["kept"] as? Int
            }
            #expect(try kept { [] } == 64)
            #expect(try kept { ["--no-mirror"] } == 0)
            #expect(
                try kept {
                    let image = faces.train.appendingPathComponent("P2/P2_0003.jpg")
                    try (Data(contentsOf: image) + Data("x".utf8)).write(to: image)
                    return []
                } == 16)
            #expect(
                try kept {
                    var content = try Data(contentsOf: part)
                    content[2 * 512 + 16 * 2 * 6 * 4 + 3] ^= 1
                    try content.write(to: part)
                    return []
                } == 16)
            #expect(
                try kept {
                    try Data(contentsOf: part).dropLast(1).write(to: part)
                    return []
                } == 48)
        }
    }

    @Test("What cannot be embedded is one sentence, with the right code")
    func badInput() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let empty = folder.appendingPathComponent("empty")
            try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
            let net = Self.script.path
            let table: [([String], Int32, String)] = [
                (["embed", net, "none", "--output", "e.npy"], 1, "none"),
                (["embed", net, "empty", "--output", "e.npy"], 1, "contains no pictures"),
                (["embed", "none.pt", faces.test.path, "--output", "e.npy"], 1, "no such file"),
                (["embed", net, faces.test.path, "--output", "e.csv"], 2, ".npy or .safetensors"),
                (["embed", net, faces.test.path], 2, "--output is missing"),
                (["embed", net, faces.test.path, "--output", "pairs.txt/x.npy"], 1, "pairs.txt"),
            ]
            for (words, status, message) in table {
                let outcome = try tool.run(words + Self.network)
                #expect(outcome.status == status, "\(words): \(outcome.errors)")
                #expect(outcome.errors.contains(message), "\(words): \(outcome.errors)")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.contains { $0.hasPrefix("e.") || $0.contains(".rows") })
        }
    }
}
