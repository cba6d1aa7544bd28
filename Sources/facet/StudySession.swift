import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import Foundation
import PageServer
import Processes
import SafeFiles

/// How many runs of a study are made at a time.
enum WorkerCount: Equatable {
    /// As many as take the most images per second together.
    case auto
    /// So many; with one they are made in this process.
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

/// Runs a study for a person at a terminal, and reports.
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
    ///   - port: Where a browser can watch it; nil for nowhere.
    ///   - keepsServing: Whether the report stays there after the study, until the command is
    ///     interrupted.
    ///   - dryRun: Whether the study is only looked at; nothing is written then.
    ///   - rope: What its report counts as practically equal, in points.
    ///   - workers: How many runs are made at a time.
    ///   - processes: The processes that compute each training together; nil for this one alone.
    ///   - retriesFailed: Whether runs that have failed are tried again, and no others are made.
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
                    Console.output(preview.text)
                }
                preview.problems.forEach(Console.standard.error)
                return preview.problems.isEmpty ? .success : .failure
            }
            control.report = { outcome in
                printer.finish()
                // Runs that were refused before their first step have left nothing to report.
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
    /// Makes the runs, or has them made.
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

    /// The processes that make the runs; nil if it is this one.
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

    /// Makes the runs, with other processes where there are any.
    private func makeTogether(_ control: StudyControl) throws -> Study.Outcome {
        guard let meeting = try processes?.meet(study.traits) else {
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

    /// Takes part in what process 0 does, which alone prints and writes.
    private func follow() throws -> ExitCode {
        // Nothing is looked at together.
        guard !dryRun, let processes else { return .success }
        var control = StudyControl(
            endProcess: { message in
                Console.standard.error(message)
                exit(ExitCode.failure.rawValue)
            }, shouldStop: { interrupt.isRequested })
        do {
            control.team = try processes.meet(study.traits)?.team
            try study.follow(control)
        } catch let error as ProcessError {
            // Process 0 reports everything but its own end.
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

    /// Informs open pages how the study ended, and keeps serving them if requested.
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
    /// How commands watch and stop a study.
    static func command(_ interrupt: Interrupt, _ printer: StudyPrinter) -> StudyControl {
        StudyControl(
            commit: BuildInformation.commit,
            endProcess: { message in
                Console.standard.error(message)
                exit(ExitCode.failure.rawValue)
            },
            shouldStop: { interrupt.isRequested }, listener: printer.show)
    }
}
