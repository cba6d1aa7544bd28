import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Spelling

/// Chooses how many of a study's runs are executed concurrently: the number with the highest total
/// throughput.
public struct WorkerChoice: Sendable, Hashable {
    /// The throughput of some workers while all of them trained at the same time.
    public struct Measurement: Sendable, Hashable {
        /// Number of workers.
        public var workers: Int
        /// Total images per second.
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

    /// Maximum number of workers tried on one GPU.
    private static let maxOnGPU = 8
    /// Minimum speed-up for a larger number of workers to be preferred, since each takes memory and time to
    /// start.
    private static let minSpeedUp = 1.03
    /// Fraction of the best throughput below which even more workers are not tried.
    private static let minFraction = 0.95

    /// Begins a choice.
    ///
    /// - Parameter backbone: The network that is trained.
    public init(_ backbone: String) {
        self.backbone = backbone
        measurements = []
    }

    /// Adds a measurement.
    public mutating func add(_ measurement: Measurement) { measurements.append(measurement) }

    /// Numbers of workers to try: powers of two, and the maximum.
    ///
    /// - Parameters:
    ///   - runs: Number of remaining runs.
    ///   - cores: Number of available cores; nil for a GPU.
    public static func candidates(runs: Int, cores: Int?) -> [Int] {
        let most = max(1, min(runs, cores ?? maxOnGPU))
        var candidates = Array(sequence(first: 1) { $0 * 2 <= most ? $0 * 2 : nil })
        if candidates.last != most { candidates.append(most) }
        return candidates
    }

    /// Whether more workers than those that were measured are worth trying.
    ///
    /// - Parameters:
    ///   - workers: The number of workers.
    ///   - available: Available memory, in bytes; nil if unknown.
    public func isWorthTrying(_ workers: Int, available: UInt64?) -> Bool {
        guard let last = measurements.last else { return true }
        let best = measurements.map(\.imagesPerSecond).max() ?? 0
        if last.imagesPerSecond < best * Self.minFraction { return false }
        guard let available, last.memory > 0 else { return true }
        // A tolerance of 10 % for errors of the measurement.
        return Double(last.memory) * Double(workers) < 0.9 * Double(available)
    }

    /// The smallest number of workers with nearly the highest throughput; 1 if nothing was measured.
    public var workers: Int {
        let best = measurements.map(\.imagesPerSecond).max() ?? 0
        return measurements.first { $0.imagesPerSecond * Self.minSpeedUp >= best }?.workers ?? 1
    }

    /// The choice and the measurements, as text.
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
    /// The remaining work, for choosing a number of workers: the network of the first remaining run, and
    /// the number of remaining runs or tries; nil if there are none.
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
