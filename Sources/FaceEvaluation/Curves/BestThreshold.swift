import FaceData
import SafeNumbers
import SeededRandom

/// The most accurate threshold on a test set, and how well the test set determines it.
///
/// The interval is a percentile bootstrap (Efron 1979): pairs are resampled with replacement, as
/// many of each kind as there are, and the best threshold of each draw is determined. Pairs that share
/// people are not independent, so the true uncertainty is then larger.
public struct BestThreshold: Codable, Sendable, Hashable {
    /// A threshold in both units.
    public struct Value: Codable, Sendable, Hashable {
        /// A pair is accepted if its squared L2 distance is below this; 0...4.
        public let squaredDistance: Double
        /// A pair is accepted if its cosine is above this; -1...1.
        public let cosine: Double

        init(_ squaredDistance: Double) {
            self.squaredDistance = squaredDistance
            cosine = ScoredPair.cosine(squaredDistance: squaredDistance)
        }
    }

    /// The most accurate threshold on all pairs.
    public let best: Value
    /// Fraction of correct decisions on all pairs; 0...1, optimistic.
    public let accuracy: Double
    /// Lower end of the interval of the squared distance, and so the upper end of the cosine's.
    public let lowest: Value
    /// Upper end of the interval of the squared distance, and so the lower end of the cosine's.
    public let highest: Value
    /// Probability that such an interval covers the threshold that is best on average.
    public let level: Double
    /// Number of bootstrap draws.
    public let resamples: Int

    /// Finds the best threshold.
    ///
    /// - Parameters:
    ///   - pairs: Scored pairs of both kinds.
    ///   - resamples: Draws; at least 1.
    ///   - level: Between 0 and 1.
    ///   - seed: The same seed gives the same interval.
    /// - Throws: ``FaceEvaluationError/oneKindOnly(same:)``, ``FaceEvaluationError/noPairs``,
    ///   ``FaceEvaluationError/notADistance(pair:value:)`` or
    ///   ``FaceEvaluationError/invalidRate(name:value:)``.
    public init(
        of pairs: [ScoredPair], resamples: Int = 2000, level: Double = 0.95, seed: UInt64 = 1
    ) throws {
        try pairs.requireDistances()
        guard level > 0, level < 1 else {
            throw FaceEvaluationError.invalidRate(name: "the confidence level", value: level)
        }
        let sweep = try ThresholdSweep(pairs)
        let found = sweep.best(weights: sweep.ones)
        best = Value(found.threshold)
        accuracy = Double(found.correct) / Double(pairs.count)
        self.level = level
        self.resamples = max(1, resamples)
        var stream = SeededRandom(seed: seed, "best threshold")
        let thresholds = (0..<self.resamples).map { _ in
            sweep.best(weights: sweep.draw(&stream)).threshold
        }.sorted()
        let tail = (1 - level) / 2 * Double(thresholds.count - 1)
        lowest = Value(thresholds[Int(saturating: tail.rounded(.down))])
        highest = Value(thresholds[thresholds.count - 1 - Int(saturating: tail.rounded(.down))])
    }
}

/// Pairs in the order of their distances, each with a weight: how often it was drawn.
private struct ThresholdSweep {
    let distances: [Double]
    let same: [Bool]
    private let positives: [Int]
    private let negatives: [Int]

    init(_ pairs: [ScoredPair]) throws {
        let sorted = pairs.sorted { $0.distance < $1.distance }
        distances = sorted.map { Double($0.distance) }
        same = sorted.map(\.same)
        positives = same.indices.filter { sorted[$0].same }
        negatives = same.indices.filter { !sorted[$0].same }
        guard !positives.isEmpty, !negatives.isEmpty else {
            throw FaceEvaluationError.oneKindOnly(same: !positives.isEmpty)
        }
    }

    var ones: [Int32] { Array(repeating: 1, count: same.count) }

    func draw(_ stream: inout SeededRandom) -> [Int32] {
        var weights = [Int32](repeating: 0, count: same.count)
        for kind in [positives, negatives] {
            for _ in kind.indices { weights[kind[stream.below(kind.count)]] += 1 }
        }
        return weights
    }

    /// The first threshold with the most correct decisions, halfway to the next distance.
    func best(weights: [Int32]) -> (threshold: Double, correct: Int) {
        let all = Int32(negatives.count)
        var (correct, most, position) = (all, all, -1)
        for index in same.indices {
            correct += same[index] ? weights[index] : -weights[index]
            let isLast = index + 1 == same.count
            if correct > most, isLast || distances[index + 1] > distances[index] {
                (most, position) = (correct, index)
            }
        }
        guard position >= 0 else { return (distances[0], Int(most)) }
        let isLast = position + 1 == same.count
        let threshold =
            isLast
            ? distances[position].nextUp : (distances[position] + distances[position + 1]) / 2
        return (threshold, Int(most))
    }
}
