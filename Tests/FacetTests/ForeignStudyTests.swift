import FaceRuns
import Foundation
import Testing

@Suite("A study folder that came from somebody else", .serialized)
struct ForeignStudyTests {
    private func compare(_ folder: URL) throws -> (tool: Tool, words: [String]) {
        let faces = try TinyFaces(in: folder)
        return (
            Tool(folder: folder),
            ["compare"] + faces.options + TinyFaces.fast + [
                "--losses", "softmax", "--epochs", "1", "--output", "study",
            ]
        )
    }

    @Test("Links in it lead nothing out of it")
    func links() throws {
        try withFolder { folder throws in
            let (tool, words) = try compare(folder)
            #expect(try tool.run(words).status == 0)
            let study = folder.appendingPathComponent("study")
            let run = try #require(try StudyFolder(study).runs().first)
            let victim = folder.appendingPathComponent("victim")
            let others = [
                ".lock", "report/index.html", "runs/other", "report/figures",
            ].map(study.appendingPathComponent)
            let own = ["steps.csv", "metrics.jsonl", "tensorboard/x", "checkpoint", "failure"]
                .map(run.url.appendingPathComponent)
            for url in others + own {
                try Data("precious".utf8).write(to: victim)
                let aside = url.appendingPathExtension("aside")
                let isThere = FileManager.default.fileExists(atPath: url.path)
                if isThere { try FileManager.default.moveItem(at: url, to: aside) }
                try FileManager.default.createSymbolicLink(at: url, withDestinationURL: victim)
                let outcome = try tool.run(words)
                #expect(outcome.status == 1, "\(url.path)")
                #expect(
                    outcome.errors.contains("\(url.lastPathComponent)' is a symbolic link"),
                    "\(outcome.errors)")
                #expect(try Data(contentsOf: victim) == Data("precious".utf8), "\(url.path)")
                try FileManager.default.removeItem(at: url)
                if isThere { try FileManager.default.moveItem(at: aside, to: url) }
            }
            // The study's own folder is what the user named, and may be a link.
            let named = folder.appendingPathComponent("named")
            try FileManager.default.createSymbolicLink(at: named, withDestinationURL: study)
            #expect(try tool.run("report", "named").status == 0)
        }
    }

    @Test("A finished run whose model is gone or cut short says so, and how to make it again")
    func lostModel() throws {
        try withFolder { folder throws in
            let (tool, words) = try compare(folder)
            #expect(try tool.run(words).status == 0)
            let study = StudyFolder(folder.appendingPathComponent("study"))
            let run = try #require(try study.runs().first)
            let model = try Data(contentsOf: run.modelURL)
            try model.prefix(model.count / 2).write(to: run.modelURL)
            let cut = try tool.run(words)
            #expect(cut.status == 0)
            #expect(cut.errors.contains("its model.safetensors cannot be read"), "\(cut.errors)")
            try FileManager.default.removeItem(at: run.modelURL)
            let gone = try tool.run(words)
            #expect(gone.status == 0)
            #expect(gone.errors.contains("its model.safetensors is missing"), "\(gone.errors)")
            try FileManager.default.removeItem(at: run.url)
            #expect(try tool.run(words).status == 0)
            #expect(try Data(contentsOf: run.modelURL) == model)
        }
    }

    @Test("Names of a foreign run cannot act on the terminal")
    func names() throws {
        try withFolder { folder throws in
            let (tool, words) = try compare(folder)
            #expect(try tool.run(words).status == 0)
            let run = try #require(
                try StudyFolder(folder.appendingPathComponent("study")).runs().first)
            var description = try run.readDescription()
            description.identity.trainSet = "a\u{1B}[2J\u{202E}b"
            description.lossTitle = "\u{9B}31mx"
            try run.write(description)
            let outcome = try tool.run("report", "study")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("a\\u001b[2J\\u202eb"), "\(outcome.output)")
            let unseen = outcome.output.unicodeScalars.filter {
                $0.properties.generalCategory == .control && $0 != "\n"
            }
            #expect(unseen.isEmpty)
        }
    }

    @Test("Seeds of 64 bits stay what they are")
    func seeds() throws {
        try withFolder { folder throws in
            let (tool, words) = try compare(folder)
            let file = folder.appendingPathComponent("study.json5")
            try Data("{ seeds: [9007199254740993, 0xFFFFFFFFFFFFFFFF] }".utf8).write(to: file)
            let outcome = try tool.run(words + ["--config", "study.json5", "--dry-run"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            for seed in ["9007199254740993", "18446744073709551615"] {
                #expect(outcome.output.contains(seed), "\(outcome.output)")
            }
        }
    }

    @Test("An unknown key of a megabyte is answered")
    func longKey() throws {
        try withFolder { folder throws in
            let (tool, words) = try compare(folder)
            let key = String(repeating: "k", count: 1 << 20)
            let file = folder.appendingPathComponent("study.json5")
            try Data("{ \(key): 1 }".utf8).write(to: file)
            let outcome = try tool.run(words + ["--config", "study.json5"])
            #expect(outcome.status == 2)
            #expect(outcome.errors.count < 20_000)
            let option = try tool.run("compare", "--" + String(key.prefix(100_000)))
            #expect(option.status == 2)
        }
    }
}

@Suite("Signals of a scheduler", .serialized)
struct SchedulerTests {
    @Test("SIGTERM, SIGCONT and SIGTERM at once save, and the same command resumes")
    func slurm() throws {
        try withFolder { folder throws in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words =
                ["compare"] + faces.options + TinyFaces.fast + [
                    "--losses", "softmax", "--epochs", "100", "--output", "study",
                ]
            let running = try tool.start(words)
            let study = StudyFolder(folder.appendingPathComponent("study"))
            func hasEpoch() -> Bool {
                (try? study.runs().first).map {
                    FileManager.default.fileExists(atPath: $0.metricsURL.path)
                } ?? false
            }
            while running.process.isRunning, !hasEpoch() { usleep(10_000) }
            let process = running.process.processIdentifier
            for number in [SIGTERM, SIGCONT, SIGTERM] {
                kill(process, number)
                usleep(5000)
            }
            running.process.waitUntilExit()
            let outcome = try running.outcome()
            #expect(running.process.terminationReason == .exit)
            #expect(outcome.status == 143, "\(outcome.errors)")
            let run = try #require(try study.runs().first)
            let saved = run.checkpointURL.appendingPathComponent("last.safetensors")
            #expect(FileManager.default.fileExists(atPath: saved.path))
            #expect(try !run.readSteps().isEmpty)
        }
    }

    @Test("SIGTERM ends with 143 from the first moment on")
    func early() throws {
        try withFolder { folder throws in
            let tool = Tool(folder: folder)
            // At whatever place of its start the signal finds the tool, the shell hears of 143.
            for delay in ["0", "0.02", "0.1", "0.2"] {
                let line =
                    "\"$0\" data synthesize clean out --scale 50 & p=$!; sleep \(delay); "
                    + "kill -TERM $p; wait $p; echo $?"
                let outcome = try tool.shell(line, [])
                #expect(outcome.output.contains("143"), "\(outcome.output) \(outcome.errors)")
            }
        }
    }
}
