import Charts
import Documents
import FaceStatistics

/// Sentences and table entries on the comparison of two losses.
enum ComparisonText {
    /// An interval of fractions in points: `0.41 to 2.17`.
    static func points(_ interval: Interval) -> String {
        "\(Format.percent(interval.lower)) to \(Format.percent(interval.upper))"
    }

    /// A probability with two decimals, or three if it is small.
    static func probability(_ p: Double) -> String {
        if p < 0.001 { return "< 0.001" }
        return Format.fixed(p, p < 0.0995 ? 3 : 2)
    }

    /// One sentence on a comparison.
    ///
    /// - Parameter comparisons: Number of comparisons of the study, for which the required number of seeds
    ///   is corrected as well.
    static func sentence(_ comparison: LossComparison, of comparisons: Int) -> RichText {
        let (a, b) = (comparison.better.title, comparison.worse.title)
        let size = Format.percent(comparison.difference.mean)
        let range = points(comparison.interval)
        switch (comparison.isSignificant, comparison.seeds) {
        case (true, 1):
            return """
                The model of \(strong: a) is better than that of \(b) by \(size) points (\(range)); \
                whether another seed would show the same is unknown.
                """
        case (true, _):
            return "\(strong: a) is better than \(b) by \(size) points (\(range))."
        case (false, _):
            let need = need(comparison, of: comparisons)
            // The difference might be significant on its own, but is not among many.
            let among =
                comparison.pValue < 1 - Interval.defaultLevel
                ? " among \(Format.count(comparisons)) comparisons" : ""
            return """
                \(a) and \(b) cannot be told apart\(among) (\(size) points, \(range)): \(need).
                """
        }
    }

    /// The seeds or pairs needed to detect a difference as large as the observed one.
    static func need(_ comparison: LossComparison, of comparisons: Int) -> String {
        let size = comparison.difference.mean
        guard comparison.seeds > 1 else {
            return "with one seed, the variation over seeds is unknown"
        }
        guard size > 0, let power = power(comparison, of: comparisons) else {
            return "they scored the same, so there is no difference to detect"
        }
        if let needed = power.seeds(toFind: size) {
            let more = max(1, needed - comparison.seeds)
            let count = more > 999 ? "more than 1,000 more seeds" : count(more)
            return "\(count) would be needed"
        }
        let factor = power.pairFactor(toFind: size)
        let times = factor > 999 ? "more than 1,000" : Format.significant(factor)
        return
            "no number of seeds would suffice on these pairs; about \(times) times as many pairs would"
    }

    private static func count(_ more: Int) -> String {
        "about \(Format.count(more, "more seed"))"
    }

    /// The power at the level of the strictest of all tests.
    private static func power(
        _ comparison: LossComparison, of comparisons: Int
    ) -> PairedPower? {
        comparison.power.flatMap {
            try? PairedPower(
                seedVariance: $0.seedVariance, pairVariance: $0.pairVariance,
                level: (1 - Interval.defaultLevel) / Double(max(1, comparisons)))
        }
    }

    /// Number of seeds in which McNemar's test rejects at 5 %: `3 of 5`; with one seed, the p-value itself.
    static func mcNemar(_ comparison: LossComparison) -> String {
        guard comparison.seeds > 1 else {
            return comparison.mcNemar.first.map { probability($0.pValue) } ?? "–"
        }
        let count = comparison.mcNemar.count { $0.pValue < 1 - Interval.defaultLevel }
        return "\(count) of \(comparison.seeds)"
    }

    /// Number of seeds in which the better loss is ahead, out of those that differ, with the sign test's
    /// p-value.
    static func sign(_ comparison: LossComparison) -> String {
        let sign = comparison.sign
        guard comparison.seeds > 1 else { return "–" }
        let all = sign.positive + sign.negative
        return "\(sign.positive) of \(all) (\(probability(sign.pValue)))"
    }
}
