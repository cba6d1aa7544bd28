import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import Foundation
import PageServer
import Processes
import SafeFiles

/// The number of runs of a study that are executed concurrently.
enum WorkerCount: Equatable {
    /// The number with the highest total throughput.
    case auto
    /// A fixed number; a single one is executed in this process.
    case number(Int)

    /// Reads `--workers`.
    init(_ arguments: Arguments) throws(CommandError) {
        let option = "--workers"
        guard let text = arguments.value(option), text != "auto" else {
            self = arguments.has(option) ? .auto : .number(1)
            return
        }
        guard let number = Int(text), (1...1024).contains(number) else {
            throw .badValue(
                option: option, value: text, expected: "auto, or a whole number from 1 to 1024")
        }
        self = .number(number)
    }
}

/// Runs a study from the command line, and reports.
struct StudySession {
    private let study: Study
    private let interrupt: Interrupt
    private let live: LiveReport?
    private let server: PageServer?
    private let keepsServing: Bool
    private let dryRun: Bool
    private let rope: Double
    private let workers: WorkerCount
    private let configuration: StudyConfiguration
    private let retriesFailed: Bool
    private let processes: TeamStart?

    /// Prepares a study.
    ///
    /// - Parameters:
    ///   - port: Port of the live report; nil for none.
    ///   - keepsServing: Whether the report is served after the study has finished, until the command is
    ///     interrupted.
    ///   - dryRun: Whether to only preview the study, without writing anything.
    ///   - rope: Half width of the report's region of practical equivalence, in points.
    ///   - workers: Number of runs that are executed concurrently.
    ///   - processes: The processes that compute each training together; nil for a single process.
    ///   - retriesFailed: Whether only failed runs are executed, and retried.
    init(
        _ configuration: StudyConfiguration, output: URL, port: UInt16? = nil,
        keepsServing: Bool = false, dryRun: Bool, rope: Double = Report.defaultRope,
        workers: WorkerCount = .number(1), retriesFailed: Bool = false, processes: TeamStart? = nil
    ) throws {
        if processes?.isTogether == true, workers != .number(1) {
            throw CommandError.together(TeamStart.option.name, "--workers")
        }
        try processes?.requireShares(of: configuration)
        self.processes = processes
        interrupt =
            try processes?.follows == true
            ? Interrupt(whenSaved: { Saves.whenDone($0) }) : .untilSaved()
        study = try Study(configuration, folder: output)
        self.keepsServing = keepsServing
        let port = dryRun ? nil : port
        self.dryRun = dryRun
        self.rope = rope
        self.retriesFailed = retriesFailed
        self.workers = workers
        self.configuration = configuration
        live = port == nil ? nil : LiveReport(study.folder, study.plan, rope: rope)
        server = try port.flatMap { [live] port in
            try live.map { live in try PageServer(port: port) { live.page($0) } }
        }
    }

    func run(json: Bool) throws -> ExitCode {
        if processes?.follows == true { return try follow() }
        let printer = StudyPrinter()
        defer { printer.finish() }
        var control = StudyControl.command(interrupt, printer)
        control.listener = { [live] event in
            printer.show(event)
            live?.show(event)
        }
        control.alignment = AlignmentDetector.doubt(interrupt)
        if let server { Console.note("live report: \(server.address)") }
        do {
            if dryRun {
                let preview = try study.preview(control)
                printer.finish()
                if json {
                    try Console.standard.writeJSON(preview)
                } else {
                    Console.outputWrapped(preview.text)
                }
                preview.problems.forEach(Console.standard.error)
                return preview.problems.isEmpty ? .success : .failure
            }
            control.report = { outcome in
                printer.finish()
                // Runs that were refused before their first step have no results to report.
                if !outcome.failed.isEmpty, try study.folder.runs().isEmpty { return }
                try report(json: json)
            }
            let outcome = try make(control)
            printer.finish()
            if outcome.isReportedElsewhere {
                Console.note("the study is finished, and another process has written the report")
            }
            if !outcome.failed.isEmpty, try study.folder.runs().isEmpty { return .failure }
            end("Study finished.", keepsServing: keepsServing)
            return outcome.failed.isEmpty ? .success : .failure
        } catch FaceStudyError.interrupted {
            printer.finish()
            end("Study interrupted. Run the same command again to resume.")
            return interrupt.goodbye
        }
    }
}

