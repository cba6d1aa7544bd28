import FaceRuns
import Foundation
import SafeFiles
import Testing

/// A study of several runs, on which several processes work.
private struct SharedStudy {
    let folder: URL
    let tool: Tool
    let words: [String]

    init(in folder: URL, epochs: Int, seeds: Int) throws {
        self.folder = folder
        tool = Tool(folder: folder)
        words =
            ["compare"] + (try TinyFaces(in: folder)).options + TinyFaces.fast + [
                "--losses", "softmax", "--epochs", "\(epochs)", "--seeds", "\(seeds)", "--output",
                "study",
            ]
    }

    var study: StudyFolder { StudyFolder(folder.appendingPathComponent("study")) }

    func runs() throws -> [StudyStatus.Run] { try StudyStatus(study).runs }

    /// Waits until something is so, or a process has ended.
    func wait(while running: Tool.Running, until isSo: () throws -> Bool) throws {
        while running.process.isRunning, try !isSo() { usleep(5000) }
    }
}

@Suite("Several processes", .serialized)
struct WorkersTests {
    @Test("are as many as measured, which is said")
    func measured() throws {
        try withFolder { folder in
            let study = try SharedStudy(in: folder, epochs: 2, seeds: 2)
            let whole = try study.tool.run(study.words)
            #expect(whole.status == 0, "\(whole.errors)")
            let expected = try Snapshot(of: study.study.url)
            try FileManager.default.removeItem(at: study.study.url)
            let words = try #require(study.words.firstIndex(of: "--threads"))
            var more = study.words
            more[words + 1] = "2"
            let auto = try study.tool.run(more + ["--workers", "auto"])
            #expect(auto.status == 0, "\(auto.errors)")
            let said = try #require(
                auto.errors.split(separator: "\n").first {
                    $0.contains("at a time, after first steps of")
                })
            #expect(said.contains("1 run: ") && said.contains("2 runs: "), "\(said)")
            #expect(try Snapshot(of: study.study.url).names == expected.names)
            // Nothing is left to measure for.
            let again = try study.tool.run(more + ["--workers", "auto"])
            #expect(again.status == 0 && !again.errors.contains("first steps"), "\(again.errors)")
        }
    }

    @Test("are a number or auto, and not together with processes of one training")
    func asked() throws {
        try withFolder { folder in
            let study = try SharedStudy(in: folder, epochs: 1, seeds: 1)
            let many = try study.tool.run(study.words + ["--workers", "many"])
            #expect(many.status == 2 && many.errors.contains("auto, or a whole number"))
            let both = try study.tool.run(
                study.words + ["--workers", "auto", "--processes", "2", "--micro-batches", "2"])
            #expect(both.status == 2 && both.errors.contains("--processes"), "\(both.errors)")
        }
    }

    @Test("that are given the same command finish one study, also when the first is killed")
    func joined() throws {
        try withFolder { folder in
            let study = try SharedStudy(in: folder, epochs: 12, seeds: 4)
            let whole = try study.tool.run(study.words)
            #expect(whole.status == 0, "\(whole.errors)")
            let expected = try Snapshot(of: study.study.url)
            try FileManager.default.removeItem(at: study.study.url)

            let first = try study.tool.start(study.words)
            try study.wait(while: first) { try study.runs().contains { $0.epochs > 0 } }
            let second = try study.tool.start(study.words)
            try study.wait(while: second) {
                try study.runs().contains {
                    $0.holder?.process == second.process.processIdentifier && $0.epochs > 0
                }
            }
            let status = try study.tool.run("study", "status", "study")
            #expect(status.output.contains("process \(first.process.processIdentifier) on host"))
            #expect(status.output.contains("process \(second.process.processIdentifier) on host"))
            kill(first.process.processIdentifier, SIGKILL)
            first.process.waitUntilExit()
            second.process.waitUntilExit()
            let outcome = try second.outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            let host = "process \(first.process.processIdentifier) on host"
            #expect(outcome.errors.contains("joining the study, on which \(host)"))
            #expect(outcome.output.contains("report: "))
            #expect(try Snapshot(of: study.study.url) == expected)
        }
    }

    @Test("that a command starts make its runs; one that is killed is named")
    func started() throws {
        try withFolder { folder in
            let study = try SharedStudy(in: folder, epochs: 12, seeds: 4)
            let parent = try study.tool.start(study.words + ["--workers", "2"])
            var victim: StudyStatus.Run?
            try study.wait(while: parent) {
                victim = try study.runs().first { $0.holder != nil && $0.epochs > 0 }
                return victim != nil
            }
            let run = try #require(victim)
            let process = try #require(run.holder?.process)
            #expect(process != parent.process.processIdentifier)
            kill(process, SIGKILL)
            parent.process.waitUntilExit()
            let outcome = try parent.outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.errors.contains("(process \(process)) was ended by signal 9"),
                "\(outcome.errors)")
            #expect(outcome.output.contains("report: "))
            #expect(try study.runs().map(\.state) == [.finished, .finished, .finished, .finished])
            #expect(!FileManager.default.fileExists(atPath: study.study.workersURL.path))
        }
    }

    @Test("are refused beside another study, with the difference and the process")
    func otherStudy() throws {
        try withFolder { folder in
            let study = try SharedStudy(in: folder, epochs: 60, seeds: 1)
            let first = try study.tool.start(study.words)
            try study.wait(while: first) { try study.runs().contains { $0.epochs > 0 } }
            let other = try study.tool.run(study.words + ["--learning-rate", "0.02"])
            first.process.terminate()
            first.process.waitUntilExit()
            #expect(other.status == 1)
            #expect(
                other.errors.contains("process \(first.process.processIdentifier) on host"),
                "\(other.errors)")
            #expect(other.errors.contains("peak is 0.1 there, 0.02 here"), "\(other.errors)")
        }
    }

    @Test("of a cluster get a script, and what is wrong is said before it is submitted")
    func submit() throws {
        try withFolder { folder in
            let study = try SharedStudy(in: folder, epochs: 1, seeds: 1)
            let file = folder.appendingPathComponent("study.json5")
            let sets =
                "{train: [{name: 'tiny', images: '\(folder.path)/train set'}], "
                + "test: [{name: 'probe', images: '\(folder.path)/test', "
                + "pairs: '\(folder.path)/pairs.txt'}], losses: ['softmax']}"
            try sets.write(to: file, atomically: true, encoding: .utf8)
            let words = ["submit", "study.json5", "--slurm", "--array", "8", "--gpus", "1"]
            let script = try study.tool.run(words + ["--time", "4:00:00", "--dry-run"])
            #expect(script.status == 0, "\(script.errors)")
            #expect(script.output.contains("#SBATCH --array=1-8\n#SBATCH --time=4:00:00\n"))
            #expect(
                script.output.contains(
                    "compare --config \(file.path) --output \(folder.path)/study &"))
            #expect(!FileManager.default.fileExists(atPath: study.study.url.path))
            let time = try study.tool.run(words + ["--time", "4 hours", "--dry-run"])
            #expect(time.status == 2 && time.errors.contains("'4 hours'"), "\(time.errors)")
        }
    }
}
