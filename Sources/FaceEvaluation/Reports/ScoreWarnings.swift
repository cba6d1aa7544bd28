import Spelling

/// Warnings about scores that make an accuracy unreliable; the same for the report of a
/// study and for the evaluation of one model.
public enum ScoreWarnings {
    /// Number of pairs below which an accuracy is nearly meaningless: at 80 %, the 95 % interval of 200
    /// pairs reaches 5.5 points to each side.
    public static let minPairs = 200

    /// A sentence if a test set has too few pairs to distinguish models; nil if it has enough.
    public static func tooFewPairs(_ pairs: Int) -> String? {
        guard pairs < minPairs else { return nil }
        return counted(pairs, "pair is", "pairs are")
            + " too few to say how accurate a model is: use at least "
            + "\(minPairs), and thousands to distinguish good models."
    }

    /// Width of a distance's range, in squared L2, within which all pairs look equal: one step of
    /// the thresholds that accuracy is measured with.
    private static let minSpread = 0.01
    /// Mean norm below which embeddings count as zero.
    private static let minNorm = 1e-6

    /// A sentence if the embeddings are nearly the same for all images, or zero, so that their
    /// accuracy is at chance level; nil otherwise.
    ///
    /// - Parameters:
    ///   - distances: Squared L2 distances of the pairs.
    ///   - meanNorm: Mean L2 norm of the embeddings before normalisation, where it is known.
    public static func collapse(distances: [Float], meanNorm: Double?) -> String? {
        if let meanNorm, meanNorm < minNorm {
            return "The embeddings have collapsed: their mean norm is \(meanNorm), so that their "
                + "directions are rounding errors and the accuracy is chance."
        }
        guard distances.count > 1 else { return nil }
        let sorted = distances.sorted()
        // A few outlying pairs do not mean that a model distinguishes people.
        let edge = distances.count / 20
        let spread = Double(sorted[sorted.count - 1 - edge]) - Double(sorted[edge])
        guard spread < minSpread else { return nil }
        return "The embeddings have collapsed: the distances of nine in ten pairs are within "
            + "\(minSpread) of each other, one step of the thresholds, so that no threshold "
            + "tells people apart."
    }
}
