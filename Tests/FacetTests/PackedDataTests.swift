import FaceData
import FaceEvaluation
import FaceRuns
import Foundation
import Testing

@Suite("Sets in other formats, end to end")
struct PackedDataTests {
    /// What a study found, without names of images and files.
    private struct Figures: Equatable, Sendable {
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

    private static func study(_ tool: Tool, _ name: String, _ train: String, _ test: String) throws
        -> Figures
    {
        let outcome = try tool.run(
            ["compare", "--train", "tiny=\(train)", "--test", "probe=\(test)"] + TinyFaces.fast
                + ["--losses", "softmax,marginal", "--epochs", "2", "--output", name])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try Figures(of: tool.folder.appendingPathComponent(name))
    }

    /// What training on the folder finds, computed once.
    private static let ofFolder = Result {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            return try study(
                Tool(folder: folder), "folder", faces.train.path,
                "\(faces.test.path),\(faces.pairs.path)")
        }
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
            let expected = try Self.ofFolder.get()
            #expect(expected.losses.count == 4 && expected.distances.count == 32)
            #expect(!expected.model.isEmpty)
            #expect(try Self.study(tool, "packs", "pack", "probe.bin") == expected)
            #expect(
                try Self.study(tool, "unpacked", "again", "probe,probe/pairs.txt") == expected)
            // Without index and names.
            for name in ["train.idx", "train.lst", "property"] {
                try FileManager.default.removeItem(
                    at: folder.appendingPathComponent("pack/\(name)"))
            }
            #expect(try Self.study(tool, "bare", "pack/train.rec", "probe.bin") == expected)
        }
    }

    @Test(
        "Training on shards, records and a database is training on the folder, to the bit",
        arguments: [
            ("tar", "out/train-{000000..000003}.tar"), ("tfrecord", "out/train.tfrecord"),
            ("lmdb", "out/train.lmdb"), ("parquet", "out/train.parquet"), ("zip", "out/train.zip"),
        ])
    func sameResultsInOtherFormats(ending: String, set: String) throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let images = try FileManager.default.subpathsOfDirectory(atPath: faces.train.path)
                .count { $0.contains("/") && $0.contains(".") }
            let shards = ending == "tar" ? ["--shard-images", "\((images + 3) / 4)"] : []
            let written = try tool.run(
                ["data", "convert", faces.train.path, "out/train.\(ending)"] + shards)
            #expect(written.status == 0, "\(written.errors)")
            let check = try tool.run(["data", "check", set])
            #expect(
                check.status == 0 && check.output.hasPrefix("\(images) images of "),
                "\(check.output)\(check.errors)")
            let test = "\(faces.test.path),\(faces.pairs.path)"
            let expected = try Self.ofFolder.get()
            #expect(try Self.study(tool, "converted", set, test) == expected)
            // And back; `AllFormatsTests` compare images and labels of every pair of formats.
            guard ending == "tar" else { return }
            let back = try tool.run(["data", "convert", set, "back"])
            #expect(back.status == 0, "\(back.errors)")
            #expect(try Self.study(tool, "back", "back", test) == expected)
        }
    }

    @Test("A test set has pairs, which shards have no place for; a set is not written over itself")
    func refusedConversions() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let test = "\(faces.test.path),\(faces.pairs.path)"
            let pairs = try tool.run(["data", "convert", test, "x.tar"])
            #expect(pairs.status == 1)
            #expect(
                pairs.errors.contains(
                    "a test set, which has pairs, is written as a .bin file or a folder"),
                "\(pairs.errors)")
            #expect(try tool.run(["data", "convert", faces.train.path, "x.tar"]).status == 0)
            let over = try tool.run(["data", "convert", "x-000000.tar", "x.tar"])
            #expect(over.status == 1 && over.errors.contains("it is the set being read"))
            // One archive of folders, and no file is replaced.
            let one = ["data", "convert", faces.train.path, "one.tar", "--one-tar"]
            let made = try tool.run(one)
            #expect(made.status == 0 && made.output.hasSuffix("one.tar\n"), "\(made)")
            #expect(try LabelledImageSet.open(folder.path + "/one.tar").count == 64)
            let again = try tool.run(one)
            #expect(again.status == 1)
            #expect(again.errors.contains("one.tar': it already exists"), "\(again.errors)")
            for (words, part) in [
                (["one.zip", "--one-tar"], "a name that ends in .tar"),
                (["two.tar", "--one-tar", "--shard-images", "3"], "cannot be combined"),
                (["two.zip", "--shard-images", "3"], "cannot be combined with 'two.zip'"),
            ] {
                let outcome = try tool.run(["data", "convert", faces.train.path] + words)
                #expect(outcome.status == 2 && outcome.errors.contains(part), "\(outcome.errors)")
            }
            // Options that would do nothing.
            for (words, part) in [
                (["import", faces.train.path, "no", "--png"], "--size is missing"),
                (["import", faces.train.path, "no", "--quality", "50"], "--size is missing"),
                (
                    ["import", faces.train.path, "no", "--size", "16", "--png", "--quality", "5"],
                    "--png cannot be combined with --quality"
                ),
                (["import", test, "no", "--without", "x.txt"], "--without cannot be combined"),
                (["unpack", faces.train.path, "no", "--folds", "3"], "--folds cannot be combined"),
            ] {
                let outcome = try tool.run(["data"] + words)
                #expect(outcome.status == 2 && outcome.errors.contains(part), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder.path + "/no"))
            }
            let table = try tool.run("data", "convert", faces.train.path, "x.csv")
            #expect(table.status == 1)
            #expect(table.errors.contains(".csv is not written; name a folder"), "\(table.errors)")
            try Data("mine".utf8).write(to: folder.appendingPathComponent("t.bin"))
            let bin = try tool.run(["data", "convert", test, "t.bin"])
            #expect(bin.status == 1)
            #expect(bin.errors.contains("t.bin': it already exists"), "\(bin.errors)")
            // Shards of an earlier, larger set would be taken for some of this one.
            try FileManager.default.moveItem(
                at: folder.appendingPathComponent("x-000000.tar"),
                to: folder.appendingPathComponent("x-000007.tar"))
            let mixed = try tool.run(["data", "convert", faces.train.path, "x.tar"])
            #expect(mixed.status == 1)
            #expect(
                mixed.errors.contains(
                    "'x-000007.tar' exists and would be mistaken for one of the 1 shard"),
                "\(mixed.errors)")
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
            // Not even the folder.
            let out = folder.appendingPathComponent("out").path
            #expect(!FileManager.default.fileExists(atPath: out))
        }
    }

    @Test(
        "Sets that cannot be used give one clear sentence",
        arguments: [
            ("empty.rec", "it has no records"), ("text.rec", "record 0 at byte 0"),
            ("text.bin", "byte 0: "), ("gone", "there is no such file or folder"),
            ("text.txt", "line 1: expected a path and a label"),
            ("text.tsv", "line 1: it is not a row"),
            ("text.tar", "byte 0: the archive is cut short"),
            ("text.zip", "the archive's list of files is missing"),
            ("text.tfrecord", "record 0 at byte 0: the checksum of its length is wrong"),
            ("text.mdb", "byte 0: the file is cut short"),
            ("x-{000..002}.tar", "x-000.tar': there is no such file"),
        ])
    func badSets(name: String, message: String) throws {
        try withFolder { folder in
            for ending in ["rec", "bin", "txt", "tsv", "tar", "zip", "tfrecord", "mdb"] {
                let file = "text.\(ending)"
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
