import Foundation
import Testing

@testable import FaceStudy

@Suite("A job of Slurm")
struct SlurmJobTests {
    private func job(time: String = "4:00:00", in folder: String = "/studies/a b") throws
        -> SlurmJob
    {
        var resources = SlurmJob.Resources(time: time)
        resources.gpus = 1
        resources.cpus = 8
        resources.memory = "32G"
        resources.options = ["--partition=gpu", "--comment=it's mine"]
        return try SlurmJob(
            study: URL(fileURLWithPath: folder), tasks: 8, resources: resources,
            command: ["facet", "compare", "--config", "the study.json5"], workingDirectory: "/home")
    }

    // Of sbatch's manual: "minutes", "minutes:seconds", "hours:minutes:seconds", "days-hours",
    // "days-hours:minutes" and "days-hours:minutes:seconds".
    @Test(
        "reads times as sbatch does",
        arguments: [
            ("90", 5400), ("90:30", 5430), ("4:00:00", 14400), ("1-12", 129_600),
            ("1-12:30", 131_400), ("2-00:00:01", 172_801),
        ])
    func times(text: String, seconds: Int) {
        #expect(SlurmJob.seconds(text) == seconds)
    }

    @Test("refuses other times", arguments: ["", "4h", "1:2:3:4", "-1", "1-", "1-2-3", "１0", "5"])
    func badTimes(text: String) {
        #expect(throws: FaceStudyError.self) { try job(time: text) }
    }

    @Test("asks for what its tasks need, and for a signal to the script before the limit")
    func options() throws {
        let lines = try job().script.split(separator: "\n").map(String.init)
        let options = lines.filter { $0.hasPrefix("#SBATCH ") }.map { $0.dropFirst(8) }
        #expect(
            options == [
                "--job-name=facet-ab", "--array=1-8", "--time=4:00:00", "--gpus=1",
                "--cpus-per-task=8", "--mem=32G", "'--output=/studies/a b/slurm/%A_%a.log'",
                "--open-mode=append", "--requeue", "--signal=B:USR1@180", "--partition=gpu",
                "'--comment=it'\\''s mine'",
            ])
        #expect(lines.contains("facet compare --config 'the study.json5' --threads 8 &"))
    }

    /// What a script does to its worker, here a shell that says what it gets.
    private func run(_ signal: String?, worker: String) throws -> (status: Int32, said: [String]) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-slurm-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let said = folder.appendingPathComponent("said")
        let scontrol = folder.appendingPathComponent("scontrol")
        try "#!/bin/sh\necho \"scontrol $*\" >> '\(said.path)'\n".write(
            to: scontrol, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: scontrol.path)
        var job = try job(in: folder.path)
        job.resources.cpus = nil
        job.workingDirectory = folder.path
        job.command = ["/bin/bash", "-c", worker, "worker", said.path]
        let script = folder.appendingPathComponent("job.sh")
        try job.script.write(to: script, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [script.path]
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = ["PATH": "\(folder.path):\(path)", "SLURM_JOB_ID": "17"]
        process.standardOutput = FileHandle.nullDevice
        // A thread of the tests' pool blocks all signals, and what it starts inherits that; Slurm does not.
        var none = sigset_t()
        var former = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        try process.run()
        if let signal {
            while (try? String(contentsOf: said, encoding: .utf8).contains("ready")) != true {
                try #require(process.isRunning)
                usleep(1000)
            }
            let kill = Process()
            kill.executableURL = URL(fileURLWithPath: "/bin/kill")
            kill.arguments = ["-s", signal, "\(process.processIdentifier)"]
            try kill.run()
            kill.waitUntilExit()
        }
        process.waitUntilExit()
        let text = (try? String(contentsOf: said, encoding: .utf8)) ?? ""
        return (process.terminationStatus, text.split(separator: "\n").map(String.init))
    }

    /// Waits for SIGTERM, and ends as facet does.
    private static let patient =
        "trap 'echo saved >> \"$1\"; exit 143' TERM; echo ready >> \"$1\"; while :; do sleep 0.01; done"

    @Test("before its limit ends the worker, and comes back")
    func limit() throws {
        let (status, said) = try run("USR1", worker: Self.patient)
        #expect(status == 143 && said == ["ready", "saved", "scontrol requeue 17"])
        // Also when the script does not know the worker yet.
        let (early, after) = try run(
            nil,
            worker: "trap 'exit 143' TERM; kill -USR1 $PPID; while :; do sleep 0.01; done")
        #expect(early == 143 && after == ["scontrol requeue 17"])
    }

    @Test("that is cancelled ends the worker, and does not come back by itself")
    func cancelled() throws {
        let (status, said) = try run("TERM", worker: Self.patient)
        #expect(status == 143 && said == ["ready", "saved"])
    }

    @Test("ends with the worker's code when the study is over")
    func over() throws {
        #expect(try run(nil, worker: "exit 0").status == 0)
        #expect(try run(nil, worker: "exit 1").status == 1)
        // Over at the moment of the signal: nothing is left to come back for.
        let (status, said) = try run(
            "USR1", worker: "trap 'exit 0' TERM; echo ready >> \"$1\"; while :; do sleep 0.01; done"
        )
        #expect(status == 0 && said == ["ready"])
    }
}
