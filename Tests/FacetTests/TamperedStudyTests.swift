import FaceData
import FaceReport
import Foundation
import Testing
import SeededRandom

/// Whatever somebody did to a study's folder, `report` and the same command again end with an exit
/// code of their own and say which file it is. `FACET_TAMPER=all` tries every change there is, which
/// takes some hours; else some are drawn by a seed.
@Suite("A study's folder of which one file was changed", .serialized)
struct TamperedStudyTests {
    private static let triesAll = ProcessInfo.processInfo.environment["FACET_TAMPER"] == "all"

    /// Some of all changes, drawn by a seed.
    private func drawn(_ count: Int, of all: [Tampering], _ name: String) -> [Tampering] {
        guard !Self.triesAll else { return all }
        var stream = SeededRandom(seed: 15, name)
        return Array(stream.shuffled(all).prefix(count))
    }

    /// A folder whose copies are changed.
    private struct Sample {
        let folder: URL
        let study: URL
        let words: [String]

        init(in folder: URL, epochs: Int, losses: String) throws {
            let faces = try TinyFaces(in: folder)
            self.folder = folder
            study = folder.appendingPathComponent("study")
            words =
                ["compare"] + faces.options + TinyFaces.fast
                + ["--losses", losses, "--epochs", "\(epochs)", "--output", "study"]
        }

        /// Gives a body the folder with one change; afterwards it is as before.
        func with(_ change: Tampering, _ body: () throws -> Void) throws {
            let kept = folder.appendingPathComponent("kept")
            let files = FileManager.default
            if !files.fileExists(atPath: kept.path) { try files.copyItem(at: study, to: kept) }
            try files.removeItem(at: study)
            try files.copyItem(at: kept, to: study)
            try change.apply(in: study, aside: folder.appendingPathComponent("aside"))
            try body()
        }
    }

    /// What is wrong with how a command ended, if anything.
    private func fault(_ outcome: Tool.Outcome, _ change: Tampering) -> String? {
        guard [0, 1].contains(outcome.status) else { return "ended with \(outcome.status)" }
        // The file, or the run that it belongs to.
        let names = change.file.split(separator: "/").filter { $0 != "runs" }
        if outcome.status == 1, !names.contains(where: { outcome.errors.contains($0) }) {
            return "names no file: \(outcome.errors.suffix(400))"
        }
        return outcome.errors.utf8.count > 20_000 ? "says too much" : nil
    }

    @Test("The report is drawn, or says which file is wrong")
    func rendered() throws {
        try withFolder { folder in
            let sample = try Sample(in: folder, epochs: 2, losses: "softmax,arcface")
            #expect(try Tool(folder: folder).run(sample.words).status == 0)
            let all = try Tampering.all(of: sample.study)
            #expect(all.count > 1000)
            for change in drawn(60, of: all, "render") {
                try sample.with(change) {
                    do {
                        let html = try Report(study: sample.study).render().html
                        #expect(!html.contains(">nan<") && !html.contains(">inf<"), "\(change)")
                    } catch {
                        let names = change.file.split(separator: "/").filter { $0 != "runs" }
                        #expect(
                            names.contains { "\(error)".contains($0) }, "\(change): \(error)")
                    }
                }
            }
        }
    }

    @Test("The tool ends with an exit code of its own", arguments: ["report", "again"])
    func commands(command: String) throws {
        try withFolder { folder in
            let sample = try Sample(in: folder, epochs: 2, losses: "softmax,arcface")
            let tool = Tool(folder: folder)
            #expect(try tool.run(sample.words).status == 0)
            let words = command == "report" ? ["report", "study"] : sample.words
            for change in drawn(8, of: try Tampering.all(of: sample.study), command) {
                try sample.with(change) {
                    let fault = fault(try tool.run(words), change)
                    #expect(fault == nil, "\(change)")
                }
            }
        }
    }

    @Test("A run that resumes from changed files")
    func resumed() throws {
        try withFolder { folder in
            let sample = try Sample(in: folder, epochs: 6, losses: "softmax")
            let tool = Tool(folder: folder)
            let running = try tool.start(sample.words)
            func epochs() -> Int {
                let files = try? FileManager.default.subpathsOfDirectory(atPath: sample.study.path)
                let lines = files?.first { $0.hasSuffix("metrics.jsonl") }.flatMap {
                    try? String(
                        contentsOf: sample.study.appendingPathComponent($0), encoding: .utf8)
                }
                return lines?.split(separator: "\n").count ?? 0
            }
            while running.process.isRunning, epochs() < 2 { usleep(5000) }
            kill(running.process.processIdentifier, SIGTERM)
            running.process.waitUntilExit()
            for change in drawn(8, of: try Tampering.all(of: sample.study), "resume") {
                try sample.with(change) {
                    let fault = fault(try tool.run(sample.words), change)
                    #expect(fault == nil, "\(change)")
                }
            }
        }
    }

    @Test("The bundle of a failure is explained, or says which file is wrong")
    func explained() throws {
        try withFolder { folder in
            let sample = try Sample(in: folder, epochs: 30, losses: "softmax")
            let options = "{ training: { gradientClip: 0 } }"
            try Data(options.utf8).write(to: folder.appendingPathComponent("options.json5"))
            let tool = Tool(folder: folder)
            // Steps enough in an epoch that one of them fails, and not the test behind it.
            let words = sample.words.map { $0 == "16" ? "4" : $0 }
            let failed = try tool.run(
                words + ["--config", "options.json5", "--learning-rate", "1000"])
            #expect(failed.status == 1)
            let names = try FileManager.default.subpathsOfDirectory(atPath: sample.study.path)
            let bundle = try #require(names.first { $0.hasSuffix("/failure") })
            let changes = try Tampering.all(of: sample.study).filter { $0.file.hasPrefix(bundle) }
            for change in drawn(8, of: changes, "explain") {
                try sample.with(change) {
                    let fault = fault(try tool.run("explain", "study/\(bundle)"), change)
                    #expect(fault == nil, "\(change)")
                }
            }
        }
    }
}
