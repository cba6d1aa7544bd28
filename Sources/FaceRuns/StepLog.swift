public import Foundation
import SafeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One line of `steps.csv`: a training step, every number of which is reproducible.
public struct StepRecord: Sendable, Hashable {
    /// Number of the step, from 1.
    public var step: Int
    /// Number of its epoch, from 1.
    public var epoch: Int
    /// Learning rate of the step.
    public var learningRate: Double
    /// Loss of the step.
    public var loss: Double
    /// L2 norm of the gradients before clipping.
    public var gradientNorm: Double
    /// Fraction of the batch whose target class has the largest logit, without the margin; 0...1.
    public var accuracy: Double
    /// The same with the margin; 0...1.
    public var accuracyWithMargin: Double

    /// Memberwise initialiser.
    public init(
        step: Int, epoch: Int, learningRate: Double, loss: Double, gradientNorm: Double,
        accuracy: Double, accuracyWithMargin: Double
    ) {
        self.step = step
        self.epoch = epoch
        self.learningRate = learningRate
        self.loss = loss
        self.gradientNorm = gradientNorm
        self.accuracy = accuracy
        self.accuracyWithMargin = accuracyWithMargin
    }

    static let header = [
        "step", "epoch", "learning_rate", "loss", "gradient_norm", "accuracy",
        "accuracy_with_margin",
    ]

    /// The line's fields; numbers are the shortest that read back to the same value.
    var fields: [String] {
        [
            "\(step)", "\(epoch)", "\(learningRate)", "\(loss)", "\(gradientNorm)", "\(accuracy)",
            "\(accuracyWithMargin)",
        ]
    }

    init?(_ fields: some Collection<Substring>) {
        let fields = Array(fields)
        let counts = 1...RecordChecks.maxCount
        guard fields.count == Self.header.count, let step = Int(fields[0]),
            let epoch = Int(fields[1]), counts.contains(step), counts.contains(epoch)
        else { return nil }
        let numbers = fields[2...].compactMap { Double($0) }
        guard numbers.count == 5 else { return nil }
        self.init(
            step: step, epoch: epoch, learningRate: numbers[0], loss: numbers[1],
            gradientNorm: numbers[2], accuracy: numbers[3], accuracyWithMargin: numbers[4])
    }
}

/// Writes `steps.csv` while a run is trained.
///
/// Lines are buffered and written in blocks; ``synchronize()`` flushes all of them to disk. Lines that a
/// stopped run had buffered belong to steps after its checkpoint, which are repeated.
public final class StepLog {
    private let url: URL
    private let file: FileDescriptor
    private var gathered = Data()

    /// Opens a run's log, cutting off the lines after the step it resumes from.
    ///
    /// - Parameter step: The last step whose line is kept; 0 for a new log.
    public init(_ folder: RunFolder, keepingUpTo step: Int) throws(FaceRunsError) {
        url = folder.stepsURL
        let kept = try Self.size(of: folder.read(url) ?? Data(), upTo: step)
        let url = url
        file = try FaceRunsError.storing { () throws(SafeFilesError) in
            try AtomicFile.createFolder(folder.url)
            let file = try FileDescriptor(url, flags: O_WRONLY | O_APPEND | O_CREAT)
            try file.truncate(to: kept)
            return file
        }
        if kept == 0 { gathered += CSVTable.line(StepRecord.header).utf8 }
    }

    /// Appends a step; it is guaranteed to be on disk only after ``synchronize()``.
    public func append(_ record: StepRecord) throws(FaceRunsError) {
        gathered += CSVTable.line(record.fields).utf8
        if gathered.count >= 1 << 14 { try flush() }
    }

    /// Waits until all lines are on disk.
    public func synchronize() throws(FaceRunsError) {
        try flush()
        try FaceRunsError.storing { () throws(SafeFilesError) in try file.synchronize() }
    }

    private func flush() throws(FaceRunsError) {
        try FaceRunsError.storing { () throws(SafeFilesError) in try file.write(gathered) }
        gathered.removeAll(keepingCapacity: true)
    }

    /// Bytes of the header and the complete lines up to a step.
    private static func size(of data: Data, upTo step: Int) -> Int {
        let lines = MetricLines(data)
        let kept = lines.complete.prefix { line in
            let number = line.prefix { $0 != UInt8(ascii: ",") }
            let text = String(decoding: number, as: UTF8.self)
            return text == StepRecord.header[0] || Int(text).map { $0 <= step } ?? false
        }
        return step == 0 ? 0 : lines.size(ofFirst: kept.count) ?? 0
    }
}

extension RunFolder {
    /// File of ``StepRecord`` lines.
    public var stepsURL: URL { url.appendingPathComponent("steps.csv") }

    /// Reads `steps.csv`; empty if there is no such file.
    ///
    /// Bytes after the last line break were being written when the run was killed, and are ignored.
    ///
    /// - Throws: ``FaceRunsError/damagedFile(path:line:reason:)`` for a complete line that is not
    ///   a step.
    public func readSteps() throws(FaceRunsError) -> [StepRecord] {
        var records: [StepRecord] = []
        for (index, line) in try MetricLines(read(stepsURL) ?? Data()).complete.enumerated()
        where index > 0 {
            let fields = String(decoding: line, as: UTF8.self)
                .split(separator: ",", omittingEmptySubsequences: false)
            guard let record = StepRecord(fields) else {
                throw .damagedFile(path: stepsURL.path, line: index + 1, reason: "not a step")
            }
            records.append(record)
        }
        return records
    }
}
