import FaceStatistics
import Foundation
import SafeNumbers

/// Calibration of a model's scores on the pairs of a test set: thresholds of chosen false acceptance rates,
/// and how often impostor pairs reach a score.
///
/// Scores are cosines. All pairs are treated as independent; pairs that share people contain less information, so the
/// true intervals are then wider.
public struct ScoreCalibration: Sendable, Hashable {
    /// False acceptance rates for which thresholds are stored, as far as the pairs support them.
    public static let rates = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]

    /// The threshold of one false acceptance rate.
    public struct Threshold: Codable, Sendable, Hashable {
        /// The false acceptance rate; above 0 and below 1.
        public let far: Double
        /// A pair is accepted if its cosine is above this: the lowest value that does not exceed the rate
        /// on the pairs.
        public let cosine: Double
        /// Interval of the threshold over all impostor pairs, by order statistics: lower
        /// and upper end. -1 or 1 if the pairs do not bound it.
        public let interval: [Double]
        /// The fraction of the pairs of one person that it accepts; nil without such pairs.
        public let tar: Double?
        /// Clopper and Pearson's interval of ``tar``.
        public let tarInterval: [Double]?
    }

    /// The fraction of impostor pairs that reach a score.
    public struct ImpostorFraction: Sendable, Hashable {
        /// The counted fraction; 0...1.
        public let estimate: Double
        /// Clopper and Pearson's interval: lower and upper end.
        public let interval: [Double]
    }

    /// The test set's name.
    public let set: String
    /// Embeddings per image from which the scores were computed: 2 with the mirror image, 1 without.
    public let views: Int
    /// Pairs of two people.
    public let impostorPairs: Int
    /// Pairs of one person.
    public let genuinePairs: Int
    /// Confidence level of the intervals; 0...1.
    public let level: Double
    /// Thresholds of ``rates``, the largest first.
    public let thresholds: [Threshold]
    /// Distinct cosines of impostor pairs, highest first: all of them if they are few, otherwise
    /// all of the highest and increasingly fewer below.
    public let scores: [Double]
    /// Number of impostor pairs above each of ``scores``.
    public let above: [Int]
    /// Number of impostor pairs at or above each of ``scores``.
    public let atLeast: [Int]

    /// Summarises the scores of a test set.
    ///
    /// - Parameters:
    ///   - scores: Scores of pairs of single images.
    ///   - set: The test set's name.
    ///   - views: 2 if scores use images and mirror images, otherwise 1.
    /// - Throws: ``FaceEvaluationError/noImpostors(set:pairs:needed:)`` if they support none of the rates.
    public init(
        of scores: TemplateScores, set: String, views: Int,
        level: Double = 0.95
    ) throws {
        let count = scores.impostor.count
        let supported = Self.rates.filter { OperatingPoint.isSupported(rate: $0, by: count) }
        guard !supported.isEmpty else {
            throw FaceEvaluationError.noImpostors(
                set: set, pairs: count,
                needed: OperatingPoint.negativesNeeded(forRate: Self.rates[0]) ?? 0)
        }
        let ranks = supported.flatMap { rate -> [Int] in
            let errors = Self.errors(rate, of: count, level: level)
            return [TemplateScores.allowed(rate, of: count), errors.upperBound]
                + (errors.lowerBound > 0 ? [errors.lowerBound - 1] : [])
        }
        self.set = set
        self.views = views
        self.level = level
        impostorPairs = count
        genuinePairs = scores.genuine.count
        let summary = Summary(scores.impostor, keeping: ranks)
        self.scores = summary.scores
        above = summary.above
        atLeast = summary.atLeast
        thresholds = supported.map { rate in
            let found = summary.threshold(rate, of: count, level: level)
            let accepted = TemplateScores.count(above: found.cosine, in: scores.genuine)
            let share = BinomialInterval.clopperPearson(
                accepted, of: scores.genuine.count, level: level)
            let isKnown = !scores.genuine.isEmpty
            return Threshold(
                far: rate, cosine: found.cosine, interval: found.interval,
                tar: isKnown ? Double(accepted) / Double(scores.genuine.count) : nil,
                tarInterval: isKnown ? [share.lower, share.upper] : nil)
        }
    }

    /// The threshold of a false acceptance rate; nil if the pairs do not support the rate.
    ///
    /// - Parameter far: Above 0 and below 1. For a rate not in ``rates``, the threshold may be slightly
    ///   higher than the lowest possible one.
    public func threshold(atFAR far: Double) -> Threshold? {
        if let stored = thresholds.first(where: { $0.far == far }) { return stored }
        guard far > 0, far < 1, OperatingPoint.isSupported(rate: far, by: impostorPairs) else {
            return nil
        }
        let found = Summary(scores: scores, above: above, atLeast: atLeast)
            .threshold(far, of: impostorPairs, level: level)
        return Threshold(
            far: far, cosine: found.cosine, interval: found.interval, tar: nil, tarInterval: nil)
    }

    /// Probability that an impostor pair reaches a score.
    ///
    /// - Parameter cosine: The value. Between two ``scores`` of a large set the count is not known exactly:
    ///   it is interpolated, and the interval covers all possible values.
    public func impostorFraction(atLeast cosine: Double) -> ImpostorFraction {
        let next = scores.firstIndex { $0 < cosine } ?? scores.count
        let fewest = next > 0 ? atLeast[next - 1] : 0
        let most = next < scores.count ? above[next] : impostorPairs
        var count = Double(fewest)
        if most > fewest, next > 0, next < scores.count {
            let (high, low) = (scores[next - 1], scores[next])
            count += Double(most - fewest) * (high - cosine) / (high - low)
        }
        return ImpostorFraction(
            estimate: count / Double(impostorPairs),
            interval: [
                BinomialInterval.clopperPearson(fewest, of: impostorPairs, level: level).lower,
                BinomialInterval.clopperPearson(most, of: impostorPairs, level: level).upper,
            ])
    }

    /// Plausible numbers of errors for a number of trials at a rate: those whose tails are at least as probable as
    /// half of one minus the level.
    fileprivate static func errors(
        _ rate: Double, of count: Int, level: Double
    ) -> ClosedRange<Int> {
        let fewest = (0..<count).partitioningIndex {
            BinomialInterval.clopperPearson($0, of: count, level: level).upper >= rate
        }
        let tooMany = (0..<count).partitioningIndex {
            BinomialInterval.clopperPearson($0, of: count, level: level).lower > rate
        }
        return fewest...max(fewest, tooMany - 1)
    }

    /// Impostor scores with the number of pairs above each.
    private struct Summary {
        var scores: [Double] = []
        var above: [Int] = []
        var atLeast: [Int] = []

        init(scores: [Double], above: [Int], atLeast: [Int]) {
            (self.scores, self.above, self.atLeast) = (scores, above, atLeast)
        }

        /// Number of highest scores that are all kept.
        private static let dense = 4096
        /// Growth factor of the number of pairs from one kept score to the next, below those.
        private static let growth = 1.02

        /// - Parameters:
        ///   - sorted: All scores, highest first.
        ///   - ranks: Indices of scores that are kept in any case.
        init(_ sorted: [Double], keeping ranks: [Int]) {
            let kept = Set(ranks.filter(sorted.indices.contains).map { sorted[$0] })
            var (index, next) = (0, 0.0)
            while index < sorted.count {
                let end = index + TemplateScores.count(atLeast: sorted[index], in: sorted[index...])
                let isLast = end == sorted.count
                if index < Self.dense || Double(index) >= next || isLast
                    || kept.contains(sorted[index])
                {
                    scores.append(sorted[index])
                    above.append(index)
                    atLeast.append(end)
                    next = Double(end) * Self.growth
                }
                index = end
            }
        }

        func threshold(
            _ rate: Double, of count: Int, level: Double
        ) -> (cosine: Double, interval: [Double]) {
            let allowed = TemplateScores.allowed(rate, of: count)
            let errors = ScoreCalibration.errors(rate, of: count, level: level)
            let cosine = above.lastIndex { $0 <= allowed }.map { scores[$0] } ?? 1
            let lower = atLeast.firstIndex { $0 > errors.upperBound }.map { scores[$0] } ?? -1
            let upper =
                errors.lowerBound == 0
                ? 1 : above.lastIndex { $0 < errors.lowerBound }.map { scores[$0] } ?? 1
            return (cosine, [lower, upper])
        }
    }
}
