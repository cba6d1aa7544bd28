import FaceConfiguration
import FaceTraining
import Foundation
import SafeFiles
import Testing
import Torch

@testable import FaceRuns
@testable import FaceStudy

/// Several processes on one study. A second one is either the same code, called in the middle of the first
/// one's work, or a process of another machine, of which only the leases exist.
@Suite("Workers on one study", .serialized)
struct WorkersTests {
    private static let elsewhere = ProcessIdentity(
        host: "elsewhere", process: 4711, since: "2026-01-31T12:00:00Z")

    /// A clock that tests advance.
    private final class Time: @unchecked Sendable {
        private let lock = NSLock()
        private var value = Duration.zero

        func advance(_ time: Duration) { lock.withLock { value += time } }

        var clock: LeaseClock { LeaseClock(now: { self.lock.withLock { self.value } }) }
    }

    private func runs(_ study: TinyStudy) throws -> [RunFolder] {
        let planned = try Study(study.configuration, folder: study.output)
        return planned.plan.runs.map { planned.folder.run(named: $0.folderName) }
    }

    /// A run's weights and its steps.
    private func content(_ run: RunFolder) throws -> [String] {
        let weights = try Safetensors.read(run.modelURL).tensors.sorted { $0.key < $1.key }.map {
            "\($0.key) \($0.value.to(.float64).array(of: Double.self))"
        }
        return weights + [try String(contentsOf: run.stepsURL, encoding: .utf8)]
    }

    private func hiddenFiles(_ study: TinyStudy) -> [String] {
        let all = FileManager.default.enumerator(atPath: study.output.path)
        return (all?.compactMap { $0 as? String } ?? []).filter {
            $0.split(separator: "/").last?.hasPrefix(".") == true
        }
    }

