import FaceData
import FaceEvaluation
import FaceStatistics
import Torch

/// Checks on a few hundred pairs whether another preparation of the images is far better than the one in
/// use: an accuracy alone does not reveal a wrong channel order or value range.
struct PreparationProbe {
    /// A preparation that was tried.
    struct Trial {
        /// The preparation.
        let preparation: InputPreparation
        /// Fraction of pairs classified correctly with the best threshold on them.
        let accuracy: Double
        /// Whether each pair is classified correctly.
        let isCorrect: [Bool]
    }

    /// Maximum number of pairs.
    static let pairs = 200
    /// Minimum number of pairs; with fewer, nothing is tried.
    static let minPairs = 40
    /// p-value of McNemar's test, corrected for the number of trials, below which a trial counts as better.
    static let level = 0.001
    /// Minimum gain in accuracy; a wrong range costs a well-trained network little, which is not worth a
    /// warning.
    static let gain = 0.03

    /// A warning if another preparation is far better.
    ///
    /// - Parameter embed: Embeds images with a preparation; nil if that is impossible.
    static func warning(
        given: InputPreparation, _ set: VerificationPairs,
        embed: (InputPreparation, any ImageSource) throws -> EmbeddingTable?
    ) throws -> String? {
        let subset = set.subset(pairs)
        let same = subset.pairs.count(where: \.same)
        guard min(same, subset.pairs.count - same) >= minPairs / 2,
            let own = try trial(given, subset, embed)
        else { return nil }
        let others = try given.alternatives.compactMap { try trial($0, subset, embed) }
        let better = others.filter { other in
            let test = McNemarTest(first: own.isCorrect, second: other.isCorrect)
            return other.accuracy >= own.accuracy + gain
                && test.pValue * Double(others.count) < level
        }
        guard let best = better.max(by: { $0.accuracy < $1.accuracy }) else { return nil }
        return "with \(best.preparation) the network decides \(percent(best.accuracy)) of "
            + "\(subset.pairs.count) pairs correctly, and with \(given), as given, "
            + "\(percent(own.accuracy)); if it was trained so, add \(best.preparation.flags)"
    }

    private static func trial(
        _ preparation: InputPreparation, _ set: VerificationPairs,
        _ embed: (InputPreparation, any ImageSource) throws -> EmbeddingTable?
    ) throws -> Trial? {
        // A range that a network was not trained on can give numbers that are not finite.
        guard let table = try embed(preparation, set.source),
            let scored = try? table.normalized().scores(of: set.pairs),
            let best = try? ROCCurve(of: scored).bestAccuracy
        else { return nil }
        return Trial(
            preparation: preparation, accuracy: best.accuracy,
            isCorrect: scored.map { (Double($0.distance) < best.threshold) == $0.same })
    }

    private static func percent(_ fraction: Double) -> String {
        "\((fraction * 1000).rounded() / 10) %"
    }
}