extension StudySession {
    /// Executes the runs, in this process or in others.
    private func make(_ control: StudyControl) throws -> Study.Outcome {
        var control = control
        control.retriesFailed = retriesFailed
        guard let workers = try makeWorkers() else { return try makeTogether(control) }
        do {
            return try study.oversee(control) {
                try workers.areOver(stop: interrupt.isRequested)
            }
        } catch {
            workers.end()
            throw error
        }
    }

    /// The processes that execute the runs; nil for this process.
    private func makeWorkers() throws -> WorkerProcesses? {
        var count = 1
        switch workers {
        case .number(let number): count = number
        case .auto:
            let measurement = WorkerMeasurement(study) { interrupt.isRequested }
            if let choice = try measurement.choose() {
                Console.note(choice.sentence)
                count = choice.workers
            }
        }
        guard count > 1 else { return nil }
        return WorkerProcesses(
            count, configuration, study.folder,
            options: retriesFailed ? ["--retry", "failed"] : [])
    }

    /// Executes the runs, together with other processes if there are any.
    private func makeTogether(_ control: StudyControl) throws -> Study.Outcome {
        guard let meeting = try processes?.meet(study.traits, try study.device()) else {
            return try study.run(control)
        }
        var control = control
        control.team = meeting.team
        do {
            let outcome = try study.run(control)
            meeting.end(isBroken: false)
            return outcome
        } catch {
            if case FaceStudyError.processes = error {
                meeting.end(isBroken: true)
            } else {
                meeting.end(isBroken: false)
            }
            throw error
        }
    }

    /// Follows process 0, which is the only one to print and write.
    private func follow() throws -> ExitCode {
        // A preview involves only one process.
        guard !dryRun, let processes else { return .success }
        var control = StudyControl(
            endProcess: { message in
                Console.standard.error(message)
                ExitCode.endProcess(ExitCode.failure.rawValue)
            }, shouldStop: { interrupt.isRequested })
        do {
            control.team = try processes.meet(study.traits, try study.device())?.team
            try study.follow(control)
        } catch let error as ProcessError {
            // Process 0 reports everything except its own end.
            if case .cannotConnect = error { throw error }
            if case .gone(let members, _) = error,
                members.contains(where: { $0.hasPrefix("rank 0") })
            {
                throw error
            }
            return .failure
        } catch FaceStudyError.interrupted {
            return interrupt.exitCode ?? .interrupted
        }
        return interrupt.exitCode ?? .success
    }

    private func report(json: Bool) throws {
        try writeReport(
            Report(
                study: study.folder.url, pictures: TestPictures(study.folder).jpeg(of:in:),
                rope: rope), json: json)
    }

    /// Notifies open pages of the study's end, and keeps serving them if requested.
    private func end(_ text: String, keepsServing: Bool = false) {
        live?.finish(text, waits: !keepsServing)
        if let server, keepsServing {
            Console.note("still serving the report at \(server.address); press Ctrl-C to stop")
            while !interrupt.isRequested { usleep(100_000) }
        }
        server?.stop()
    }
}

extension Interrupt {
    /// Handles Ctrl-C and similar signals, announcing that the work is about to stop.
    static func untilSaved() throws -> Interrupt {
        try Interrupt(
            onFirst: {
                Console.note("stopping after this step; press Ctrl-C again to stop immediately")
            },
            whenSaved: { Saves.whenDone($0) })
    }

    /// Prints how to resume, and returns the exit code.
    var goodbye: ExitCode {
        Console.note("interrupted; run the same command again to resume")
        return exitCode ?? .interrupted
    }
}

extension StudyControl {
    /// The study control of commands.
    static func command(_ interrupt: Interrupt, _ printer: StudyPrinter) -> StudyControl {
        StudyControl(
            commit: BuildInformation.commit,
            endProcess: { message in
                Console.standard.error(message)
                ExitCode.endProcess(ExitCode.failure.rawValue)
            },
            shouldStop: { interrupt.isRequested }, listener: printer.show)
    }
}