    @Test("share its runs; one reports, and nothing is left of them")
    func together() throws {
        try TinyStudy.with { study in
            study.configuration.seeds = [1, 2, 3]
            let grid = try Study(study.configuration, folder: study.output)
            var (started, skipped, notes): ([String], [String], [String]) = ([], [], [])
            var reports: [(worker: Int, outcome: Study.Outcome)] = []
            var outcomes: [Study.Outcome] = []

            /// What one worker does; the first calls the second when it begins its first run.
            func work(_ worker: Int) throws {
                var (control, isWaiting) = (StudyControl(), false)
                control.listener = { event in
                    switch event {
                    case .note(let text): notes.append("\(worker): \(text)")
                    case .runStarted(let run, let number, let count):
                        #expect(count == 3)
                        started.append("\(worker): \(number) seed \(run.identity.seed)")
                        guard worker == 1, started.count == 1 else { return }
                        do {
                            try work(2)
                            Issue.record("The second worker has not waited for the first.")
                        } catch {
                            #expect(error as? FaceStudyError == .interrupted)
                        }
                    case .runSkipped(let run, _, _):
                        skipped.append("\(worker): seed \(run.identity.seed)")
                    default: break
                    }
                }
                // All that is left is the first one's, who continues when this one has ended.
                control.sleep = { _ in isWaiting = true }
                control.shouldStop = { isWaiting }
                control.report = { reports.append((worker, $0)) }
                outcomes.append(try grid.run(control))
            }
            try work(1)
            #expect(started == ["1: 1 seed 1", "2: 2 seed 2", "2: 3 seed 3"])
            #expect(skipped == ["1: seed 2", "1: seed 3"])
            #expect(outcomes == [Study.Outcome(finished: 3)])
            #expect(reports.map(\.worker) == [1] && reports.map(\.outcome) == outcomes)
            let process = ProcessInfo.processInfo.processIdentifier
            #expect(notes.count == 2)
            #expect(
                notes.first?.hasPrefix("2: joining the study, on which process \(process) on")
                    == true)
            #expect(notes.last?.hasPrefix("2: waiting for what others work on") == true)
            #expect(hiddenFiles(study) == [])
        }
    }

    @Test("try no run again that has failed in one of them, and those again that failed before")
    func failing() throws {
        try TinyStudy.with { study in
            study.configuration.seeds = [1, 2, 3]
            let grid = try Study(study.configuration, folder: study.output)
            let folders = try runs(study)
            func fail(_ run: RunFolder, in worker: String) throws {
                var result = RunResult(
                    status: .failed, message: "the disk burns", epochs: 0, trainAccuracy: 0,
                    tests: [], imagesPerSecond: 0, seconds: 0)
                result.worker = worker
                try run.write(result)
            }
            var (started, failed, other) = ([UInt64](), [String](), StudyWorker?.none)
            var control = StudyControl()
            control.listener = { event in
                switch event {
                case .runStarted(let run, _, _):
                    started.append(run.identity.seed)
                    guard started.count == 1 else { return }
                    do {
                        // Another worker joins, whose run fails.
                        let record = try #require(try grid.folder.workers().first)
                        let worker = try StudyWorker(grid.folder, record)
                        try fail(folders[1], in: worker.token)
                        try fail(folders[2], in: UUID().uuidString)
                        other = worker
                    } catch {
                        Issue.record("\(error)")
                    }
                case .runFailed(_, let message): failed.append(message)
                default: break
                }
            }
            let outcome = try grid.run(control)
            #expect(started == [1, 3])
            #expect(outcome.failed == failed && outcome.finished == 2)
            #expect(failed == ["\(folders[1].url.lastPathComponent): the disk burns"])
            other?.leave()
            #expect(hiddenFiles(study) == [])
        }
    }

    @Test("take up the run of one that gives no sign of life, and end with the same bits")
    func takenUp() throws {
        let whole = try TinyStudy.with { study in
            try study.run()
            return try content(runs(study)[0])
        }
        try TinyStudy.with { study in
            let time = Time()
            _ = try study.run(stopAfter: 5)
            let folder = try runs(study)[0]
            let left = try #require(
                try Lease.take(folder.leaseURL, LeaseWatch(time.clock), holder: Self.elsewhere))
            var (slept, waited, trace) = (Duration.zero, [String](), TinyStudy.Trace())
            var control = StudyControl()
            control.leases = time.clock
            control.sleep = {
                slept += $0
                time.advance($0)
            }
            control.listener = { event in
                trace.receive(event)
                if case .note(let text) = event { waited.append(text) }
            }
            let outcome = try Study(study.configuration, folder: study.output).run(control)
            #expect(outcome == Study.Outcome(finished: 1) && trace.steps == 7)
            #expect(slept == .seconds(60))
            #expect(
                waited == ["waiting for what others work on: process 4711 on host 'elsewhere'"])
            #expect(!left.beat())
            #expect(try content(folder) == whole)
        }
    }

    @Test("do not write to a run that another one has taken over")
    func takenAway() throws {
        let whole = try TinyStudy.with { study in
            try study.run()
            return try content(runs(study)[0])
        }
        try TinyStudy.with { study in
            let time = Time()
            let folder = try runs(study)[0]
            var (steps, warnings, successor) = (0, [String](), Lease?.none)
            var control = StudyControl()
            control.leases = time.clock
            control.listener = { event in
                switch event {
                case .training(_, .step):
                    steps += 1
                    guard steps == 6 else { return }
                    // As after this process was stopped: another one has seen no sign of life.
                    let watch = LeaseWatch(time.clock)
                    _ = try? watch.state(of: folder.leaseURL)
                    time.advance(.seconds(61))
                    successor = try? Lease.take(folder.leaseURL, watch, holder: Self.elsewhere)
                case .warning(let text): warnings.append(text)
                default: break
                }
            }
            // The other one gives the run back after having done nothing.
            control.sleep = { _ in
                guard let other = successor else { return }
                #expect(other.isHeld)
                other.release()
                successor = nil
            }
            let outcome = try Study(study.configuration, folder: study.output).run(control)
            #expect(outcome == Study.Outcome(finished: 1))
            // The first is of the set itself.
            #expect(
                warnings.suffix(1) == [
                    "'\(folder.url.lastPathComponent)' was taken over by process 4711 on host 'elsewhere', "
                        + "because this process was unresponsive for too long; nothing more was "
                        + "written to it"
                ] && warnings.count == 2)
            #expect(try content(folder) == whole)
        }
    }

    @Test(
        "of another study in the same folder are refused before the first step, with the difference"
    )
    func otherStudy() throws {
        try TinyStudy.with { made in
            let study = made
            let first = try Study(study.configuration, folder: study.output)
            let changes: [(String, (inout StudyConfiguration) throws -> Void)] = [
                ("peak is 0.1 there, 0.05 here", { $0.training.schedule.peak = 0.05 }),
                ("seeds is [1] there, [1,2] here", { $0.seeds = [1, 2] }),
                (
                    "precision is \"float32\" there, \"bfloat16\" here",
                    { $0.precision = "bfloat16" }
                ),
                (
                    "the content of the training set 'few' is",
                    { configuration in
                        let other = study.file("other")
                        try FileManager.default.copyItem(at: study.file("train"), to: other)
                        try FileManager.default.removeItem(
                            at: other.appendingPathComponent("p0/p0_0001.jpg"))
                        configuration.train[0].images = other.path
                    }
                ),
            ]
            var refused: [String] = []
            var control = StudyControl()
            control.listener = { event in
                guard case .runStarted = event else { return }
                for (_, change) in changes {
                    var other = study.configuration
                    do {
                        try change(&other)
                        _ = try Study(other, folder: study.output).run(StudyControl())
                    } catch {
                        refused.append("\(error)")
                    }
                }
            }
            #expect(try first.run(control) == Study.Outcome(finished: 1))
            #expect(refused.count == changes.count)
            let process = ProcessInfo.processInfo.processIdentifier
            for (text, (expected, _)) in zip(refused, changes) {
                #expect(text.contains(expected), "\(text)")
                #expect(text.contains("process \(process) on host"), "\(text)")
            }
            #expect(hiddenFiles(study) == [])
        }
    }

    @Test("wait for one of another study that gives no sign of life, and say so once")
    func silent() throws {
        try TinyStudy.with { study in
            let time = Time()
            let grid = try Study(study.configuration, folder: study.output)
            let (watch, token) = (LeaseWatch(time.clock), UUID().uuidString)
            let leases = try [grid.folder.workerURL(token), grid.folder.reporterURL].map {
                try #require(try Lease.take($0, watch, holder: Self.elsewhere))
            }
            let record = WorkerRecord(
                holder: Self.elsewhere, request: .object(["precision": .null]))
            try AtomicFile.write(
                JSONEncoder().encode(record), to: grid.folder.recordURL(token))
            var (slept, notes, control) = (Duration.zero, [String](), StudyControl())
            control.leases = time.clock
            control.sleep = {
                slept += $0
                time.advance($0)
            }
            control.listener = { if case .note(let text) = $0 { notes.append(text) } }
            #expect(try grid.run(control) == Study.Outcome(finished: 1))
            #expect(slept == .seconds(60))
            #expect(
                notes == [
                    "waiting to see whether process 4711 on host 'elsewhere' still works on another "
                        + "study in this folder"
                ])
            #expect(leases.allSatisfy { !$0.beat() })
            #expect(hiddenFiles(study) == [])
        }
    }

    @Test("are watched by one who reports nothing where another of them reports")
    func watched() throws {
        try TinyStudy.with { study in
            let grid = try Study(study.configuration, folder: study.output)
            var (watched, elsewhere) = (Study.Outcome?.none, 0)
            var control = StudyControl()
            control.report = { _ in
                var watching = StudyControl(listener: { event in
                    if case .runFinishedElsewhere = event { elsewhere += 1 }
                })
                watching.report = { _ in Issue.record("Another one reports.") }
                watched = try grid.oversee(watching) { true }
            }
            #expect(try grid.run(control) == Study.Outcome(finished: 1))
            #expect(watched == Study.Outcome(finished: 1, isReportedElsewhere: true))
            #expect(elsewhere == 1)
            // With none of them left, the one who watches reports.
            var reported: [Study.Outcome] = []
            var last = StudyControl()
            last.report = { reported.append($0) }
            #expect(try grid.oversee(last) { true } == Study.Outcome(finished: 1))
            #expect(reported == [Study.Outcome(finished: 1)])
            #expect(hiddenFiles(study) == [])
        }
    }

    @Test("make the tries of a tuned study together, and all choose the same")
    func tuned() throws {
        try TinyStudy.with { study in
            try study.draw(people: 10, pictures: 4, seed: 1, into: "more")
            study.configuration.train[0].images = study.file("more").path
            study.configuration.training.epochs = 1
            study.configuration.tuning = .init(tries: 3, epochs: 1)
            study.configuration.validation = .init(identities: 0.4, pairs: 40)
            let alone = study.root.appendingPathComponent("alone")
            let whole = try Study(study.configuration, folder: alone).run(StudyControl())
            let grid = try Study(study.configuration, folder: study.output)
            var tries: [String] = []
            var outcome: Study.Outcome?
            func work(_ worker: Int) throws {
                var (control, isWaiting) = (StudyControl(), false)
                control.listener = { event in
                    guard case .tryStarted(_, let progress) = event else { return }
                    tries.append("\(worker): \(progress.item.index)")
                    guard worker == 1, tries.count == 1 else { return }
                    #expect(throws: FaceStudyError.interrupted) { try work(2) }
                }
                control.sleep = { _ in isWaiting = true }
                control.shouldStop = { isWaiting }
                outcome = try grid.run(control)
            }
            try work(1)
            #expect(tries == ["1: 0", "2: 1", "2: 2"])
            #expect(outcome == whole)
            let (mine, theirs) = (
                try #require(try grid.folder.readTuning()),
                try #require(try StudyFolder(alone).readTuning())
            )
            #expect(mine.cells.map(\.chosen) == theirs.cells.map(\.chosen))
            #expect(mine.cells[0].tries.map(\.accuracy) == theirs.cells[0].tries.map(\.accuracy))
            #expect(hiddenFiles(study) == [])
        }
    }

    @Test("keep out a command that needs the study to itself, and the other way round")
    func alone() throws {
        try TinyStudy.with { study in
            let folder = StudyFolder(study.output)
            var refusals: [any Error] = []
            var control = StudyControl()
            control.listener = { event in
                guard case .runStarted = event else { return }
                do { try folder.claim().release() } catch { refusals.append(error) }
            }
            let grid = try Study(study.configuration, folder: study.output)
            #expect(try grid.run(control).finished == 1)
            #expect(refusals.count == 1)
            guard case FaceStudyError.busy? = refusals.first else {
                Issue.record("\(refusals)")
                return
            }
            let claim = try folder.claim()
            let error = #expect(throws: FaceStudyError.self) { try grid.run(StudyControl()) }
            guard case .busy? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            claim.release()
            #expect(try grid.run(StudyControl()).finished == 1)
        }
    }

    @Test("refuse a lease that leads elsewhere")
    func link() throws {
        try TinyStudy.with { study in
            let victim = study.file("victim")
            try Data("notes".utf8).write(to: victim)
            let run = try runs(study)[0]
            try FileManager.default.createDirectory(
                at: run.url, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                at: run.leaseURL, withDestinationURL: victim)
            let error = #expect(throws: FaceStudyError.self) { try study.run() }
            guard case .unsafeFolder(let reason)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains(".lease' is a symbolic link"))
            #expect(try Data(contentsOf: victim) == Data("notes".utf8))
        }
    }
}
