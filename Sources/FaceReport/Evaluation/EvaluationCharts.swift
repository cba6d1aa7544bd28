import Charts
import FaceEvaluation
import SafeNumbers

/// The charts of an evaluation.
enum EvaluationCharts {
    /// A chart with its file name and its title for screen readers.
    struct Picture {
        var file: String
        var title: String
        var chart: Chart
    }

    /// All charts: the curves of all test sets, and the scores of each.
    static func all(_ sets: [EvaluationReport.TestSet]) -> [Picture] {
        let drawn = [
            roc(sets).map { Picture(file: "roc", title: "ROC", chart: $0) },
            det(sets).map { Picture(file: "det", title: "DET", chart: $0) },
        ]
        let files = fileNames(sets.map(\.name))
        let histograms = zip(sets.enumerated(), files).map { set, file in
            Picture(
                file: "scores-\(file)", title: "Scores on \(set.element.name)",
                chart: scores(set.element, SeriesStyle(slot: set.offset)))
        }
        return drawn.compactMap { $0 } + histograms
    }

    /// Unique names that are valid for files.
    private static func fileNames(_ names: [String]) -> [String] {
        var taken: Set<String> = []
        return names.map { name in
            let plain = String(
                name.unicodeScalars.map { scalar in
                    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        ? Character(scalar) : "-"
                })
            var (file, number) = (plain, 2)
            while !taken.insert(file).inserted {
                file = "\(plain)-\(number)"
                number += 1
            }
            return file
        }
    }

    /// True over false acceptance rate (ROC), for the test sets that have a curve.
    static func roc(_ sets: [EvaluationReport.TestSet]) -> Chart? {
        let curves = curves(of: sets)
        guard let maximum = curves.map(\.roc.negatives).max() else { return nil }
        let x = Axis.fractions("false acceptance rate", from: 1 / Double(maximum))
        let lines = curves.map { name, style, roc in
            LineChart.Line(
                title: name, style: style,
                points: visible(roc, x).map { LineChart.Point($0.far, 100 * $0.tar) })
        }
        let y = Axis.linear(
            "true acceptance rate, %", covering: lines.flatMap(\.points).map(\.y) + [100],
            limits: 0...100)
        return .lines(LineChart(x: x, y: y, lines: lines, naming: .inCorner))
    }

    /// False rejection over false acceptance rate (DET), both logarithmic.
    static func det(_ sets: [EvaluationReport.TestSet]) -> Chart? {
        let curves = curves(of: sets)
        guard let maximum = curves.map(\.roc.negatives).max(),
            let positives = curves.map(\.roc.positives).max()
        else { return nil }
        let x = Axis.fractions("false acceptance rate", from: 1 / Double(maximum))
        let y = Axis.fractions("false rejection rate", from: 1 / Double(positives))
        let lines = curves.map { name, style, roc in
            LineChart.Line(
                title: name, style: style,
                points: visible(roc, x).map { LineChart.Point($0.far, $0.frr) })
        }
        return .lines(LineChart(x: x, y: y, lines: lines, naming: .inCorner))
    }

    private static func curves(
        of sets: [EvaluationReport.TestSet]
    ) -> [(name: String, style: SeriesStyle, roc: ROCCurve)] {
        sets.enumerated().compactMap { position, set in
            set.report.roc.map { (set.name, SeriesStyle(slot: position), $0) }
        }
    }

    /// The points within the axis, beginning with the last one at or left of its left end.
    private static func visible(_ roc: ROCCurve, _ axis: Axis) -> [ROCPoint] {
        let first = roc.points.lastIndex { $0.far <= axis.domain.lowerBound } ?? 0
        return Array(roc.points[min(first, roc.points.count)...])
    }

    /// The distributions of the cosines of both kinds of pairs.
    ///
    /// - Parameters:
    ///   - set: The set.
    ///   - style: Style of the set in the other figures, for pairs of one person.
    static func scores(_ set: EvaluationReport.TestSet, _ style: SeriesStyle) -> Chart {
        let histogram = set.report.histogram
        let used = histogram.positives.indices.filter {
            histogram.positives[$0] + histogram.negatives[$0] > 0
        }
        let range = (used.first ?? 0)...(used.last ?? 0)
        func cosine(_ edge: Int) -> Double { 1 - Double(edge) * histogram.binWidth / 2 }
        // A bin of small distances corresponds to one of large cosines.
        let extent = cosine(range.upperBound + 1)...cosine(range.lowerBound)
        func series(
            _ title: String, _ style: SeriesStyle?, _ counts: [Int]
        ) -> HistogramChart.Series {
            let all = Double(max(counts.reduce(0, +), 1))
            return HistogramChart.Series(
                title: title, style: style,
                heights: counts[range].reversed().map { 100 * Double($0) / all })
        }
        let both = [
            series("one person", style, histogram.positives),
            series("different people", nil, histogram.negatives),
        ].filter { $0.heights.contains { $0 > 0 } }
        return .histogram(
            HistogramChart(
                x: .linear("cosine", covering: [extent.lowerBound, extent.upperBound]),
                y: .linear(
                    "fraction of the pairs of a kind, %", covering: both.flatMap(\.heights),
                    includesZero: true, limits: 0...100),
                extent: extent, series: both, mark: mark(set)))
    }

    private static func mark(_ set: EvaluationReport.TestSet) -> HistogramChart.MarkedValue? {
        set.threshold.map { threshold in
            HistogramChart.MarkedValue(
                value: threshold.best.cosine,
                label: "best threshold \(Format.fixed(threshold.best.cosine, 3))",
                range: ClosedRange(checked: threshold.highest.cosine, threshold.lowest.cosine))
        }
    }
}
