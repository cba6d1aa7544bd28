import FaceRuns
import Foundation
import Testing

/// A study that is in progress in a folder of its own.
private struct RunningStudy {
    let folder: URL
    let faces: TinyFaces
    let tool: Tool
    let words: [String]

    init(in folder: URL, epochs: Int = 60, _ more: String...) throws {
        self.folder = folder
        faces = try TinyFaces(in: folder)
        tool = Tool(folder: folder)
        words =
            ["compare"] + faces.options + TinyFaces.fast + [
                "--losses", "softmax", "--epochs", "\(epochs)", "--output", "study",
            ] + more
    }

    var study: StudyFolder { StudyFolder(folder.appendingPathComponent("study")) }

    var run: RunFolder? { try? study.runs().first }

    /// Starts the study and waits until an epoch is recorded.
    func startAndWait() throws -> Tool.Running {
        let running = try tool.start(words)
        while running.process.isRunning, !hasEpoch { usleep(10_000) }
        return running
    }

    var hasEpoch: Bool {
        run.map { FileManager.default.fileExists(atPath: $0.metricsURL.path) } ?? false
    }

    /// Starts the study again, and stops it once it has said something.
    func resume(until text: String) throws -> Tool.Outcome {
        let running = try tool.start(words)
        while running.process.isRunning, try !running.said().contains(text) {
            usleep(10_000)
        }
        running.process.terminate()
        running.process.waitUntilExit()
        return try running.outcome()
    }

    /// Waits for the end of what was started.
    func end(_ running: Tool.Running) throws -> Tool.Outcome {
        running.process.waitUntilExit()
        return try running.outcome()
    }
}

@Suite("A study survives", .serialized)
struct SurvivalTests {
    @Test(
        "SIGTERM and SIGHUP save, and say so by the exit code",
        arguments: [
            (SIGTERM, Int32(143)), (SIGHUP, Int32(129)),
        ])
    func signals(number: Int32, status: Int32) throws {
        try withFolder { folder in
            let study = try RunningStudy(in: folder)
            let running = try study.startAndWait()
            kill(running.process.processIdentifier, number)
            let outcome = try study.end(running)
            #expect(outcome.status == status, "\(outcome.errors)")
            #expect(outcome.errors.contains("run the same command again to resume"))
            let again = try study.resume(until: "resuming from step")
            #expect(again.errors.contains("resuming from step"), "\(again.errors)")
        }
    }

