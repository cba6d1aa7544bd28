public import Foundation
public import SafeFiles

/// One of the processes, on any machines, that work on a study together.
///
/// | file | content |
/// |---|---|
/// | `.workers/<token>.lease` | a worker's heartbeat |
/// | `.workers/<token>.json` | its ``WorkerRecord`` |
/// | `.workers/reporter.lease` | held by the worker that writes the report |
/// | `.workers/alone.lease` | held by a command that needs exclusive access to the study |
/// | `.workers/reported` | the results that the report was made from |
/// | `runs/<run>/.lease` | held by the worker whose run it is |
///
/// The last worker removes the files. Not thread-safe.
public final class StudyWorker {
    /// Folder of the study.
    public let study: StudyFolder
    /// An identifier that distinguishes this worker from all others, former ones included.
    public let token: String
    /// This worker's record.
    public private(set) var record: WorkerRecord
    /// The other workers at the last ``refresh()``, by their tokens.
    public private(set) var others: [String: WorkerRecord] = [:]
    /// Tokens of this worker and of all that were ever seen.
    public private(set) var seen: Set<String>
    /// Those of them that retry failed runs.
    private var retrying: Set<String>

    private let watch: LeaseWatch
    private let keeper: LeaseKeeper
    private let lease: Lease
    private var reporter: Lease?

    /// Joins the workers of a study.
    ///
    /// - Throws: ``FaceRunsError``, also if a lease is something other than a file.
    public init(
        _ study: StudyFolder, _ record: WorkerRecord, _ clock: LeaseClock = LeaseClock()
    ) throws(FaceRunsError) {
        self.study = study
        self.record = record
        let token = UUID().uuidString
        self.token = token
        seen = [token]
        retrying = record.retries == true ? [token] : []
        let watch = LeaseWatch(clock)
        self.watch = watch
        keeper = LeaseKeeper(clock)
        let url = study.workerURL(token)
        lease = try FaceRunsError.storing { () throws(SafeFilesError) in
            guard let lease = try Lease.take(url, watch, holder: record.holder) else {
                throw .busy(path: url.path, holder: nil)
            }
            return lease
        }
        keeper.keep(lease)
        try write()
        try refresh()
    }

    deinit { leave() }

    /// Leaves the study. Leases of runs must be released before.
    public func leave() {
        reporter?.release()
        reporter = nil
        try? FileManager.default.removeItem(at: study.recordURL(token))
        lease.release()
        study.removeWorkersIfLast()
    }

    // MARK: The others

    /// Tokens of the workers that need not be followed: a run that failed in one of them is finished for this
    /// one. Workers that retry failed runs do not count those that do not.
    public var deciding: Set<String> { record.retries == true ? retrying : seen }

    /// Declares that all runs are finished for this worker.
    public func publishEnd() throws(FaceRunsError) {
        guard record.isDone != true else { return }
        record.isDone = true
        try write()
    }

    /// Publishes the study's runs.
    public func publish(planned: [String]) throws(FaceRunsError) {
        record.planned = planned
        try write()
    }

    /// Publishes the contents of this worker's sets.
    public func publish(content: [String: String]) throws(FaceRunsError) {
        record.content = content
        try write()
    }

