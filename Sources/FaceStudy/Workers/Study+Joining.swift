import FaceConfiguration
import FaceModels
import FaceRuns
import Foundation
import SafeFiles
import Spelling
import Torch

extension Study {
    /// Joins the study's workers, or becomes the first of them.
    ///
    /// - Throws: ``FaceStudyError/otherStudy(path:holder:key:theirs:mine:)`` if another study is in
    ///   progress in the folder, and ``FaceStudyError/busy(path:holder:)`` if a command has exclusive
    ///   access.
    func join(
        _ compute: ComputeConfiguration, _ control: StudyControl
    ) throws -> StudyWorker {
        let worker = try FaceStudyError.claiming { () throws(FaceRunsError) in
            try StudyWorker(
                folder,
                WorkerRecord(
                    request: request(compute), planned: plan.runs.map(\.folderName),
                    retries: control.retriesFailed ? true : nil), control.leases)
        }
        do {
            try requireNoExclusiveClaim(worker, control)
            let isFirst = try worker.becomeReporter()
            try requireSameRequest(worker, control)
            if !isFirst, let reporter = try worker.otherReporter() {
                control.listener(
                    .note("joining the study, on which \(reporter) works and will report"))
            }
        } catch {
            worker.leave()
            throw error
        }
        return worker
    }

    /// The properties that must be the same in all workers of the study.
    private func request(_ compute: ComputeConfiguration) -> JSONValue {
        let all = configuration.json()
        return .object([
            "configuration": configuration.recordJSON().deciding,
            "device": .string(DeviceKind.name(compute.device)),
            "precision": .string(compute.precision.rawValue),
            "test sets": .array(configuration.test.map { .string($0.name) }),
            "tuning": all["tuning"] ?? .null,
            "version of facet": .string(FacetVersion.number),
        ])
    }

    /// Waits until it is known whether a command has exclusive access to the study.
    private func requireNoExclusiveClaim(_ worker: StudyWorker, _ control: StudyControl) throws {
        while let claimant = try worker.exclusiveHolder() {
            let holder = claimant.holder?.description ?? "an unknown process"
            if claimant.isAlive { throw FaceStudyError.busy(path: folder.url.path, holder: holder) }
            try control.wait(control.leases.glance)
        }
    }

    /// Refuses to work alongside processes with a different request. The reporting worker was there first,
    /// and is not refused.
    private func requireSameRequest(_ worker: StudyWorker, _ control: StudyControl) throws {
        guard try worker.otherReporter() != nil else { return }
        try requireNone(worker, control) { other in
            worker.record.request.firstDifference(from: other.request)
        }
    }

    /// Publishes the contents of the sets, and refuses to work alongside processes whose sets of the same
    /// names differ.
    func requireSameContent(
        _ data: PreparedData, _ worker: StudyWorker, _ control: StudyControl
    ) throws {
        try worker.publish(content: data.hashes)
        try requireNone(worker, control) { other in
            guard let theirs = other.content, let mine = worker.record.content else { return nil }
            let name = mine.keys.sorted().first { theirs[$0] != nil && theirs[$0] != mine[$0] }
            return name.map { name in
                (
                    "the content of \(name)", String((mine[name] ?? "").prefix(12)),
                    String((theirs[name] ?? "").prefix(12))
                )
            }
        }
    }

    /// Throws if a worker that is certainly alive has a difference.
    private func requireNone(
        _ worker: StudyWorker, _ control: StudyControl,
        _ difference: (WorkerRecord) -> (key: String, mine: String, theirs: String)?
    ) throws {
        var isReported = false
        while true {
            try worker.refresh()
            let found = worker.others.sorted { $0.key < $1.key }.compactMap { token, other in
                difference(other).map { (token, other, $0) }
            }.first
            guard let (token, other, difference) = found else { return }
            if try worker.isAlive(token) {
                throw FaceStudyError.otherStudy(
                    path: folder.url.path, holder: other.holder.description,
                    key: difference.key, theirs: difference.theirs, mine: difference.mine)
            }
            if !isReported {
                control.listener(
                    .note(
                        "waiting to see whether \(other.holder) still works on another study in "
                            + "this folder"))
            }
            isReported = true
            try control.wait(control.leases.glance)
        }
    }
}

extension PreparedData {
    /// The sets' contents, by their names.
    fileprivate var hashes: [String: String] {
        let sets =
            train.map { ("the training set \(quoted: $0.facts.name)", $0.facts.contentHash) }
            + tests.compactMap { test in
                test.facts.contentHash.map { ("the test set \(quoted: test.facts.name)", $0) }
            }
            + templates.compactMap { test in
                test.facts.contentHash.map { ("the test set \(quoted: test.facts.name)", $0) }
            }
        return Dictionary(sets, uniquingKeysWith: { first, _ in first })
    }
}

extension StudyControl {
    /// Sleeps, unless the study is to stop.
    ///
    /// - Throws: ``FaceStudyError/interrupted``.
    func wait(_ time: Duration) throws(FaceStudyError) {
        var left = time
        while left > .zero {
            if shouldStop() { throw .interrupted }
            let part = min(left, .milliseconds(100))
            sleep(part)
            left -= part
        }
    }
}