    @Test("An image that changes stops the study, which resumes when it is restored")
    func changedImage() throws {
        try withFolder { folder in
            let study = try RunningStudy(in: folder)
            let image = study.faces.train.appendingPathComponent("P3/P3_0004.jpg")
            let content = try Data(contentsOf: image)
            let running = try study.startAndWait()
            let other = study.faces.train.appendingPathComponent("P2/P2_0001.jpg")
            // Atomically: the run may read it at any moment, and would find an empty file as well.
            try Data(contentsOf: other).write(to: image, options: .atomic)
            let outcome = try study.end(running)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("P3_0004.jpg' has changed since"), "\(outcome.errors)")
            #expect(try study.run?.readResult() == nil)
            let refused = try study.tool.run(study.words)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("the content of tiny"), "\(refused.errors)")
            try content.write(to: image)
            let again = try study.resume(until: "resuming from step")
            #expect(again.errors.contains("resuming from step"), "\(again.errors)")
        }
    }

    @Test("A set that is removed stops the study, which resumes when it is restored")
    func removedSet() throws {
        try withFolder { folder in
            let study = try RunningStudy(in: folder)
            let running = try study.startAndWait()
            let away = folder.appendingPathComponent("away")
            try FileManager.default.moveItem(at: study.faces.train, to: away)
            let outcome = try study.end(running)
            #expect(outcome.status == 1)
            // Whichever comes first: reading an image, or the check of what was read.
            let reasons = [
                "that was readable before no longer is", "has changed since the study read it",
            ]
            #expect(reasons.contains(where: outcome.errors.contains), "\(outcome.errors)")
            #expect(!outcome.errors.contains("Fatal error"))
            try FileManager.default.moveItem(at: away, to: study.faces.train)
            let again = try study.resume(until: "resuming from step")
            #expect(again.errors.contains("resuming from step"), "\(again.errors)")
        }
    }

    @Test("A checkpoint that is cut short costs a message and some steps")
    func damagedCheckpoint() throws {
        try withFolder { folder in
            let study = try RunningStudy(in: folder, epochs: 5)
            #expect(try study.tool.run(study.words).status == 0)
            let whole = try Snapshot(of: study.study.url)
            try FileManager.default.removeItem(at: study.study.url)

            let running = try study.tool.start(study.words)
            let previous = "checkpoint/previous.safetensors"
            while running.process.isRunning,
                study.run.map({
                    FileManager.default.fileExists(atPath: $0.url.path + "/" + previous)
                })
                    != true
            { usleep(2000) }
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
            let run = try #require(study.run)
            let file = run.checkpointURL.appendingPathComponent("last.safetensors")
            // A new file: the state before may be another name of the same one at this moment.
            try Data(contentsOf: file).dropLast(1000).write(to: file, options: .atomic)
            let outcome = try study.tool.run(study.words)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("the newest checkpoint is damaged"))
            #expect(try Snapshot(of: study.study.url) == whole)
        }
    }

    /// Mounting needs root; elsewhere the test says that it skips.
    private static let canMount = geteuid() == 0 && TinyDisk.isPossible

    @Test(
        "A full disk is one sentence, and the study goes on when there is room",
        .enabled(if: canMount, "Mounting a small disk needs root."))
    func fullDisk() throws {
        try withFolder { folder in
            let disk = try TinyDisk(at: folder.appendingPathComponent("disk"), kilobytes: 1500)
            defer { disk.remove() }
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let words =
                ["compare"] + faces.options + TinyFaces.fast
                + ["--losses", "softmax", "--epochs", "3", "--output", "disk/study"]
            let outcome = try tool.run(words)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("the disk is full"), "\(outcome.errors)")
            #expect(!outcome.errors.contains("Fatal error"))
            let left = FileManager.default.enumerator(atPath: disk.url.path)?.compactMap {
                $0 as? String
            }
            #expect(left?.contains { $0.hasSuffix(".part") } == false)
            try disk.resize(kilobytes: 64_000)
            let again = try tool.run(words)
            #expect(again.status == 0, "\(again.errors)")
        }
    }

    @Test(
        "A disk that only can be read is one sentence",
        .enabled(if: canMount, "Mounting a small disk needs root."))
    func readOnlyDisk() throws {
        try withFolder { folder in
            let disk = try TinyDisk(at: folder.appendingPathComponent("disk"), kilobytes: 1500)
            defer { disk.remove() }
            try disk.makeReadOnly()
            let faces = try TinyFaces(in: folder)
            let outcome = try Tool(folder: folder).run(
                ["compare"] + faces.options + TinyFaces.fast
                    + ["--losses", "softmax", "--epochs", "3", "--output", "disk/study"])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("cannot write to"), "\(outcome.errors)")
            #expect(outcome.errors.contains("Read-only"), "\(outcome.errors)")
        }
    }

    @Test("A run is made again and compared, step by step")
    func reproduce() throws {
        try withFolder { folder in
            let study = try RunningStudy(in: folder, epochs: 2)
            #expect(try study.tool.run(study.words).status == 0)
            let run = try #require(study.run)
            let same = try study.tool.run("reproduce", run.url.path, "--output", "again")
            #expect(same.status == 0, "\(same.errors)")
            #expect(same.output == "identical, bit for bit: 8 steps and all results\n")

            let text = try String(contentsOf: run.stepsURL, encoding: .utf8)
            var lines = text.split(separator: "\n").map(String.init)
            lines[6] = lines[6].replacingOccurrences(of: ",2,", with: ",2,1")
            try (lines.joined(separator: "\n") + "\n").write(
                to: run.stepsURL, atomically: true, encoding: .utf8)
            let other = try study.tool.run("reproduce", run.url.path, "--output", "again")
            #expect(other.status == 1)
            #expect(
                other.output.contains("differs from step 6 of 8 on: learning rate"),
                "\(other.output)")
            try FileManager.default.removeItem(
                at: study.faces.train.appendingPathComponent("P1/P1_0001.jpg"))
            let data = try study.tool.run("reproduce", run.url.path, "--output", "third")
            #expect(data.status == 1)
            #expect(data.errors.contains("the content hash is different"), "\(data.errors)")
        }
    }

    @Test("A loss that is not finite leaves a bundle that explains it and can be replayed")
    func notFinite() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("wild.json5")
            try """
            { training: { gradientClip: 0,
              schedule: { peak: 1e12, warmup: 0, shape: 'constant' } } }
            """.write(to: file, atomically: true, encoding: .utf8)
            let study = try RunningStudy(in: folder, epochs: 3, "--config", file.path)
            let outcome = try study.tool.run(study.words)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("became NaN or infinite"), "\(outcome.errors)")
            let bundle = try #require(study.run).url.appendingPathComponent("failure")
            #expect(outcome.errors.contains("facet explain '\(bundle.path)'"))
            let explained = try study.tool.run("explain", bundle.path, "--replay")
            #expect(explained.status == 0, "\(explained.errors)")
            #expect(explained.output.contains("Diagnosis:"))
            #expect(explained.output.contains("learning rate (it was 1e+12)"))
            #expect(explained.output.contains("fails as before"), "\(explained.output)")
            let nothing = try study.tool.run("explain", folder.path)
            #expect(nothing.status == 1)
            #expect(nothing.errors.contains("is not the failure folder of a run"))
        }
    }

    @Test("A batch that memory cannot hold is refused with one that would fit")
    func tooLittleMemory() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder, identities: 8, imagesEach: 40)
            // Half a gigabyte beyond what the tool has when it starts to measure.
            let words =
                ["compare"] + faces.options + [
                    "--backbones", "resnet50:width=0.25,embedding=16", "--input-size", "112",
                    "--batch-size", "256", "--threads", "1", "--precision", "float32",
                    "--losses", "softmax", "--epochs", "1", "--output", "study",
                ]
            let outcome = try Tool(folder: folder).run(words, limitingMemoryTo: 1_200_000)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("a batch of 256 needs about"), "\(outcome.errors)")
            #expect(outcome.errors.contains("would fit"), "\(outcome.errors)")
        }
    }
}

extension Tool {
    /// Runs the tool to its end with a limit on its data, in kilobytes, as `ulimit -d` sets it.
    fileprivate func run(_ words: [String], limitingMemoryTo kilobytes: Int) throws -> Outcome {
        try shell("ulimit -d \(kilobytes); exec \"$0\" \"$@\"", words)
    }
}
