import FaceStatistics
import Foundation

/// What a model's scores are worth, by the pairs of a test set: thresholds of chosen false acceptance rates,
/// and how often two people score as much as a value or more.
///
/// Scores are cosines. All pairs are taken as independent; pairs that share people tell less, so that the
/// true intervals are wider where they do.
public struct ScoreCalibration: Sendable, Hashable {
    /// False acceptance rates that thresholds are stored for, as far as the pairs support them.
    public static let rates = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]

    /// A threshold of a false acceptance rate.
    public struct Threshold: Codable, Sendable, Hashable {
        /// The false acceptance rate; above 0 and below 1.
        public let far: Double
        /// A pair is accepted if its cosine is above this: the lowest value that keeps to the rate on the
        /// pairs.
        public let cosine: Double
        /// Where the threshold of the rate lies among all pairs of two people, by order statistics: lower
        /// and upper end. -1 or 1 where the pairs do not bound it.
        public let interval: [Double]
        /// The fraction of the pairs of one person that it accepts; nil without such pairs.
        public let tar: Double?
        /// Clopper and Pearson's interval of ``tar``.
        public let tarInterval: [Double]?
    }

    /// The fraction of pairs of two people that score as much as a value or more.
    public struct ImpostorFraction: Sendable, Hashable {
        /// The fraction that was counted; 0...1.
        public let estimate: Double
        /// Clopper and Pearson's interval: lower and upper end.
        public let interval: [Double]
    }

    /// The test set's name.
    public let set: String
    /// Embeddings an image that the scores were computed from: 2 with the mirror image, 1 without.
    public let views: Int
    /// Pairs of two people.
    public let impostorPairs: Int
    /// Pairs of one person.
    public let genuinePairs: Int
    /// Chance that an interval holds what it is about.
    public let level: Double
    /// Thresholds of ``rates``, the largest first.
    public let thresholds: [Threshold]
    /// Cosines of pairs of two people, highest first, each once: all of them where they are few, and else
    /// every one of the highest and fewer and fewer below.
    public let scores: [Double]
    /// Pairs of two people above each of ``scores``.
    public let above: [Int]
    /// Pairs of two people at each of ``scores`` or above.
    public let atLeast: [Int]

    /// Summarises the scores of a test set.
    ///
    /// - Parameters:
    ///   - scores: Scores of pairs of single images.
    ///   - set: The test set's name.
    ///   - views: 2 where they are of images and mirror images, 1 otherwise.
    /// - Throws: ``FaceEvaluationError/noImpostors(set:pairs:needed:)`` where they support none of the rates.
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

    /// The threshold of a false acceptance rate; nil where the pairs do not support the rate.
    ///
    /// - Parameter far: Above 0 and below 1. Of another rate than ``rates``, the threshold may be a little
    ///   higher than the lowest that keeps to it.
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

    /// How probable it is that the pair of two people scores as much as a value or more.
    ///
    /// - Parameter cosine: The value. Between two ``scores`` of a large set the count is not known exactly:
    ///   it is interpolated, and the interval holds all it may be.
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

    /// How many errors so many trials have at a rate: the numbers whose tails are not less probable than
    /// half of what the level leaves.
    fileprivate static func errors(
        _ rate: Double, of count: Int, level: Double
    ) -> ClosedRange<Int> {
        func first(_ isPast: (Int) -> Bool) -> Int {
            var (low, high) = (0, count)
            while low < high {
                let middle = (low + high) / 2
                if isPast(middle) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let fewest = first {
            BinomialInterval.clopperPearson($0, of: count, level: level).upper >= rate
        }
        let tooMany = first {
            BinomialInterval.clopperPearson($0, of: count, level: level).lower > rate
        }
        return fewest...max(fewest, tooMany - 1)
    }

    /// Scores of pairs of two people with how many are above.
    private struct Summary {
        var scores: [Double] = []
        var above: [Int] = []
        var atLeast: [Int] = []

        init(scores: [Double], above: [Int], atLeast: [Int]) {
            (self.scores, self.above, self.atLeast) = (scores, above, atLeast)
        }

        /// Scores kept one by one from the highest on.
        private static let dense = 4096
        /// Growth of the number of pairs from one kept score to the next below them.
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
