import FaceConfiguration
import Foundation
import SafeFiles
import Testing

@testable import FaceRuns

@Suite("Workers in a study's folder")
struct StudyWorkerTests {
    private static let elsewhere = ProcessIdentity(
        host: "elsewhere", process: 4711, since: "2026-01-31T12:00:00Z")

    /// A clock that tests advance.
    private final class Time: @unchecked Sendable {
        private let lock = NSLock()
        private var value = Duration.zero

        func advance(_ seconds: Int) { lock.withLock { value += .seconds(seconds) } }

        var clock: LeaseClock { LeaseClock(now: { self.lock.withLock { self.value } }) }
    }

    private func withStudy<Result>(_ body: (StudyFolder) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-workers-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(StudyFolder(folder))
    }

    private func record(_ holder: ProcessIdentity = .current) -> WorkerRecord {
        WorkerRecord(holder: holder, request: .object(["seeds": .number(3)]))
    }

    @Test("see each other, share runs and leave nothing")
    func together() throws {
        try withStudy { study in
            let first = try StudyWorker(study, record())
            try first.publish(content: ["few": "abc"])
            try first.publish(planned: ["a", "b"])
            let second = try StudyWorker(study, record())
            #expect(second.others.keys.sorted() == [first.token])
            #expect(second.others[first.token] == first.record)
            #expect(first.record.content == ["few": "abc"] && first.record.planned == ["a", "b"])
            #expect(try second.isAlive(first.token))
            try first.refresh()
            #expect(first.deciding == [first.token, second.token])

            let run = study.run(named: "a")
            let lease = try #require(try first.take(run))
            #expect(try second.take(run) == nil)
            #expect(try second.holder(of: run) == first.record.holder)
            first.release(lease)
            #expect(!FileManager.default.fileExists(atPath: run.url.path))
            let taken = try #require(try second.take(run))
            second.release(taken)

            #expect(try first.becomeReporter() && first.becomeReporter())
            #expect(try !second.becomeReporter())
            #expect(try second.otherReporter() == first.record.holder)
            try first.noteReport(of: "results")
            #expect(try first.otherReporter() == nil)
            try first.publishEnd()
            #expect(first.record.isDone == true && second.record.isDone != true)
            try second.refresh()
            #expect(second.others[first.token]?.isDone == true)
            #expect(second.isReported("results") && !second.isReported("others"))
            first.leave()
            #expect(try second.becomeReporter())
            // Of a worker that was killed while it wrote.
            try Data("{".utf8).write(
                to: study.workersURL.appendingPathComponent(".a.json.\(Int32.max).5D0B21C7.part"))
            second.leave()
            #expect(!FileManager.default.fileExists(atPath: study.workersURL.path))
        }
    }

    @Test("say once that they are done")
    func end() throws {
        try withStudy { study in
            let worker = try StudyWorker(study, record())
            let url = study.recordURL(worker.token)
            func published() throws -> (file: String, isDone: Bool?) {
                let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
                let file = try #require(attributes[.systemFileNumber])
                return ("\(file)", try study.readWorker(worker.token)?.isDone)
            }
            let before = try published()
            #expect(before.isDone == nil)
            try worker.publishEnd()
            let first = try published()
            #expect(first.isDone == true && first.file != before.file)
            // Each write replaces the file, which the others read.
            try worker.publishEnd()
            #expect(try published().file == first.file)
        }
    }

    @Test("that give no sign of life are forgotten, and their role and runs taken over")
    func leftBehind() throws {
        try withStudy { study in
            let time = Time()
            let first = try StudyWorker(study, record(Self.elsewhere), time.clock)
            #expect(try first.becomeReporter())
            let held = try #require(try first.take(study.run(named: "a")))
            let second = try StudyWorker(study, record(), time.clock)
            #expect(try !second.isAlive(first.token))
            #expect(second.others.count == 1)
            #expect(try second.otherReporter() == Self.elsewhere)
            #expect(try second.holder(of: study.run(named: "a")) == Self.elsewhere)
            time.advance(60)
            try second.refresh()
            #expect(second.others.isEmpty && second.deciding.count == 2)
            #expect(try second.becomeReporter())
            let lease = try #require(try second.take(study.run(named: "a")))
            second.release(lease)
            #expect(!held.beat())
            second.leave()
            first.leave()
            #expect(!FileManager.default.fileExists(atPath: study.workersURL.path))
        }
    }

    @Test("that try failed runs again count only the failures of their like")
    func retrying() throws {
        try withStudy { study in
            var retries = record()
            retries.retries = true
            let usual = try StudyWorker(study, record())
            let first = try StudyWorker(study, retries)
            let second = try StudyWorker(study, retries)
            try usual.refresh()
            #expect(second.deciding == [first.token, second.token])
            #expect(usual.deciding == [usual.token, first.token, second.token])
        }
    }

