import Foundation
import SafeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension RunFolder {
    /// Writes `run.json`, atomically; the folder is created if it is missing.
    public func write(_ description: RunDescription) throws(FaceRunsError) {
        try replace(descriptionURL, with: description)
    }

    /// Writes `environment.json`, atomically.
    public func write(_ environment: RunEnvironment) throws(FaceRunsError) {
        try replace(environmentURL, with: environment)
    }

    /// Writes `geometry.json`, atomically.
    public func write(_ geometry: RunGeometry) throws(FaceRunsError) {
        try replace(geometryURL, with: geometry)
    }

    /// Writes `result.json`, atomically: from then on the run is finished.
    public func write(_ result: RunResult) throws(FaceRunsError) {
        try replace(resultURL, with: result)
    }

    /// Writes `scores/<test>.csv`, atomically.
    public func write(_ scores: [ScoreRecord], test: String) throws(FaceRunsError) {
        let url = scoresURL(test: test)
        try Self.store(ScoreTable.data(scores, path: url.path), at: url)
    }

    /// Adds a line to `metrics.jsonl` and waits until it is on disk.
    ///
    /// A half-written last line, left by a run that was killed, is cut off first.
    public func append(_ epoch: EpochRecord) throws(FaceRunsError) {
        let line = try JSONRecord.line(epoch, path: metricsURL.path)
        try dropHalfLine()
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try AtomicFile.createFolder(url)
            let file = try FileDescriptor(metricsURL, flags: O_WRONLY | O_APPEND | O_CREAT)
            try file.write(line)
            try file.synchronize()
            try AtomicFile.synchronizeFolder(url)
        }
    }

    /// Replaces the last line of `metrics.jsonl`, atomically; the lines before it stay unchanged, byte
    /// for byte.
    ///
    /// - Throws: ``FaceRunsError/tooFewLines(path:lines:wanted:)`` where it has none.
    public func replaceLast(_ epoch: EpochRecord) throws(FaceRunsError) {
        let data = try read(metricsURL) ?? Data()
        let lines = MetricLines(data)
        let last = lines.complete.count - 1
        guard last >= 0, let size = lines.size(ofFirst: last) else {
            throw .tooFewLines(path: metricsURL.path, lines: 0, wanted: 1)
        }
        try Self.store(
            data.prefix(size) + JSONRecord.line(epoch, path: metricsURL.path), at: metricsURL)
    }

    /// Cuts `metrics.jsonl` to its first `count` lines, so that a run can resume from a checkpoint
    /// that is older than the newest line.
    ///
    /// - Throws: ``FaceRunsError/tooFewLines(path:lines:wanted:)`` where it has fewer.
    public func truncateMetrics(toLines count: Int) throws(FaceRunsError) {
        let data = try read(metricsURL)
        let lines = MetricLines(data ?? Data())
        guard let size = lines.size(ofFirst: count) else {
            throw .tooFewLines(
                path: metricsURL.path, lines: lines.complete.count, wanted: count)
        }
        guard let data, data.count > size else { return }
        try FaceRunsError.storing { () throws(SafeFilesError) in
            let file = try FileDescriptor(metricsURL, flags: O_WRONLY)
            try file.truncate(to: size)
            try file.synchronize()
        }
    }

    private func dropHalfLine() throws(FaceRunsError) {
        guard let data = try read(metricsURL), let last = data.last, last != UInt8(ascii: "\n")
        else { return }
        try truncateMetrics(toLines: MetricLines(data).complete.count)
    }

    func replace(_ url: URL, with record: some Encodable) throws(FaceRunsError) {
        try Self.store(JSONRecord.file(record, path: url.path), at: url)
    }

    private static func store(_ data: Data, at url: URL) throws(FaceRunsError) {
        try FaceRunsError.storing { () throws(SafeFilesError) in
            try AtomicFile.write(data, to: url)
        }
    }
}
