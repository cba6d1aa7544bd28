import FaceRuns
import Foundation
import Testing

/// A study of one small run whose trainings several processes compute together.
private struct DividedStudy {
    let folder: URL
    let tool: Tool
    let words: [String]

    init(
        in folder: URL, epochs: Int = 3, losses: String = "softmax", network: String? = nil
    ) throws {
        self.folder = folder
        tool = Tool(folder: folder)
        var options = TinyFaces.fast
        if let network { options[1] = network }
        words =
            ["compare"] + (try TinyFaces(in: folder)).options + options + [
                "--losses", losses, "--epochs", "\(epochs)", "--micro-batches", "4", "--output",
                "study",
            ]
    }

    var study: StudyFolder { StudyFolder(folder.appendingPathComponent("study")) }

    /// What the study comes to with one process, whose folder is removed.
    func alone() throws -> Snapshot {
        let outcome = try tool.run(words)
        #expect(outcome.status == 0, "\(outcome.errors)")
        defer { try? FileManager.default.removeItem(at: study.url) }
        return try Snapshot(of: study.url)
    }

    /// Processes that a running tool has started.
    static func children(of parent: Int32) throws -> [Int32] {
        let text = try String(
            contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// Runs it in two processes, sends the second one a signal after a checkpoint, and expects the first to end and name
    /// it.
    ///
    /// - Returns: The second process, and what the first one says.
    func without(
        rank1 signal: Int32, environment: [String: String] = [:]
    ) throws -> (victim: Int32, errors: String) {
        let running = try tool.start(words + ["--processes", "2"], environment: environment)
        try waitForCheckpoint(running)
        let children = try Self.children(of: running.process.processIdentifier)
        let victim = try #require(children.first)
        kill(victim, signal)
        running.process.waitUntilExit()
        let outcome = try running.outcome()
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("rank 1 (process \(victim) on host '"), "\(outcome.errors)")
        return (victim, outcome.errors)
    }

    /// Waits until the run has a checkpoint and no process has ended.
    func waitForCheckpoint(_ running: Tool.Running) throws {
        while running.process.isRunning {
            let runs = (try? study.runs()) ?? []
            let metrics = runs.first.map {
                FileManager.default.fileExists(atPath: $0.metricsURL.path)
            }
            if metrics == true { return }
            usleep(2000)
        }
    }
}

@Suite("Processes that compute together", .serialized)
struct TeamTests {
    @Test("come to the bytes of one, for losses with class weights and of pairs")
    func sameBytes() throws {
        try withFolder { folder in
            let study = try DividedStudy(
                in: folder, epochs: 2, losses: "softmax,arcface,triplet")
            let expected = try study.alone()
            // Two of them are compared with one below, and in `FaceTrainingTests`.
            let outcome = try study.tool.run(study.words + ["--processes", "3"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try Snapshot(of: study.study.url) == expected)
        }
    }

    @Test("add up gradients in buckets: to the same bytes, or fast, which the run's folder says")
    func buckets() throws {
        try withFolder { folder in
            // 17 MB of weights, of which 4 MB are exchanged at a time.
            let study = try DividedStudy(in: folder, epochs: 2, network: "mobilenetv1:embedding=16")
            let expected = try study.alone()
            let exact = try study.tool.run(study.words + ["--processes", "2"])
            #expect(exact.status == 0, "\(exact.errors)")
            #expect(try Snapshot(of: study.study.url) == expected)
            let loss = try #require(try study.study.runs().first?.readEpochs().last?.loss)
            #expect(try study.study.runs().first?.readEnvironment()?.processes == nil)
            try FileManager.default.removeItem(at: study.study.url)

            let words = study.words + ["--reduction", "fast"]
            let fast = try study.tool.run(words + ["--processes", "3"])
            #expect(fast.status == 0, "\(fast.errors)")
            let run = try #require(try study.study.runs().first)
            #expect(try run.readEnvironment()?.processes == 3)
            let other = try #require(try run.readEpochs().last?.loss)
            #expect(abs(other - loss) < 0.01 * loss)
            let again = try study.tool.run(study.words)
            #expect(again.errors.contains("reduction"), "\(again.errors)")
            let undivided = try study.tool.run(words + ["--micro-batches", "1"])
            #expect(undivided.status == 2, "\(undivided.errors)")
        }
    }

    @Test("name one that is killed, and another number of them resumes to the same bytes")
    func killed() throws {
        try withFolder { folder in
            let study = try DividedStudy(in: folder, epochs: 30)
            let expected = try study.alone()
            let (_, errors) = try study.without(rank1: SIGKILL)
            #expect(errors.contains("is gone, after step"), "\(errors)")
            let again = try study.tool.run(study.words + ["--processes", "3"])
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.errors.contains("resuming from step"), "\(again.errors)")
            #expect(try Snapshot(of: study.study.url) == expected)
        }
    }

    @Test("end one that was stopped and no longer answers")
    func stopped() throws {
        try withFolder { folder in
            let study = try DividedStudy(in: folder, epochs: 60)
            let (victim, _) = try study.without(
                rank1: SIGSTOP, environment: ["FACET_PROCESS_TIMEOUT": "5"])
            #expect(kill(victim, 0) != 0)
        }
    }

    @Test("save and end at a signal, all of them")
    func signal() throws {
        try withFolder { folder in
            let study = try DividedStudy(in: folder, epochs: 60)
            let running = try study.tool.start(study.words + ["--processes", "2"])
            try study.waitForCheckpoint(running)
            let children = try DividedStudy.children(of: running.process.processIdentifier)
            kill(running.process.processIdentifier, SIGTERM)
            running.process.waitUntilExit()
            let outcome = try running.outcome()
            #expect(outcome.status == 143, "\(outcome.errors)")
            #expect(outcome.errors.contains("run the same command again to resume"))
            for child in children { #expect(kill(child, 0) != 0) }
        }
    }

    @Test("are refused where micro-batches are fewer, or the start contradicts the option")
    func refused() throws {
        try withFolder { folder in
            let study = try DividedStudy(in: folder)
            let few = try study.tool.run(study.words + ["--processes", "5"])
            #expect(few.status == 2, "\(few.errors)")
            #expect(
                few.errors.contains("microBatches: it must be at least the number of processes"))
            let place = [
                "RANK": "0", "WORLD_SIZE": "3", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1",
            ]
            let other = try study.tool.run(
                study.words + ["--processes", "2"], environment: place)
            #expect(other.status == 2 && other.errors.contains("--processes"), "\(other.errors)")
            let senseless = try study.tool.run(
                study.words, environment: place.merging(["RANK": "3"]) { $1 })
            #expect(senseless.errors.contains("RANK is '3' in the environment"))
            let both = try study.tool.run(study.words + ["--processes", "2", "--workers", "2"])
            #expect(both.status == 2, "\(both.errors)")
        }
    }
}
