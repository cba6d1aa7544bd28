import CommandKit
import FaceRuns
import FaceStudy
import Foundation
import SafeFiles
import Spelling
import Torch

/// Child processes of the same program that execute a study's runs concurrently.
///
/// Their output goes to files, which this process reads: with a pipe, they would end together with this
/// process.
final class WorkerProcesses {
    private final class Worker {
        let number: Int
        let process: Process
        let log: URL
        var shown = 0
        var isReported = false

        init(number: Int, process: Process, log: URL) {
            self.number = number
            self.process = process
            self.log = log
        }
    }

    private let count: Int
    private let study: StudyFolder
    private let configuration: StudyConfiguration
    private let options: [String]
    private var workers: [Worker] = []
    private var isStopping = false

    /// Prepares to start processes.
    ///
    /// - Parameter options: Options that each of them gets besides the study.
    init(
        _ count: Int, _ configuration: StudyConfiguration, _ study: StudyFolder, options: [String]
    ) {
        self.count = count
        self.configuration = configuration
        self.study = study
        self.options = options
    }

    /// Starts the processes at the first call, and forwards their output and how they end. Returns whether
    /// all have ended.
    ///
    /// - Parameter stop: Whether they should save their state and end.
    func areOver(stop: Bool) throws -> Bool {
        if workers.isEmpty { try start() }
        if stop, !isStopping {
            isStopping = true
            for worker in workers where worker.process.isRunning { worker.process.terminate() }
        }
        let over = workers.filter { !$0.process.isRunning }
        workers.forEach(showLog)
        for worker in over where !worker.isReported { reportEnd(of: worker) }
        return over.count == workers.count
    }

    /// Ends all running processes, e.g. if this process cannot continue.
    func end() {
        // Time for a step and for what they save.
        workers.map(\.process).end(within: .seconds(300))
    }

    private func start() throws {
        guard let program = Bundle.main.executableURL else {
            throw FaceStudyError.cannotWrite(
                path: study.url.path, reason: "the path of the program is unknown")
        }
        let file = study.workersURL.appendingPathComponent("\(getpid()).json")
        try configuration.write(to: file)
        let threads = configuration.threads > 0 ? configuration.threads : AvailableThreads.count
        for (number, share) in zip(1..., ThreadShares(threads, among: count).all) {
            let log = study.workersURL.appendingPathComponent("\(getpid())-\(number).log")
            try AtomicFile.write("", to: log)
            let output = try FileHandle(forWritingTo: log)
            let process = Process()
            process.executableURL = program
            process.arguments =
                [
                    "compare", "--config", file.path, "--output", study.url.path, "--threads",
                    "\(share)",
                ] + options
            // Each uses another GPU, as far as there are any.
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["LOCAL_RANK": "\(number - 1)"]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = output
            try process.run()
            workers.append(Worker(number: number, process: process, log: log))
        }
    }

    /// Forwards the complete lines that a worker has written since the last call.
    private func showLog(of worker: Worker) {
        guard let data = (try? PlainFile.read(worker.log)) ?? nil, data.count > worker.shown else {
            return
        }
        let new = data.dropFirst(worker.shown)
        let isOver = !worker.process.isRunning
        guard let end = isOver ? new.endIndex : new.lastIndex(of: UInt8(ascii: "\n")) else {
            return
        }
        worker.shown = end - data.startIndex
        for line in String(decoding: new[..<end], as: UTF8.self).split(separator: "\n") {
            Console.note("worker \(worker.number): \(line)")
        }
    }

    /// Reports a worker that was ended by a signal, and the run it was working on.
    private func reportEnd(of worker: Worker) {
        worker.isReported = true
        guard worker.process.terminationReason == .uncaughtSignal else { return }
        let process = worker.process.processIdentifier
        let runs = (try? study.runs()) ?? []
        let run = runs.first { Lease.holder(of: $0.leaseURL)?.process == process }
        Console.standard.warning(
            "worker \(worker.number) (process \(process)) was ended by signal "
                + "\(worker.process.terminationStatus)"
                + (run.map { " while it worked on \(quoted: $0.url.lastPathComponent)" } ?? "")
                + "; the others continue its work")
    }
}

/// The distribution of threads over processes.
struct ThreadShares {
    /// The threads of each process; at least 1.
    let all: [Int]

    init(_ threads: Int, among processes: Int) {
        all = (0..<processes).map {
            max(1, threads / processes + ($0 < threads % processes ? 1 : 0))
        }
    }
}
