import Charts
import Documents
import FaceEvaluation

/// The chapter of an evaluation on sets of templates: TAR, ranks, TPIR, CMC and DET.
enum TemplateSection {
    /// - Parameters:
    ///   - sets: Names of the sets, and their results.
    ///   - slots: Number of styles that other sets of the page have, so that each has its own.
    static func section(
        _ sets: [(name: String, report: TemplateReport)], after slots: Int
    ) -> Section? {
        guard !sets.isEmpty else { return nil }
        let blocks = sets.flatMap { set -> [Block] in
            let heading: [Block] = sets.count > 1 ? [.heading(set.name)] : []
            return heading + [.paragraph(facts(set.report)), .table(table(set.report))]
                + [Block.caveats(set.report.warnings.map { RichText($0) })]
        }
        return Section(
            "templates", "Templates and identification",
            blocks + figures(sets, after: slots).map(Block.figure))
    }

    static func facts(_ report: TemplateReport) -> RichText {
        var text: RichText = """
            \(Format.count(report.templates, "template")) of \(Format.count(report.images, "image")) and \
            \(Format.count(report.people, "person", plural: "people")); embeddings \(report.pooling).
            """
        if let normalization = report.normalization {
            text = text + " " + "Scores are normalised: \(normalization)."
        }
        if report.genuine + report.impostor > 0 {
            text =
                text + " " + """
                    \(Format.count(report.genuine, "pair")) of templates of one person, \
                    \(Format.count(report.impostor)) of two.
                    """
        }
        if report.mated + report.nonmated > 0 {
            let sizes = report.galleries.map { Format.count($0) }.joined(separator: " and ")
            text =
                text + " " + """
                    \(Format.count(report.mated, "search", plural: "searches")) for enrolled people, \
                    \(Format.count(report.nonmated)) for people who are not, in \
                    \(report.galleries.count == 1 ? "a gallery" : "galleries") of \(sizes).
                    """
        }
        return text
    }

    private static func table(_ report: TemplateReport) -> Table {
        let rows = report.figures.map { figure -> [Table.Entry] in
            [
                Table.Entry(figure.measure.title), entry(figure),
                figure.interval.map { Table.Entry(range($0)) } ?? .missing,
                figure.insightFace.map { Table.Entry(Format.percent($0)) } ?? .missing,
            ]
        }
        return Table(
            caption: """
                In percent. TAR: true acceptance rate at a false acceptance rate that is never exceeded. \
                TPIR: true positive identification rate, 1 − FNIR (ISO/IEC 19795-1), at rank 1 and a false positive \
                identification rate among searches for people who are not enrolled. The interval is for other \
                people. A figure that \(emphasis: "needs") more pairs of two people (TAR), or more searches for people who \
                are not enrolled (TPIR), has none. insightface reads TAR at the nearest point of a thinned curve, and searches all galleries \
                at once without unknown people.
                """,
            columns: [
                .words("Measure"), .numbers("Facet"), .numbers("95 %"), .numbers("insightface"),
            ], rows: rows)
    }

    static func entry(_ figure: TemplateReport.Figure) -> Table.Entry {
        if let value = figure.value { return Table.Entry(Format.percent(value)) }
        let needed = figure.needed.map { "needs \(Format.count($0))" } ?? "–"
        return Table.Entry("\(emphasis: needed)")
    }

    /// What the intervals of losses with these numbers of seeds cover.
    static func scope(ofSeeds counts: [Int]) -> String {
        guard counts.max() ?? 1 > 1 else { return "other people" }
        return "other people and other seeds"
            + (counts.min() ?? 1 > 1 ? "" : ", for a loss with one seed for other people only")
    }

    static func range(_ interval: [Double]) -> String {
        "\(Format.percent(interval[0])) to \(Format.percent(interval[1]))"
    }

    // MARK: Curves

    private static func figures(
        _ sets: [(name: String, report: TemplateReport)], after slots: Int
    ) -> [Figure] {
        let named = sets.enumerated().map { index, set in
            (Name(title: set.name, style: SeriesStyle(slot: slots + index)), set.report)
        }
        let panels = [
            matches(named.map { ($0, $1.cumulativeMatches) }).map {
                Figure.Panel(title: "CMC", chart: $0)
            },
            errors(named.map { ($0, $1.errorTradeOff) }).map {
                Figure.Panel(title: "DET", chart: $0)
            },
        ].compactMap { $0 }
        guard !panels.isEmpty else { return [] }
        return [
            Figure(
                caption: """
                    CMC: the share of searches for enrolled people that find the person at a rank or better. \
                    DET: false negative over false positive identification rate, the lower the better.
                    """, panels: panels)
        ]
    }

    /// The test set or loss of a curve, drawn as in all other figures.
    struct Name {
        let title: String
        let style: SeriesStyle
    }

    /// Rank-k identification rates.
    static func matches(_ series: [(name: Name, rates: [Double])]) -> Chart? {
        let lines = series.filter { !$0.rates.isEmpty }.map { name, rates in
            LineChart.Line(
                title: name.title, style: name.style,
                points: zip(TemplateReport.matchRanks, rates).prefix(20).map {
                    LineChart.Point(Double($0), 100 * $1)
                })
        }
        guard !lines.isEmpty else { return nil }
        let y = Axis.linear(
            "found, %", covering: lines.flatMap(\.points).map(\.y) + [100], limits: 0...100)
        return .lines(
            LineChart(
                x: .counting("rank", from: 1, to: 20), y: y, lines: lines, naming: naming(lines)))
    }

    /// FNIR over FPIR.
    static func errors(
        _ series: [(name: Name, points: [IdentificationRates.ErrorPoint])]
    ) -> Chart? {
        let shown = series.map { ($0.name, $0.points.filter { $0.fnir > 0 }) }
            .filter { !$0.1.isEmpty }
        guard let lowest = shown.flatMap(\.1).map(\.fpir).min(),
            let fewest = shown.flatMap(\.1).map(\.fnir).min(), lowest < 1, fewest < 1
        else { return nil }
        let lines = shown.map { name, points in
            LineChart.Line(
                title: name.title, style: name.style,
                points: points.map { LineChart.Point($0.fpir, $0.fnir) })
        }
        let title = "false negative identification rate"
        // For poor networks, a whole decade would compress the curve at its upper edge.
        let y =
            fewest < 0.3
            ? Axis.fractions(title, from: fewest)
            : .linear(title, covering: lines.flatMap(\.points).map(\.y), limits: 0...1)
        return .lines(
            LineChart(
                x: .fractions("false positive identification rate", from: lowest), y: y,
                lines: lines, naming: naming(lines)))
    }

    /// Names are placed beside the lines if a corner has no room for all.
    static func naming(_ lines: [LineChart.Line]) -> LineChart.Naming {
        lines.count > 6 ? .atEnds : .inCorner
    }
}

extension TemplateReport {
    /// The figure that represents the set in one line: the first with a value, i.e. TAR at the lowest
    /// supported rate.
    var headline: Figure? { figures.first { $0.value != nil } }
}
