import FaceEvaluation
import FaceRuns
import Foundation
import Testing

@Suite("MegaFace as a test set", .serialized)
struct MegaFaceTests {
    /// Writes MegaFace: the test faces as probes, of which one is noise, and the training faces as distractors, of
    /// which one is noise.
    ///
    /// - Returns: The test set's value of `--test` without its name.
    private func write(_ folder: URL, _ faces: TinyFaces) throws -> String {
        let files = FileManager.default
        let images = folder.appendingPathComponent("images")
        var lists = (probes: [String](), distractors: [String]())
        for (source, prefix) in [(faces.test, "facescrub"), (faces.train, "megaface/0")] {
            let target = images.appendingPathComponent(prefix)
            try files.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try files.copyItem(at: source, to: target)
            for person in try files.contentsOfDirectory(atPath: target.path).sorted() {
                let names = try files.contentsOfDirectory(
                    atPath: target.appendingPathComponent(person).path)
                let paths = names.sorted().map { "\(prefix)/\(person)/\($0)" }
                if prefix == "facescrub" {
                    lists.probes += paths
                } else {
                    lists.distractors += paths
                }
            }
        }
        let listFolder = folder.appendingPathComponent("lists")
        try files.createDirectory(at: listFolder, withIntermediateDirectories: true)
        for (name, lines) in [
            ("facescrub_lst", lists.probes), ("megaface_lst", lists.distractors),
            ("facescrub_noises.txt", ["# noise", "Q7_0002.jpg"]),
            ("megaface_noises.txt", ["# noise", "1\t0/P0/P0_0001.jpg"]),
        ] {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: listFolder.appendingPathComponent(name))
        }
        return "\(images.path),\(listFolder.path)"
    }

    private func compare(_ faces: TinyFaces, _ output: String, _ losses: String) -> [String] {
        ["compare"] + faces.options + TinyFaces.fast
            + ["--output", output, "--losses", losses, "--epochs", "1"]
    }

    private func runs(_ folder: URL, _ study: String = "study") throws -> [RunFolder] {
        try StudyFolder(folder.appendingPathComponent(study)).runs()
    }

    private func text(_ folder: URL, _ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    @Test("A study tests each loss on it, with the numbers of facet evaluate")
    func endToEnd() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let test = ["--test", "mf=\(try write(folder, faces))"]
            let tool = Tool(folder: folder)
            let study = try tool.run(compare(faces, "study", "softmax,arcface") + test)
            #expect(study.status == 0, "\(study.errors)")
            let runs = try runs(folder)
            #expect(runs.count == 2)
            for run in runs {
                let facts = try run.readDescription().templateTests
                #expect(facts?.map(\.name) == ["mf"] && facts?.first?.contentHash != nil)
                #expect(facts?.first?.templates == 15 && facts?.first?.distractors == 63)
                let record = try #require(try run.readDistractors(test: "mf"))
                // Seven people have two images, one has one.
                #expect(record.pairs == 14 && record.people == 7)
                #expect(record.noisyProbes == 1 && record.noisyDistractors == 1)
                #expect(record.rates.map(\.distractors) == [10, 63])
                // 945 pairs of a probe and a distractor let expect ten false accepts at 0.1 alone.
                #expect(record.figures.last?.measure == .tar(far: 0.1))
                let page = "page \(run.url.lastPathComponent)"
                let one = try tool.run(
                    ["evaluate", run.url.path, "--threads", "1", "--precision", "float32"] + test
                        + ["--output", page])
                #expect(one.status == 0, "\(one.errors)")
                let metrics = try JSONDecoder().decode(
                    [String: DistractorReport].self,
                    from: Data(try text(folder, "\(page)/metrics.json").utf8))
                let found = try #require(metrics["mf"])
                #expect(found.rates == record.rates && found.pairs == record.pairs)
                #expect(found.figures.map(\.measure) == record.figures.map(\.measure))
                #expect(found.figures.map(\.value) == record.figures.map(\.value))
                #expect(found.warnings == record.warnings)
                #expect(one.output.contains("63 distractors: rank 1 "))
                #expect(
                    try text(folder, "\(page)/index.html").contains("among 63 distractors on mf"))
            }
            let page = try text(folder, "study/report/index.html")
            #expect(page.contains("Rank 1 among distractors"))
            #expect(page.contains("1 probe and 1 distractor are left out as noise"))
            let table = try text(folder, "study/report/results.csv").split(separator: "\n")
            #expect(table[0].contains("rank_1_among_63:mf"))
            let rank = try #require(
                try runs[0].readDistractors(test: "mf")?.rates.last?.rank1)
            #expect(table.dropFirst().contains { $0.contains("\(rank)") })
            let both = try tool.run(
                ["evaluate"] + runs.map(\.url.path) + ["--threads", "1"] + test)
            #expect(both.output.contains("mf, rank 1 among 63 distractors: "), "\(both.errors)")
        }
    }

    @Test("It is added to finished studies, which are not tested on it again")
    func added() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let test = ["--test", "mf=\(try write(folder, faces))"]
            let tool = Tool(folder: folder)
            let whole = try tool.run(compare(faces, "whole", "softmax") + test)
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(try tool.run(compare(faces, "study", "softmax")).status == 0)
            let grown = try tool.run(["evaluate", "study", "--threads", "1"] + test)
            #expect(grown.status == 0, "\(grown.errors)")
            let (mine, theirs) = (
                try #require(try runs(folder).first), try #require(try runs(folder, "whole").first)
            )
            #expect(
                try mine.readDistractors(test: "mf") == theirs.readDistractors(test: "mf"))
            #expect(try RunComparison(mine, theirs).isSame)
            #expect(
                try text(folder, "study/report/index.html").contains("Rank 1 among distractors"))
            let again = try tool.run(compare(faces, "study", "softmax") + test)
            #expect(again.status == 0, "\(again.errors)")
            #expect(!again.errors.contains("now tested on mf"))
            // Fewer distractors are another set.
            try Data("0/P1/P1_0001.jpg\n".utf8).write(
                to: folder.appendingPathComponent("lists/megaface_lst"))
            let other = try tool.run(["evaluate", "study", "--threads", "1"] + test)
            #expect(other.status == 1)
            #expect(
                other.errors.contains("the distractors of mf were 63, now 1"), "\(other.errors)")
        }
    }

    @Test("What is wrong with its files is reported, and facet data check finds it")
    func errors() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let source = try write(folder, faces)
            let test = ["--test", "mf=\(source)"]
            let tool = Tool(folder: folder)
            let sound = try tool.run("data", "check", source)
            #expect(sound.status == 0, "\(sound.errors)")
            #expect(
                sound.output.contains("15 probes of 8 people and 63 distractors"), "\(sound.output)"
            )
            #expect(sound.output.contains("one probe alone"))
            let alone = try tool.run(
                ["compare", "--train", "tiny=\(faces.train.path)", "--output", "s"]
                    + TinyFaces.fast + ["--losses", "softmax"] + test)
            #expect(alone.status == 1)
            #expect(alone.errors.contains("'mf' is a test set of templates or MegaFace"))
            let image = folder.appendingPathComponent("images/facescrub/Q1/Q1_0001.jpg")
            try Data("no image".utf8).write(to: image)
            let check = try tool.run("data", "check", source)
            #expect(check.status == 1 && check.output.contains("cannot be decoded"))
            let damaged = try tool.run(compare(faces, "s", "softmax") + test)
            #expect(damaged.status == 1)
            #expect(
                damaged.errors.contains("Q1_0001.jpg")
                    && damaged.errors.contains("--failures count"), "\(damaged.errors)")
            let counted = try tool.run(
                compare(faces, "counted", "softmax") + test + ["--failures", "count"])
            #expect(counted.status == 0, "\(counted.errors)")
            let record = try #require(
                try runs(folder, "counted").first?.readDistractors(test: "mf"))
            #expect(record.pairs == 14 && record.failedPairs == 2)
            #expect(try text(folder, "counted/report/index.html").contains("count as misses"))
            try Data("Q0_0001.jpg\n".utf8).write(
                to: folder.appendingPathComponent("lists/facescrub_lst"))
            let line = try tool.run(compare(faces, "s", "softmax") + test)
            #expect(line.status == 1)
            #expect(
                line.errors.contains("facescrub_lst', line 1: it must be a path with a folder"),
                "\(line.errors)")
            try FileManager.default.removeItem(
                at: folder.appendingPathComponent("images/megaface"))
            let missing = try tool.run(compare(faces, "s", "softmax") + test)
            #expect(missing.status == 1)
            #expect(
                missing.errors.contains("it has no folder 'megaface' or 'megaface_images'"),
                "\(missing.errors)")
        }
    }
}
