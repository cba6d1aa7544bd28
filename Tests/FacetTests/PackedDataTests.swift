import FaceEvaluation
import FaceRuns
import Foundation
import Testing

@Suite("Sets in other formats, end to end")
struct PackedDataTests {
    /// What a study found, without names of images and files.
    private struct Figures: Equatable {
        var accuracies: [Double] = []
        var losses: [Double] = []
        var distances: [Double] = []
        var model = Data()

        init(of study: URL) throws {
            for run in try StudyFolder(study).runs() {
                let epochs = try run.readEpochs()
                losses += epochs.map(\.loss)
                accuracies += epochs.map(\.trainAccuracy)
                distances += (try run.readScores(test: "probe") ?? []).map {
                    Double($0.pair.distance)
                }
                model += try Data(contentsOf: run.modelURL)
            }
        }
    }

    private func study(_ tool: Tool, _ name: String, _ train: String, _ test: String) throws
        -> Figures
    {
        let outcome = try tool.run(
            ["compare", "--train", "tiny=\(train)", "--test", "probe=\(test)"] + TinyFaces.fast
                + ["--losses", "softmax,marginal", "--epochs", "2", "--output", name])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try Figures(of: tool.folder.appendingPathComponent(name))
    }

    @Test("Training on a pack and testing on a .bin is training on the folders, to the bit")
    func sameResults() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let test = "\(faces.test.path),\(faces.pairs.path)"
            for words in [
                ["pack", faces.train.path, "pack/train.rec"], ["pack", test, "probe.bin"],
                ["unpack", "pack", "again"], ["unpack", "probe.bin", "probe"],
            ] {
                let outcome = try tool.run(["data"] + words)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let expected = try study(tool, "folders", faces.train.path, test)
            #expect(expected.losses.count == 4 && expected.distances.count == 32)
            #expect(!expected.model.isEmpty)
            #expect(try study(tool, "packs", "pack", "probe.bin") == expected)
            #expect(
                try study(tool, "unpacked", "again", "probe,probe/pairs.txt") == expected)
            // Without index and names.
            for name in ["train.idx", "train.lst", "property"] {
                try FileManager.default.removeItem(
                    at: folder.appendingPathComponent("pack/\(name)"))
            }
            #expect(try study(tool, "bare", "pack/train.rec", "probe.bin") == expected)
        }
    }

    @Test("check tells bad images, duplicates and overlap, and writes a removal list")
    func check() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let test = "probe=\(faces.test.path),\(faces.pairs.path)"
            #expect(try tool.run(["data", "check", faces.train.path]).status == 0)
            try Data("no picture".utf8).write(
                to: faces.train.appendingPathComponent("P1/bad.jpg"))
            try FileManager.default.copyItem(
                at: faces.test.appendingPathComponent("Q1/Q1_0001.jpg"),
                to: faces.train.appendingPathComponent("P2/copy.jpg"))
            try FileManager.default.createDirectory(
                at: faces.train.appendingPathComponent("Nobody"), withIntermediateDirectories: true)
            let outcome = try tool.run([
                "data", "check", faces.train.path, "--against", test, "--removal", "out.txt",
            ])
            #expect(outcome.status == 1)
            for part in [
                "error: 1 image cannot be decoded; the first: ", "P1/bad.jpg",
                "1 identity has no image: Nobody",
                "1 picture of 'probe' is also in the set, of 1 identity: P2",
            ] {
                #expect(outcome.output.contains(part) || outcome.errors.contains(part), "\(part)")
            }
            let removal = folder.appendingPathComponent("out.txt")
            #expect(try String(contentsOf: removal, encoding: .utf8).hasSuffix("\nP2\n"))
            let json = try tool.run(["data", "check", faces.train.path, "--json"])
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
            #expect((object as? [String: Any])?["images"] as? Int == 66)
            let imported = try tool.run([
                "data", "import", faces.train.path, "clean/train.rec", "--without", "out.txt",
            ])
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(imported.errors.contains("1 identity has no image: Nobody"))
        }
    }

    @Test("What cannot be written whole is not written at all")
    func fullDisk() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            // A file may have 20 kilobytes at most, which no pack of the set has.
            let outcome = try Tool(folder: folder).shell(
                "ulimit -f 40; exec \"$0\" data pack \"$1\" out/train.rec", [faces.train.path])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("cannot write"), "\(outcome.errors)")
            let left = try FileManager.default.contentsOfDirectory(
                atPath: folder.appendingPathComponent("out").path)
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test(
        "Sets that cannot be used give one clear sentence",
        arguments: [
            ("empty.rec", "it has no records"), ("text.rec", "record 0 at byte 0"),
            ("text.bin", "byte 0: "), ("gone", "there is no such file or folder"),
            ("text.txt", "line 1: expected a path and a label"),
            ("text.tsv", "line 1: it is not a row"),
        ])
    func badSets(name: String, message: String) throws {
        try withFolder { folder in
            for file in ["text.rec", "text.bin", "text.txt", "text.tsv"] {
                try Data("hello world, this is no set\n".utf8).write(
                    to: folder.appendingPathComponent(file))
            }
            try Data().write(to: folder.appendingPathComponent("empty.rec"))
            let outcome = try Tool(folder: folder).run(["data", "stats", name])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(!outcome.errors.contains("Fatal error"))
        }
    }
}
