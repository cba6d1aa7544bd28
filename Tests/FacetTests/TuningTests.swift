import FaceRuns
import Foundation
import Testing

@Suite("facet compare --tune", .serialized)
struct TuningTests {
    private func words(_ faces: TinyFaces, _ more: [String] = []) -> [String] {
        ["compare"] + faces.options + TinyFaces.fast + [
            "--epochs", "2", "--tune", "3", "--tune-epochs", "1", "--validation",
            "identities=0.4", "--losses", "softmax,arcface:m=0.3", "--seeds", "2", "--output",
            "study",
        ] + more
    }

    private func record(_ folder: URL, _ name: String = "study") throws -> TuningRecord {
        var record = try #require(
            try StudyFolder(folder.appendingPathComponent(name)).readTuning())
        for cell in record.cells.indices {
            for index in record.cells[cell].tries.indices {
                record.cells[cell].tries[index].seconds = 0
            }
        }
        return record
    }

    @Test("tunes, says each try, trains both settings, and others can use what was chosen")
    func endToEnd() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10)
            let tool = Tool(folder: folder)
            let outcome = try tool.run(words(faces))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("[try 1/6]") && outcome.errors.contains("[try 6/6]"))
            #expect(outcome.errors.contains("best so far"))
            #expect(outcome.errors.contains("left of the study"))
            #expect(outcome.errors.contains("m is given and therefore not tuned"))
            #expect(outcome.errors.contains("cannot be told apart"))
            let record = try record(folder)
            #expect(record.isComplete && record.cells.count == 2)
            let study = folder.appendingPathComponent("study")
            let runs = try StudyFolder(study).runs().map { try $0.readDescription() }
            let tuned = record.cells.filter { $0.chosenTry?.index != 0 }.count
            #expect(runs.count == 4 + 2 * tuned)
            #expect(runs.filter { $0.identity.tuned != nil }.count == 2 * tuned)

            let again = try tool.run(words(faces))
            #expect(again.status == 0, "\(again.errors)")
            #expect(!again.errors.contains("[try"))

            let shown = try tool.run("losses", "show", "arcface:m=0.3@study")
            #expect(shown.status == 0, "\(shown.errors)")
            #expect(shown.output.contains(try #require(record.cells[1].chosenTry).loss))
            let used = try tool.run(
                ["compare"] + faces.options + TinyFaces.fast + [
                    "--epochs", "1", "--losses", "arcface:m=0.3@study", "--output", "other",
                ])
            #expect(used.status == 0, "\(used.errors)")
            let run = try #require(
                try StudyFolder(folder.appendingPathComponent("other")).runs().first)
            #expect(try run.readDescription().identity.tuned?.study == "study")
        }
    }

    @Test("A study that is killed chooses what one that was not chooses")
    func killed() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10)
            let tool = Tool(folder: folder)
            var whole = words(faces)
            whole[whole.count - 1] = "whole"
            #expect(try tool.run(whole).status == 0)
            for count in [2, 4] {
                let running = try tool.start(words(faces))
                while running.process.isRunning, try !running.said().contains("[try \(count)/6]") {
                    usleep(5_000)
                }
                kill(running.process.processIdentifier, SIGKILL)
                running.process.waitUntilExit()
            }
            let outcome = try tool.run(words(faces))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(!outcome.errors.contains("[try 1/6]"))
            #expect(try record(folder) == record(folder, "whole"))
        }
    }

    @Test("A study that grows by a loss keeps what was tuned before")
    func grown() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10)
            let tool = Tool(folder: folder)
            func words(_ losses: String) -> [String] {
                var words = self.words(faces)
                words[words.count - 5] = losses
                return words
            }
            #expect(try tool.run(words("softmax")).status == 0)
            let before = try #require(try record(folder).cells.first)
            #expect(try tool.run(words("cosface")).status == 0)
            let after = try record(folder)
            #expect(after.cells.map(\.loss) == ["cosface", "softmax"])
            #expect(after.cells.last == before)
            let tuning = folder.appendingPathComponent("study/tuning.json")
            try Data("{".utf8).write(to: tuning)
            let report = try tool.run("losses", "show", "softmax@study")
            #expect(report.errors.contains("repeat the command of the study"), "\(report.errors)")
            let named = try tool.run("report", "study")
            #expect(named.status == 0)
            #expect(
                named.errors.contains("tuning.json") && named.errors.contains("rebuilds it"),
                "\(named.errors)")
            let csv = try String(
                contentsOf: folder.appendingPathComponent("study/report/results.csv"),
                encoding: .utf8)
            #expect(csv.contains(",tuned_values,tuning_tries,tuned_on,tuned_in_study"))
            // The command without its tries says what it lacks, and with them mends the record.
            let mended = try tool.run(words("softmax"))
            #expect(mended.status == 0 && !mended.errors.contains("[try"), "\(mended.errors)")
            #expect(try record(folder).cells.first { $0.loss == "softmax" } == before)
            let without = try tool.run(
                ["compare"] + faces.options + TinyFaces.fast + [
                    "--epochs", "2", "--losses", "softmax", "--seeds", "2", "--output", "study",
                ])
            #expect(without.status == 2)
            #expect(
                without.errors.contains("add --tune 3 --tune-epochs 1"), "\(without.errors)")
        }
    }

    @Test("--dry-run lists the tries and what they cost, and writes nothing")
    func dryRun() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10)
            let tool = Tool(folder: folder)
            let outcome = try tool.run(words(faces, ["--dry-run"]))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("3 tries of 1 epoch"), "\(outcome.output)")
            #expect(outcome.output.contains("try 0, the default"))
            #expect(outcome.output.contains("before that 6 tries"))
            #expect(outcome.output.contains("power of the study"))
            let study = folder.appendingPathComponent("study").path
            #expect(!FileManager.default.fileExists(atPath: study))
        }
    }

    @Test("What cannot be is refused before anything is trained, as a usage error")
    func badInput() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10)
            let tool = Tool(folder: folder)
            let spaces = folder.appendingPathComponent("spaces.json5")
            try Data(#"{tuning: {spaces: ["arcface:m=0.2..9"]}}"#.utf8).write(to: spaces)
            let base =
                ["compare"] + faces.options + TinyFaces.fast + [
                    "--losses", "arcface", "--output", "study",
                ]
            for (options, message) in [
                (["--tune", "1"], "one try tests only the default values"),
                (["--tune", "2", "--tune-halving"], "too few for halving"),
                (["--tune", "4", "--tune-epochs", "40"], "longer than the runs"),
                (["--tune", "x"], "--tune"),
                (["--tune-epochs", "1"], "add --tune N, or leave it out"),
                (["--augmentation", "jpeg,jpeg"], "'jpeg' is given twice"),
                (["--part-rates", "layer4.*:-1"], "must be a number from 0 to 1000000"),
                (["--tune", "4", "--config", spaces.path], "a number from 0 to 1.5 rad"),
            ] {
                let outcome = try tool.run(base + options)
                #expect(outcome.status == 2, "\(options): \(outcome.errors)")
                #expect(outcome.errors.contains(message), "\(options): \(outcome.errors)")
            }
            // A tenth of 10 people is too few to hold out.
            let few = try tool.run(base + ["--tune", "2"])
            #expect(few.status == 1)
            #expect(few.errors.contains("hold out a larger fraction"), "\(few.errors)")
            let study = folder.appendingPathComponent("study/runs").path
            #expect(!FileManager.default.fileExists(atPath: study))
        }
    }

    @Test("Held-out people who are in the test set are named")
    func sharedPeople() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 10)
            // The test set's people are P0 to P7, under the names of the training set.
            for person in 0..<8 {
                let from = faces.train.appendingPathComponent("P\(person)")
                let to = faces.test.appendingPathComponent("Q\(person)")
                try FileManager.default.removeItem(at: to)
                try FileManager.default.createDirectory(at: to, withIntermediateDirectories: true)
                for picture in 1...2 {
                    try FileManager.default.copyItem(
                        at: from.appendingPathComponent("P\(person)_000\(picture).jpg"),
                        to: to.appendingPathComponent("Q\(person)_000\(picture).jpg"))
                }
            }
            let outcome = try Tool(folder: folder).run(words(faces, ["--dry-run"]))
            #expect(
                outcome.errors.contains(
                    "the held-out identities of 'tiny', on which tuning chooses, include"),
                "\(outcome.errors)")
        }
    }

    @Test("facet losses show says what is tuned")
    func spaces() throws {
        try withFolder { folder in
            let outcome = try Tool(folder: folder).run("losses", "show", "arcface")
            #expect(outcome.output.contains("tuned over 0.2 to 0.7"))
            #expect(outcome.output.contains("tuned over 8 to 128 (log)"))
            let json = try Tool(folder: folder).run("losses", "show", "arcface", "--json")
            let losses = try #require(
                JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
            let parameters = try #require(losses.first?["parameters"] as? [[String: Any]])
            let tuned = parameters.first?["tuned"] as? [String: Any]
            #expect(tuned?["lower"] as? Double == 0.2 && tuned?["scale"] as? String == "linear")
        }
    }
}
