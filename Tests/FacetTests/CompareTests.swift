import FaceRuns
import Foundation
import Testing
import Torch

@Suite("facet compare, end to end")
struct CompareTests {
    private func compare(
        _ folder: URL, _ faces: TinyFaces, _ more: String...
    ) -> [String] {
        ["compare"] + faces.options + TinyFaces.fast + ["--output", "study"] + more
    }

    @Test("Trains, reports and skips what is finished")
    func wholeStudy() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words = compare(
                folder, faces, "--losses", "softmax,arcface:m=0.4,marginal", "--epochs", "2")
            let first = try tool.run(words)
            #expect(first.status == 0, "\(first.errors)")
            let study = StudyFolder(folder.appendingPathComponent("study"))
            #expect(try study.runs().count == 3)
            for run in try study.runs() {
                let result = try #require(try run.readResult())
                #expect(result.status == .finished && result.epochs == 2)
                #expect(result.tests.first?.pairs == 16)
                #expect(try run.readEpochs().map(\.epoch) == [1, 2])
                #expect(try run.readScores(test: "probe")?.count == 16)
                try expectGeometry(run)
            }
            for name in ["index.html", "report.md", "results.csv"] {
                let file = study.reportURL.appendingPathComponent(name)
                #expect(FileManager.default.fileExists(atPath: file.path), "\(name)")
            }
            #expect(first.output.contains("ArcFace"))
            try expectAnswer(first, study)
            let page = try String(
                contentsOf: study.reportURL.appendingPathComponent("index.html"), encoding: .utf8)
            #expect(page.contains("src=\"data:image/jpeg;base64,"))
            let whole = try Snapshot(of: study.url)
            // As if a version that measured none had finished a run.
            let old = try #require(try study.runs().last)
            try FileManager.default.removeItem(at: old.geometryURL)
            let second = try tool.run(words)
            #expect(second.status == 0)
            #expect(second.errors.components(separatedBy: "already finished").count == 4)
            #expect(try Snapshot(of: study.url) == whole)
            try expectReportWithoutPictures(tool, study, faces)
        }
    }

    /// The terminal ends with the answer, and with where the report lies.
    private func expectAnswer(_ outcome: Tool.Outcome, _ study: StudyFolder) throws {
        let lines = outcome.output.split(separator: "\n").map(String.init)
        let page = study.reportURL.appendingPathComponent("index.html").path
        #expect(lines.last?.hasSuffix("/study/report/index.html") == true, "\(page)")
        #expect(lines.dropLast().allSatisfy { $0.count <= 80 })
        #expect(lines.contains { $0.hasPrefix("  loss") && $0.hasSuffix("95 % interval") })
        #expect(outcome.errors.contains("it shows faces and names from the test set"))
        let report = try String(
            contentsOf: study.reportURL.appendingPathComponent("report.md"), encoding: .utf8)
        let answer = report.components(separatedBy: "## The short answer\n\n")[1]
            .components(separatedBy: "\n\n")[0].replacing("**", with: "").replacing("\\", with: "")
        let said = outcome.output.replacing("\n", with: " ")
        #expect(said.contains(answer), "\(answer)")
        for text in [report, try String(contentsOf: URL(fileURLWithPath: page), encoding: .utf8)] {
            #expect(!text.contains(study.url.deletingLastPathComponent().path))
        }
    }

    private func expectGeometry(_ run: RunFolder) throws {
        let geometry = try #require(try run.readGeometry())
        #expect(geometry.training.images == 64)
        #expect(geometry.training.within?.count == 8 * 28)
        #expect(geometry.training.targetClass?.count == 64)
        #expect(geometry.training.nearestNonTarget?.count == 64)
        #expect(geometry.tests.map(\.name) == ["probe"])
        #expect(geometry.tests[0].within?.count == 8 && geometry.tests[0].between?.count == 8)
        // The test set has two images a person, too few for a map.
        #expect(geometry.map?.set == "tiny")
        #expect(geometry.map?.identities.map(\.x.count) == Array(repeating: 8, count: 8))
    }

    private func expectReportWithoutPictures(
        _ tool: Tool, _ study: StudyFolder, _ faces: TinyFaces
    ) throws {
        let report = study.reportURL.appendingPathComponent("index.html")
        let text = { try String(contentsOf: report, encoding: .utf8) }
        #expect(try tool.run("report", "study", "--without-pictures").status == 0)
        #expect(try !text().contains("<img") && text().contains("Images are listed by name only."))
        try FileManager.default.removeItem(at: faces.test)
        let gone = try tool.run("report", "study")
        #expect(gone.status == 0, "\(gone.errors)")
        #expect(try !text().contains("<img"))
        #expect(try text().contains("are no longer where the study read them"))
    }

    @Test("Held-out identities choose an epoch, several test sets are ranked, power is estimated")
    func validationAndSeveralTests() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 12)
            let tool = Tool(folder: folder)
            let words = compare(
                folder, faces, "--test", "again=\(faces.test.path),\(faces.pairs.path)",
                "--losses", "softmax,arcface", "--epochs", "2", "--seeds", "2",
                "--validation", "identities=0.34")
            let plan = try tool.run(words + ["--dry-run"])
            #expect(plan.output.contains("difference between two losses that 2 seeds detect"))
            let outcome = try tool.run(words)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let study = StudyFolder(folder.appendingPathComponent("study"))
            for run in try study.runs() {
                let description = try run.readDescription()
                #expect(description.train.identities == 8)
                #expect(description.validation?.folds == 2)
                #expect(description.tests.map(\.name) == ["probe", "again"])
                let pairs = try #require(description.validation?.pairs)
                #expect(try run.readEpochs().map { $0.validation?.pairs } == [pairs, pairs])
            }
            let report = try String(
                contentsOf: study.reportURL.appendingPathComponent("report.md"), encoding: .utf8)
            #expect(report.contains("Validated epoch"))
            // Two epochs on a few faces teach nothing, which is said in place of comparisons.
            #expect(report.contains("on probe (16 pairs) and again (16 pairs)"))
            try expectPapersAndComparison(tool, study)
            let bad = try tool.run(words + ["--validation", "identities=0.9"])
            #expect(bad.status != 0 && bad.errors.contains("--validation"))
            let few = try tool.run(
                compare(folder, faces, "--epochs", "1", "--validation", "identities=0.1"))
            #expect(few.status != 0 && few.errors.contains("hold out a larger fraction"))
        }
    }

    private func expectPapersAndComparison(_ tool: Tool, _ study: StudyFolder) throws {
        let paper = try tool.run("report", "study", "--paper")
        #expect(paper.status == 0, "\(paper.errors)")
        for name in ["tables.tex", "figures/figure-1-1.svg"] {
            let file = study.reportURL.appendingPathComponent(name)
            #expect(FileManager.default.fileExists(atPath: file.path), "\(name)")
        }
        let comparison = try tool.run("report", "study", "study")
        #expect(comparison.status == 0, "\(comparison.errors)")
        let text = try String(
            contentsOf: study.url.appendingPathComponent("comparison/comparison.md"),
            encoding: .utf8)
        #expect(text.contains("repetitions of one another"))
        let missing = try tool.run("report", "study", "nothing")
        #expect(missing.status != 0 && missing.errors.contains("there is no folder"))
    }

    @Test("The same seed gives the same bytes, but for time columns")
    func repeatable() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words = compare(
                folder, faces, "--losses", "amsoftmax", "--epochs", "2", "--class-rate", "0.5")
            #expect(try tool.run(words).status == 0)
            let first = try Snapshot(of: folder.appendingPathComponent("study"))
            try FileManager.default.removeItem(at: folder.appendingPathComponent("study"))
            #expect(try tool.run(words).status == 0)
            #expect(try Snapshot(of: folder.appendingPathComponent("study")) == first)
        }
    }

    @Test("A run names the kernels it used, and LibTorch's give other last bits")
    func kernels() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            func train(_ name: String, _ options: String...) throws -> (RunFolder, EpochRecord) {
                let words =
                    ["train"] + faces.options + TinyFaces.fast
                    + ["--epochs", "1", "--output", name] + options
                let outcome = try tool.run(
                    words.map { $0 == "--backbones" ? "--backbone" : $0 })
                #expect(outcome.status == 0, "\(outcome.errors)")
                let run = try #require(
                    try StudyFolder(folder.appendingPathComponent(name)).runs().first)
                return (run, try #require(try run.readEpochs().first))
            }
            let (own, first) = try train("own")
            let (other, second) = try train("other", "--kernels", "libtorch")
            #expect(try own.readEnvironment()?.kernels == Kernels.best.rawValue)
            #expect(try other.readEnvironment()?.kernels == "libtorch")
            #expect(first.loss != second.loss)
            #expect(abs(first.loss - second.loss) < 0.1 * first.loss)
            let words = ["reproduce", other.url.path, "--output", "again"]
            let again = try tool.run(words)
            #expect(again.status == 0, "\(again.output) \(again.errors)")
            let bad = try tool.run(["train", "--kernels", "sse"] + faces.options)
            #expect(bad.status == 2)
            #expect(
                bad.errors.contains(
                    "'sse' is not a valid value for --kernels; it must be 'auto', 'libtorch'"))
        }
    }

    @Test("A run that is killed at any moment ends as an undisturbed one")
    func killed() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words = compare(folder, faces, "--losses", "softmax", "--epochs", "4")
            #expect(try tool.run(words).status == 0)
            let whole = try Snapshot(of: folder.appendingPathComponent("study"))
            try FileManager.default.removeItem(at: folder.appendingPathComponent("study"))
            var random = SystemRandomNumberGenerator()
            for _ in 0..<4 {
                let running = try tool.start(words)
                Thread.sleep(forTimeInterval: Double.random(in: 0.05...1.5, using: &random))
                kill(running.process.processIdentifier, SIGKILL)
                running.process.waitUntilExit()
            }
            let last = try tool.run(words)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try Snapshot(of: folder.appendingPathComponent("study")) == whole)
        }
    }

    @Test("Ctrl-C saves, says so and exits 130; the same command resumes")
    func interrupt() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words = compare(folder, faces, "--losses", "softmax", "--epochs", "30")
            let running = try tool.start(words)
            let metrics = folder.appendingPathComponent("study/runs")
            while running.process.isRunning, !hasMetrics(metrics) { usleep(20_000) }
            running.process.interrupt()
            running.process.waitUntilExit()
            let outcome = try running.outcome()
            #expect(outcome.status == 130, "\(outcome.errors)")
            #expect(outcome.errors.contains("run the same command again to resume"))
            let last = try tool.run(words)
            #expect(last.status == 0)
            #expect(last.errors.contains("resuming from step"))
        }
    }

    private func hasMetrics(_ runs: URL) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
        return names.contains { name in
            FileManager.default.fileExists(
                atPath: runs.appendingPathComponent("\(name)/metrics.jsonl").path)
        }
    }
}

/// What of a study must not depend on when and how often it was stopped.
struct Snapshot: Equatable {
    private var files: [String: Data] = [:]

    /// Names of the files.
    var names: Set<String> { Set(files.keys) }

    init(of study: URL) throws {
        for run in try StudyFolder(study).runs() {
            var result = try run.readResult()
            result?.seconds = 0
            result?.imagesPerSecond = 0
            let epochs = try run.readEpochs().map { record in
                var record = record
                record.trainSeconds = 0
                record.evaluationSeconds = 0
                record.imagesPerSecond = 0
                return record
            }
            let name = run.url.lastPathComponent
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            files["\(name)/result"] = try encoder.encode(result)
            files["\(name)/epochs"] = try encoder.encode(epochs)
            files["\(name)/scores"] = try Data(contentsOf: run.scoresURL(test: "probe"))
            files["\(name)/model"] = try Data(contentsOf: run.modelURL)
            files["\(name)/geometry"] = try Data(contentsOf: run.geometryURL)
            files["\(name)/head"] = try Data(contentsOf: run.headURL)
        }
    }
}