    @Test("keep out who needs the study alone, and wait for none who has ended")
    func alone() throws {
        try withStudy { study in
            let time = Time()
            var worker: StudyWorker? = try StudyWorker(study, record(), time.clock)
            let refused = try ExclusiveClaim(study, time.clock) { _ in
                Issue.record("A process of this machine is known to be there.")
            }
            #expect(refused.obstacle == worker?.record.holder)
            worker = nil

            worker = try StudyWorker(study, record(Self.elsewhere), time.clock)
            var waited = 0
            let claim = try ExclusiveClaim(study, time.clock) { _ in
                waited += 2
                time.advance(2)
            }
            #expect(claim.obstacle == nil && waited == 60)
            let late = try StudyWorker(study, record(), time.clock)
            let claimant = try #require(try late.exclusiveHolder())
            #expect(claimant.isAlive && claimant.holder?.process == late.record.holder.process)
            claim.release()
            #expect(try late.exclusiveHolder() == nil)
        }
    }

    @Test("are refused where a lease or their folder leads elsewhere")
    func links() throws {
        try withStudy { study in
            let elsewhere = study.url.appendingPathComponent("elsewhere")
            try FileManager.default.createDirectory(
                at: elsewhere, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                at: study.workersURL, withDestinationURL: elsewhere)
            #expect(
                throws: FaceRunsError.notPlain(path: study.workersURL.path, kind: .link)
            ) { try study.requirePlain() }
            #expect(throws: FaceRunsError.self) { try StudyStatus(study) }
        }
    }

    @Test("are listed with the runs, what is over, and the time that is left")
    func status() throws {
        try withStudy { study in
            let worker = try StudyWorker(study, record())
            try worker.publish(planned: ["a", "b", "c", "d"])
            for (name, epochs) in [("a", 4), ("b", 1), ("c", 0)] {
                let run = study.run(named: name)
                var description = Samples.description
                description.epochs = 4
                try run.write(description)
                for epoch in 0..<epochs {
                    var record = Samples.epoch(epoch + 1)
                    record.trainSeconds = 8
                    record.evaluationSeconds = 2
                    record.tests[0].accuracy = 0.5 + Double(epoch) / 8
                    try run.append(record)
                }
            }
            var result = Samples.result
            result.status = .finished
            try study.run(named: "a").write(result)
            result.status = .failed
            result.message = "the disk burns"
            try study.run(named: "c").write(result)
            let lease = try worker.take(study.run(named: "b"))
            let status = try StudyStatus(study)
            #expect(status.runs.map(\.name) == ["a", "b", "c", "d"])
            #expect(status.runs.map(\.state) == [.finished, .running, .failed, .planned])
            #expect(status.runs.map(\.epochs) == [4, 1, 0, 0])
            #expect(status.runs.map(\.accuracy) == [0.875, 0.5, nil, nil])
            #expect(status.runs[1].holder == worker.record.holder)
            #expect(status.runs[2].message == "the disk burns")
            #expect(status.workers == [worker.record.holder])
            // Three epochs of b and four of d, of 10 s, by one worker.
            #expect(status.secondsLeft == 70)
            lease?.release()
            #expect(try StudyStatus(study).runs[1].state == .interrupted)
        }
    }

    @Test("are listed by machine and process, and share the time that is left")
    func sharedTime() throws {
        try withStudy { study in
            let holders = [("b", 1), ("a", 12), ("a", 3)].map { host, process in
                ProcessIdentity(host: host, process: process, since: "2026-01-31T12:00:00Z")
            }
            let first = try StudyWorker(study, record(holders[0]))
            try first.publish(planned: ["x", "y", "z"])
            var description = Samples.description
            description.epochs = 4
            let run = study.run(named: "x")
            try run.write(description)
            var epoch = Samples.epoch(1)
            (epoch.trainSeconds, epoch.evaluationSeconds) = (8, 2)
            try run.append(epoch)
            // Three epochs of x, and four each of y and z, of 10 s.
            #expect(try StudyStatus(study).secondsLeft == 110)
            let second = try StudyWorker(study, record(holders[1]))
            #expect(try StudyStatus(study).secondsLeft == 55)
            let third = try StudyWorker(study, record(holders[2]))
            #expect(try StudyStatus(study).workers == [holders[2], holders[1], holders[0]])
            try run.append(Samples.epoch(2))
            try run.write(Samples.result)
            // Two runs are left: a third worker finds nothing to do.
            let left = try #require(try StudyStatus(study).secondsLeft)
            let mean = (10 + 6.9) / 2
            #expect(abs(left - 8 * mean / 2) < 1e-9)
            // Without workers, nobody has said which runs are planned.
            for worker in [first, second, third] { worker.leave() }
            #expect(try StudyStatus(study).runs.map(\.name) == ["x"])
            #expect(try StudyStatus(study).secondsLeft == 0)
        }
    }
}
