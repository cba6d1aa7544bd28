import FaceModels
import FaceRuns
import FaceStudy
import Foundation
import Torch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Measures which number of concurrent runs of a study has the highest total throughput, with processes
/// that perform the first steps of a run at the same time.
struct WorkerMeasurement {
    /// First word of the command line of such a process; not a user command.
    private static let word = "--measure-steps"
    /// Duration for which steps are counted.
    private static let time = Duration.seconds(2)

    private let study: Study
    private let shouldStop: () -> Bool

    init(_ study: Study, shouldStop: @escaping () -> Bool) {
        self.study = study
        self.shouldStop = shouldStop
    }

    // MARK: The study's side

    /// The choice; nil if there is nothing to choose, e.g. for a single run.
    ///
    /// - Throws: `FaceStudyError.interrupted`, and errors of starting processes.
    func choose() throws -> WorkerChoice? {
        let configuration = study.configuration
        guard let (backbone, runs) = study.unfinished else { return nil }
        let compute = try configuration.resolvedCompute()
        let isOnCPU = try Device.named(compute.device) == .cpu
        let cores = configuration.threads > 0 ? configuration.threads : AvailableThreads.count
        let candidates = WorkerChoice.candidates(runs: runs, cores: isOnCPU ? cores : nil)
        guard candidates.count > 1 else { return nil }
        let file = study.folder.workersURL.appendingPathComponent("\(getpid())-steps.json")
        try configuration.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var choice = WorkerChoice(backbone)
        for workers in candidates
        where choice.isWorthTrying(workers, available: WorkerProbe.availableMemory) {
            if shouldStop() { throw FaceStudyError.interrupted }
            let shares = ThreadShares(cores, among: workers)
            guard let measured = try measure(file, backbone, shares) else { break }
            choice.add(measured)
        }
        if shouldStop() { throw FaceStudyError.interrupted }
        return choice.measurements.isEmpty ? nil : choice
    }

    /// The total throughput of workers; nil if one of them has failed, e.g. for lack of memory.
    private func measure(
        _ file: URL, _ backbone: String, _ shares: ThreadShares
    ) throws -> WorkerChoice.Measurement? {
        var processes: [ProbeProcess] = []
        defer { processes.forEach { $0.end() } }
        for (rank, threads) in shares.all.enumerated() {
            processes.append(
                try ProbeProcess(
                    [Self.word, file.path, backbone, "\(threads)", "\(getpid())"],
                    localRank: rank))
        }
        guard let memories = processes.map({ $0.line() }).whole()?.compactMap({ UInt64($0) }),
            memories.count == processes.count
        else { return nil }
        // All begin at the same time, and continue until the last one has counted its steps.
        processes.forEach { $0.go() }
        guard let rates = processes.map({ $0.line() }).whole()?.compactMap({ Double($0) }),
            rates.count == processes.count
        else { return nil }
        return WorkerChoice.Measurement(
            workers: processes.count, imagesPerSecond: rates.reduce(0, +),
            memory: memories.max() ?? 0)
    }

    // MARK: The other side

    /// Performs steps if the command line requests it, and returns the exit code; nil for any other command
    /// line.
    static func run(_ words: [String]) -> Int32? {
        guard words.count == 5, words[0] == word, let threads = Int(words[3]),
            let parent = Int32(words[4])
        else { return nil }
        do {
            let configuration = try StudyConfiguration.read(URL(fileURLWithPath: words[1]))
            let probe = try WorkerProbe(configuration, backbone: words[2], threads: threads)
            say("\(probe.memory)")
            guard readLine() != nil else { return 0 }
            say("\(probe.rate(over: time))")
            while getppid() == parent { probe.step() }
            return 0
        } catch {
            return 1
        }
    }

    private static func say(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
    }
}

/// The parent's handle of a process that performs steps.
private final class ProbeProcess {
    private let process = Process()
    private let (input, output) = (Pipe(), Pipe())

    init(_ words: [String], localRank: Int) throws {
        process.executableURL = try ownProgram()
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["LOCAL_RANK": "\(localRank)"]) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Closes the write end here, so that reading ends when the process does.
        try? output.fileHandleForWriting.close()
    }

    /// Its next line; nil if it has ended.
    func line() -> String? {
        var text = Data()
        while let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            if byte == Data("\n".utf8) { return String(decoding: text, as: UTF8.self) }
            text += byte
        }
        return nil
    }

    func go() { try? input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8)) }

    func end() {
        [process].end(within: .seconds(10))
    }
}

extension Array {
    /// The elements, or nil if any is missing.
    fileprivate func whole<Value>() -> [Value]? where Element == Value? {
        let values = compactMap { $0 }
        return values.count == count ? values : nil
    }
}
