import FaceRuns
import Foundation
import Testing

@Suite("Finished studies that grow, end to end", .serialized)
struct GrowingStudyTests {
    private func words(
        _ faces: TinyFaces, output: String = "study", losses: String = "softmax,arcface",
        epochs: Int = 1
    ) -> [String] {
        ["compare"] + faces.options + TinyFaces.fast + [
            "--output", output, "--losses", losses, "--epochs", "\(epochs)",
        ]
    }

    /// A second test set: the same images in other pairs.
    private func second(_ faces: TinyFaces, _ folder: URL) throws -> String {
        let text = try String(contentsOf: faces.pairs, encoding: .utf8)
        try text.replacing("Q0\t1\tQ1\t2", with: "Q0\t2\tQ1\t1").write(
            to: folder.appendingPathComponent("second.txt"), atomically: true, encoding: .utf8)
        return "second=\(faces.test.path),\(folder.path)/second.txt"
    }

    private func runs(_ folder: URL, _ study: String = "study") throws -> [RunFolder] {
        try StudyFolder(folder.appendingPathComponent(study)).runs()
    }

    private func scores(_ folder: URL, _ study: String) throws -> [Data] {
        try runs(folder, study).map { try Data(contentsOf: $0.scoresURL(test: "second")) }
    }

    @Test("A test set is added by compare or by evaluate, with the numbers that it would have had")
    func addTest() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            for output in ["study", "other"] {
                #expect(try tool.run(words(faces, output: output)).status == 0)
            }
            let added = ["--test", try second(faces, folder)]
            let whole = try tool.run(words(faces, output: "whole") + added)
            #expect(whole.status == 0, "\(whole.errors)")
            let preview = try tool.run(words(faces) + added + ["--dry-run"])
            #expect(preview.status == 0)
            #expect(preview.output.components(separatedBy: "tests       ").count == 3)
            let grown = try tool.run(words(faces) + added)
            #expect(grown.status == 0, "\(grown.errors)")
            #expect(
                grown.errors.components(separatedBy: "already finished, now tested on second")
                    .count == 3, "\(grown.errors)")
            // The command of before continues, also with a loss that was not tested so.
            let less = try tool.run(words(faces, losses: "softmax,arcface,cosface"))
            #expect(less.status == 0, "\(less.errors)")
            #expect(less.errors.contains("to test all runs the same way, add --test second="))
            let cosface = try #require(
                try runs(folder).first { try $0.readDescription().requestedLoss == "cosface" })
            #expect(try cosface.readDescription().tests.map(\.name) == ["probe"])
            try FileManager.default.removeItem(at: cosface.url)
            // Without its training set.
            try FileManager.default.removeItem(at: faces.train)
            let evaluated = try tool.run(["evaluate", "other"] + added + ["--threads", "1"])
            #expect(evaluated.status == 0, "\(evaluated.errors)")
            let expected = try scores(folder, "whole")
            for study in ["study", "other"] {
                #expect(try scores(folder, study) == expected)
                let report = try String(
                    contentsOf: folder.appendingPathComponent("\(study)/report/report.md"),
                    encoding: .utf8)
                #expect(report.contains("second was added to runs that had been trained"))
                let results = try String(
                    contentsOf: folder.appendingPathComponent("\(study)/report/results.csv"),
                    encoding: .utf8)
                #expect(results.contains("second"), "\(results)")
            }
            let again = try tool.run(["evaluate", "other"] + added + ["--threads", "1"])
            #expect(again.status == 0 && !again.errors.contains("now tested"))
        }
    }

    @Test("An evaluation that was killed resumes")
    func killed() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let losses = "softmax,arcface,amsoftmax,asoftmax,normface"
            #expect(try tool.run(words(faces, losses: losses)).status == 0)
            let added = [
                "evaluate", "study", "--test", try second(faces, folder), "--threads", "1",
            ]
            let running = try tool.start(added)
            let first = try #require(try runs(folder).first)
            while running.process.isRunning,
                !FileManager.default.fileExists(atPath: first.scoresURL(test: "second").path)
            { usleep(500) }
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
            let rest = try tool.run(added)
            #expect(rest.status == 0, "\(rest.errors)")
            for run in try runs(folder) {
                #expect(try run.readResult()?.tests.map(\.name) == ["probe", "second"])
                #expect(try run.readDescription().tests.map(\.name) == ["probe", "second"])
                #expect(try run.readScores(test: "second")?.count == 16)
                #expect(try run.readEpochs().last?.tests.map(\.name) == ["probe", "second"])
            }
        }
    }

    @Test("What cannot be added is said, and what says nothing about a study is refused")
    func refused() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            #expect(try tool.run(words(faces)).status == 0)
            let name = try second(faces, folder).replacing("second=", with: "probe=")
            let other = try tool.run(
                ["evaluate", "study", "--test", name, "--threads", "1"])
            #expect(other.status == 1)
            #expect(other.errors.contains("was tested on another set named 'probe'"))
            for option in [
                ["--output", "x"], ["--all-protocols"], ["--precision", "float32"],
                ["--colour", "bgr"],
            ] {
                let outcome = try tool.run(
                    ["evaluate", "study", "--test", try second(faces, folder)] + option)
                #expect(outcome.status == 2, "\(option)")
            }
            let epochs = try tool.run(words(faces, epochs: 2))
            #expect(epochs.status == 1)
            #expect(
                epochs.errors.contains(
                    "epochs was 1, now 2: the learning rate of 'cosine' depends on the number"),
                "\(epochs.errors)")
        }
    }

    @Test("More epochs go on from where a run was finished")
    func moreEpochs() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            try Data("{ training: { schedule: { shape: 'constant' } } }".utf8)
                .write(to: folder.appendingPathComponent("constant.json5"))
            let file = ["--config", "constant.json5"]
            #expect(try tool.run(words(faces) + file).status == 0)
            let grown = try tool.run(words(faces, epochs: 3) + file)
            #expect(grown.status == 0, "\(grown.errors)")
            #expect(grown.errors.contains("finished runs continue to epoch 3"), "\(grown.errors)")
            for run in try runs(folder) {
                #expect(try run.readResult()?.epochs == 3)
                #expect(try run.readEpochs().map(\.epoch) == [1, 2, 3])
                let same = try tool.run(
                    "reproduce", run.url.path, "--output", "again-\(run.url.lastPathComponent)")
                #expect(same.status == 0, "\(same.output)\(same.errors)")
            }
        }
    }

    @Test("Studies of two machines are joined, with a report of both")
    func join() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            for seed in ["1", "2"] {
                let outcome = try tool.run(
                    words(faces, output: "m\(seed)") + ["--seeds", "\(seed),"])
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let joined = try tool.run("study", "join", "all", "m1", "m2")
            #expect(joined.status == 0, "\(joined.errors)")
            #expect(joined.errors.contains("4 runs added"))
            #expect(joined.output.contains("all/report/index.html"))
            #expect(try runs(folder, "all").count == 4)
            let again = try tool.run("study", "join", "all", "m2")
            #expect(again.errors.contains("0 runs added, 2 runs there already"), "\(again.errors)")
            let rate = try tool.run(
                words(faces, output: "m3") + ["--seeds", "3,", "--learning-rate", "0.05"])
            #expect(rate.status == 0)
            let refused = try tool.run("study", "join", "all", "m3")
            #expect(refused.status == 1)
            #expect(refused.errors.contains("in peak (0.05 there, 0.1 in the other)"))
            #expect(try runs(folder, "all").count == 4)
        }
    }

    @Test("A recipe is a study file that flags override, and is named by the report")
    func recipe() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let list = try tool.run("recipes")
            #expect(list.status == 0 && list.output.contains("arcface-casia-r50"))
            let file = try tool.run("recipes", "ArcFace-CASIA-R50")
            #expect(file.output.contains("// Source: Deng et al., ArcFace"))
            try Data(file.output.utf8).write(to: folder.appendingPathComponent("r50.json5"))
            let small = faces.options + TinyFaces.fast + ["--epochs", "1"]
            for (name, start) in [
                ("flag", ["--recipe", "arcface-casia-r50"]), ("file", ["--config", "r50.json5"]),
            ] {
                let outcome = try tool.run(["compare"] + start + small + ["--output", name])
                #expect(outcome.status == 0, "\(outcome.errors)")
                let run = try #require(try runs(folder, name).first)
                let description = try run.readDescription()
                #expect(description.lossName == "arcface-paper")
                #expect(
                    try String(contentsOf: run.descriptionURL, encoding: .utf8)
                        .contains("\"recipe\" : \"arcface-casia-r50\""))
                let report = try String(
                    contentsOf: folder.appendingPathComponent("\(name)/report/report.md"),
                    encoding: .utf8)
                #expect(report.contains("The published figures of the recipe arcface-casia-r50"))
            }
            let unknown = try tool.run(
                ["compare", "--recipe", "arcface-r50"] + small + ["--output", "x"])
            #expect(unknown.status == 2)
            #expect(unknown.errors.contains("there is no recipe 'arcface-r50'"))
            let both = try tool.run(
                ["compare", "--recipe", "paper", "--preset", "quick", "--output", "x"])
            #expect(both.status == 2)
        }
    }
}
