package import Charts

/// A loss as a series of the report, with one colour, dash pattern, marker and row.
package struct LossSeries: Hashable, Sendable {
    /// The loss with its parameters, e.g. `arcface:m=0.4`; `arcface (tuned)` for values chosen by tuning,
    /// which differ between cells.
    package let loss: String
    /// The loss as requested, e.g. `ArcFace:m=0.40`.
    package let requested: String
    /// The sampler that drew its batches.
    package let sampler: String
    /// Its name in the report; unique among the series.
    package let title: String
    /// Its style in figures.
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
