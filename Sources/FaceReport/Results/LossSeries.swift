package import Charts

/// A loss as the report compares it: one colour, one dash, one marker, one row.
package struct LossSeries: Hashable, Sendable {
    /// The loss with its parameters, e.g. `arcface:m=0.4`; of values that tuning chose, which differ
    /// from one cell to the next, `arcface (tuned)`.
    package let loss: String
    /// The loss as requested, e.g. `ArcFace:m=0.40`.
    package let requested: String
    /// The sampler that drew its batches.
    package let sampler: String
    /// Its name in the report; unique among the series.
    package let title: String
    /// How figures draw it.
    package let style: SeriesStyle
}

/// The losses of the paper, which come first and keep their colours in all reports.
enum KnownLoss {
    static let names = ["softmax", "asoftmax", "amsoftmax", "arcface", "marginal"]

    /// Index of a loss, given with or without parameters, tuned or not; other losses share the last.
    static func rank(_ loss: String) -> Int {
        let name = loss.prefix { $0 != ":" && $0 != " " && $0 != "@" }
        return names.firstIndex { $0 == name } ?? names.count
    }
}

extension SeriesStyle {
    /// Styles for losses in the order of the report: a loss of the paper has the same style in
    /// every report.
    static func assign(_ losses: [String]) -> [SeriesStyle] {
        var taken: Set<Int> = []
        return losses.map { loss in
            let rank = KnownLoss.rank(loss)
            var slot = rank
            if taken.contains(slot) { slot = KnownLoss.names.count }
            while taken.contains(slot) { slot += 1 }
            taken.insert(slot)
            return SeriesStyle(slot: slot)
        }
    }
}
