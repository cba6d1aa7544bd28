import FaceStatistics
import FaceTraining
import Foundation
import Spelling

/// The difference between two losses that a study could detect, estimated before anything is trained.
///
/// The variances due to seeds and pairs are not known yet, so they are assumed in units of the binomial
/// variance V = p(1 − p)/pairs of one accuracy:
///
/// - the variance of an accuracy over seeds is 0.36 V: SphereFace's five published repeats on LFW have a
///   standard deviation of 0.066 points at 99.23 %, which is 0.59 of √V;
/// - two losses share four fifths of the variance over pairs.
public struct StudyPower: Encodable, Sendable, Hashable {
    /// A test set with the detectable differences.
    public struct Row: Encodable, Sendable, Hashable {
        /// Name of the test set.
        public var test: String
        /// Number of pairs.
        public var pairs: Int
        /// The difference that is detected with a power of 80 %, for several accuracies of the losses;
        /// 0...1.
        public var differences: [(accuracy: Double, difference: Double)] {
            StudyPower.accuracies.compactMap { accuracy in
                StudyPower.difference(
                    accuracy: accuracy, pairs: pairs, seeds: seeds, comparisons: comparisons
                ).map { (accuracy, $0) }
            }
        }

        fileprivate var seeds: Int
        fileprivate var comparisons: Int

        private struct Found: Encodable {
            var accuracy: Double
            var difference: Double
        }

        private enum CodingKeys: CodingKey { case test, pairs, differences }

        /// Encodes the test set with the detectable differences.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(test, forKey: .test)
            try container.encode(pairs, forKey: .pairs)
            try container.encode(
                differences.map { Found(accuracy: $0.accuracy, difference: $0.difference) },
                forKey: .differences)
        }
    }

    /// Accuracies for which differences are computed.
    static let accuracies = [0.8, 0.9, 0.95, 0.99, 0.995]
    private static let seedFraction = 0.36
    private static let commonFraction = 0.8

    /// Number of seeds.
    public let seeds: Int
    /// Number of comparisons of two losses, over which the level is divided.
    public let comparisons: Int
    /// Epochs of a run.
    public let epochs: Int
    /// One row for each test set.
    public let rows: [Row]

    /// Estimates the power of a study.
    ///
    /// - Parameters:
    ///   - configuration: The study.
    ///   - pairs: Number of pairs of each test set.
    public init(_ configuration: StudyConfiguration, pairs: [Int]) {
        let losses = configuration.losses.count
        let configurations = configuration.train.count * configuration.backbones.count
        let comparisons = max(
            1, losses * (losses - 1) / 2 * configurations * configuration.test.count)
        seeds = configuration.seeds.count
        self.comparisons = comparisons
        epochs = configuration.training.epochs
        rows = zip(configuration.test, pairs).map { test, pairs in
            Row(
                test: test.name, pairs: pairs, seeds: configuration.seeds.count,
                comparisons: comparisons)
        }
    }

    /// The difference detected with a power of 80 % near an accuracy; with one seed, between the two
    /// trained models.
    static func difference(
        accuracy: Double, pairs: Int, seeds: Int, comparisons: Int
    ) -> Double? {
        let variance = accuracy * (1 - accuracy) / Double(max(1, pairs))
        let bySeed = 2 * seedFraction * variance
        let byPairs = 2 * (1 - seedFraction) * (1 - commonFraction) * variance
        let level = 0.05 / Double(comparisons)
        guard seeds > 1 else {
            let reach =
                NormalDistribution.quantile(1 - level / 2)
                + NormalDistribution.quantile(PairedPower.defaultPower)
            return reach * (bySeed + byPairs).squareRoot()
        }
        let power = try? PairedPower(seedVariance: bySeed, pairVariance: byPairs, level: level)
        return power?.difference(foundBy: seeds)
    }

    /// The estimate as text.
    public var text: String {
        let lines = rows.map { row in
            let found = row.differences.map { accuracy, difference in
                String(format: "%.1f points near %.4g %%", difference * 100, accuracy * 100)
            }
            return "  \(row.test), \(counted(row.pairs, "pair")): \(found.joined(separator: ", "))"
        }
        let what =
            seeds > 1
            ? "the difference between two losses that \(seeds) seeds detect with 80 % power"
            : "the difference between two trained models that is detected with 80 % power (one seed "
                + "says nothing about the losses; use --seeds 5)"
        let basis =
            "  at 5 % over \(counted(comparisons, "comparison")), assuming that "
            + "seeds vary an accuracy by 0.6 of its binomial error and losses share four fifths of "
            + "the variation over pairs; epochs to the best are counted in whole epochs of \(epochs)"
        return (["power of the study: \(what)"] + lines + [basis])
            .joined(separator: "\n")
    }
}
