import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Spelling

/// How many of a study's runs are made side by side: as many as take the most images per second together.
public struct WorkerChoice: Sendable, Hashable {
    /// The throughput of some workers while all of them trained at the same time.
    public struct Measurement: Sendable, Hashable {
        /// Number of workers.
        public var workers: Int
        /// Images per second of all of them.
        public var imagesPerSecond: Double
        /// Memory that one of them needs for a batch, in bytes; 0 if that is not known.
        public var memory: UInt64

        /// Creates a measurement of workers that trained at the same time.
        public init(workers: Int, imagesPerSecond: Double, memory: UInt64) {
            self.workers = workers
            self.imagesPerSecond = imagesPerSecond
            self.memory = memory
        }
    }

    /// The measurements, by ascending numbers of workers.
    public private(set) var measurements: [Measurement]
    /// The network that was trained.
    public let backbone: String

    /// Workers on one GPU that are tried at the most.
    private static let mostOnGPU = 8
    /// More workers than others count as faster where they are by this factor: each takes memory, and starts.
    private static let worthwhile = 1.03
    /// Fewer images than the best by this factor say that even more workers are not worth trying.
    private static let hopeless = 0.95

    /// Begins a choice.
    ///
    /// - Parameter backbone: The network that is trained.
    public init(_ backbone: String) {
        self.backbone = backbone
        measurements = []
    }

    /// Takes a measurement into account.
    public mutating func add(_ measurement: Measurement) { measurements.append(measurement) }

    /// How many workers are tried: powers of two, and as many as there may be.
    ///
    /// - Parameters:
    ///   - runs: Runs that are left.
    ///   - cores: Cores that may be used; nil if a GPU computes.
    public static func candidates(runs: Int, cores: Int?) -> [Int] {
        let most = max(1, min(runs, cores ?? mostOnGPU))
        var candidates = Array(sequence(first: 1) { $0 * 2 <= most ? $0 * 2 : nil })
        if candidates.last != most { candidates.append(most) }
        return candidates
    }

    /// Whether more workers than those that were measured are worth trying.
    ///
    /// - Parameters:
    ///   - workers: How many.
    ///   - available: Available memory, in bytes; nil if that is not known.
    public func isWorthTrying(_ workers: Int, available: UInt64?) -> Bool {
        guard let last = measurements.last else { return true }
        let best = measurements.map(\.imagesPerSecond).max() ?? 0
        if last.imagesPerSecond < best * Self.hopeless { return false }
        guard let available, last.memory > 0 else { return true }
        // A tenth is left to the measurement's own error.
        return Double(last.memory) * Double(workers) < 0.9 * Double(available)
    }

    /// The fewest workers that take nearly the most images per second; 1 if nothing was measured.
    public var workers: Int {
        let best = measurements.map(\.imagesPerSecond).max() ?? 0
        return measurements.first { $0.imagesPerSecond * Self.worthwhile >= best }?.workers ?? 1
    }

    /// The measurements, and the choice.
    public var sentence: String {
        let rates = measurements.map {
            "\(counted($0.workers, "run")): \(grouped(Int($0.imagesPerSecond.rounded())))"
        }
        return
            "\(workers == 1 ? "one run" : "\(workers) runs") at a time, after first steps of \(backbone) "
            + "(images a second, side by side: \(rates.joined(separator: ", ")))"
    }
}

extension Study {
    /// The work measured to choose a number of workers: the network of the first remaining run, and how many runs
    /// or tries are; nil if none is.
    public var unfinished: (backbone: String, runs: Int)? {
        let left = plan.runs.filter {
            !folder.run(named: $0.folderName).isFinished(after: configuration.training.epochs)
        }
        guard let first = left.first ?? (configuration.tuning.isOn ? plan.runs.first : nil) else {
            return nil
        }
        let tries = configuration.tuning.isOn ? configuration.tuning.tries : 0
        return (first.backbone.description, max(left.count, tries))
    }
}