    private func write() throws(FaceRunsError) {
        let url = study.recordURL(token)
        let data = try JSONRecord.file(record, path: url.path)
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try AtomicFile.write(data, to: url)
        }
    }

    /// Finds the other workers of the study, and removes the files of those that have ended.
    public func refresh() throws(FaceRunsError) {
        others = [:]
        for other in study.workerTokens where other != token {
            let url = study.workerURL(other)
            switch try state(of: url) {
            case .free: break
            case .held:
                seen.insert(other)
                // A worker that has just joined or left has no record.
                others[other] = try? study.readWorker(other)
                if others[other]?.retries == true { retrying.insert(other) }
            case .leftBehind:
                seen.insert(other)
                try take(url)?.release()
                try? FileManager.default.removeItem(at: study.recordURL(other))
            }
        }
    }

    /// Whether another worker is certainly alive.
    public func isAlive(_ other: String) throws(FaceRunsError) -> Bool {
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try watch.isAlive(study.workerURL(other))
        }
    }

    /// The process with exclusive access to the study, if any, and whether it is certainly alive.
    public func exclusiveHolder() throws(FaceRunsError) -> (
        holder: ProcessIdentity?, isAlive: Bool
    )? {
        guard case .held(let holder) = try state(of: study.exclusiveURL) else { return nil }
        let isAlive = try FaceRunsError.storing { () throws(SafeFilesError) in
            try watch.isAlive(study.exclusiveURL)
        }
        return (holder, isAlive)
    }

    // MARK: Runs

    /// Takes the lease of a run; nil if another worker holds it.
    public func take(_ run: RunFolder) throws(FaceRunsError) -> Lease? { try take(run.leaseURL) }

    /// The holder of a run; nil if there is none, or the file does not name it.
    public func holder(of run: RunFolder) throws(FaceRunsError) -> ProcessIdentity? {
        if case .held(let holder) = try state(of: run.leaseURL) { holder } else { nil }
    }

    /// Releases a run; an empty folder is removed.
    public func release(_ lease: Lease) {
        lease.release()
        rmdir(lease.url.deletingLastPathComponent().path)
    }

    // MARK: The report

    /// Takes the role of the worker that reports, unless another one has it.
    public func becomeReporter() throws(FaceRunsError) -> Bool {
        if let reporter, reporter.isHeld { return true }
        reporter = try take(study.reporterURL)
        return reporter != nil
    }

    /// The process that reports; nil if there is none, or it is this worker's.
    public func otherReporter() throws(FaceRunsError) -> ProcessIdentity? {
        guard reporter == nil, case .held(let holder) = try state(of: study.reporterURL) else {
            return nil
        }
        return holder
    }

    /// Records the results that the report was made from.
    public func noteReport(of results: String) throws(FaceRunsError) {
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try AtomicFile.write(results, to: study.reportedURL)
        }
    }

    /// Whether the report was made from these results.
    public func isReported(_ results: String) -> Bool {
        ((try? PlainFile.read(study.reportedURL)) ?? nil) == Data(results.utf8)
    }

    // MARK: Leases

    private func take(_ url: URL) throws(FaceRunsError) -> Lease? {
        let (watch, holder) = (watch, record.holder)
        let lease = try FaceRunsError.storing { () throws(SafeFilesError) in
            try Lease.take(url, watch, holder: holder)
        }
        if let lease { keeper.keep(lease) }
        return lease
    }

    private func state(of url: URL) throws(FaceRunsError) -> LeaseWatch.State {
        try FaceRunsError.storing { () throws(SafeFilesError) in try watch.state(of: url) }
    }
}

extension RunFolder {
    /// The lease of the worker whose run it is.
    public var leaseURL: URL { url.appendingPathComponent(".lease") }
}

extension StudyFolder {
    /// Folder of the workers' leases and records.
    public var workersURL: URL { url.appendingPathComponent(".workers") }

    var reporterURL: URL { workersURL.appendingPathComponent("reporter.lease") }
    var exclusiveURL: URL { workersURL.appendingPathComponent("alone.lease") }
    var reportedURL: URL { workersURL.appendingPathComponent("reported") }

    func workerURL(_ token: String) -> URL { workersURL.appendingPathComponent("\(token).lease") }
    func recordURL(_ token: String) -> URL { workersURL.appendingPathComponent("\(token).json") }

    private var workerNames: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: workersURL.path).sorted()) ?? []
    }

    /// Tokens of the workers that have a lease, alive or not.
    var workerTokens: [String] {
        workerNames.filter { $0.hasSuffix(".lease") }
            .map { String($0.dropLast(".lease".count)) }.filter { UUID(uuidString: $0) != nil }
    }

    /// The records of the workers that have a lease, alive or not.
    public func workers() throws(FaceRunsError) -> [WorkerRecord] {
        var records: [WorkerRecord] = []
        for token in workerTokens {
            if let record = try readWorker(token) { records.append(record) }
        }
        return records
    }

    func readWorker(_ token: String) throws(FaceRunsError) -> WorkerRecord? {
        guard let data = try RunFolder(url).read(recordURL(token)) else { return nil }
        return try JSONRecord.decode(WorkerRecord.self, from: data, path: recordURL(token).path)
    }

    /// Removes the folder of the workers if none is left.
    func removeWorkersIfLast() {
        guard !workerNames.contains(where: { $0.hasSuffix(".lease") }) else { return }
        for name in workerNames
        where name == "reported" || name.hasSuffix(".json") || name.hasSuffix(".log") {
            try? FileManager.default.removeItem(at: workersURL.appendingPathComponent(name))
        }
        // Of workers that were killed while they wrote.
        PartialFile.removeStale(in: workersURL)
        // A worker that has joined meanwhile keeps it.
        rmdir(workersURL.path)
    }
}
