import Charts
import Documents
import FaceEvaluation

/// The chapter of an evaluation on MegaFace: rank 1 and 10 over the number of distractors, and TAR.
enum DistractorSection {
    /// - Parameter slots: Number of sets before these, whose lines have the first colours.
    static func section(
        _ sets: [(name: String, report: DistractorReport)], after slots: Int
    ) -> Section? {
        guard !sets.isEmpty else { return nil }
        let blocks = sets.flatMap { set -> [Block] in
            let heading: [Block] = sets.count > 1 ? [.heading(set.name)] : []
            return heading + [.paragraph(facts(set.report)), .table(table(set.name, set.report))]
                + [Block.caveats(set.report.warnings.map { RichText($0) })]
        }
        let curves = panels(
            sets.enumerated().map { slot, set in
                (
                    TemplateSection.Name(title: set.name, style: SeriesStyle(slot: slots + slot)),
                    set.report
                )
            })
        let figures = curves.isEmpty ? [] : [Block.figure(figure("", curves))]
        return Section("megaface", "Among distractors", blocks + figures)
    }

    /// What was searched for, and among what.
    static func facts(_ report: DistractorReport) -> RichText {
        let all = Format.count(report.rates.last?.distractors ?? 0, "distractor")
        let probes = Format.count(report.noisyProbes, "probe")
        let distractors = Format.count(report.noisyDistractors, "distractor")
        return """
            \(Format.count(report.pairs, "pair")) of images of one person, from \
            \(Format.count(report.people, "person", plural: "people")): one image is the probe, and the other one is \
            alone among up to \(all). \(probes) and \(distractors) are left out as noise. Ties count against a probe.
            """
    }

    private static func table(_ name: String, _ report: DistractorReport) -> Table {
        let rows = report.rates.map { rates -> [Table.Entry] in
            let measure = TemplateReport.Measure.rankAmong(1, distractors: rates.distractors)
            let interval = report.figures[measure]?.interval
            return [
                Table.Entry(Format.count(rates.distractors)), entry(rates.rank1),
                interval.map { Table.Entry(TemplateSection.range($0)) } ?? .missing,
                entry(rates.rank10),
            ]
        }
        let tars = report.figures.compactMap { figure -> String? in
            guard case .tar = figure.measure, let value = figure.value else { return nil }
            let interval = figure.interval.map { " (\(TemplateSection.range($0)))" } ?? ""
            return " \(figure.measure.title): \(Format.withSign(value))\(interval)."
        }
        return Table(
            caption: RichText(
                "\(name): pairs found at rank 1 and 10, in percent; the interval is for other people among the "
                    + "probes.\(tars.joined())"),
            columns: [
                .words("Distractors"), .numbers("Rank 1"), .numbers("95 %"), .numbers("Rank 10"),
            ], rows: rows)
    }

    private static func entry(_ value: Double?) -> Table.Entry {
        value.map { Table.Entry(Format.percent($0)) } ?? .missing
    }

    /// The figure of ``panels(_:)``.
    ///
    /// - Parameter of: What the lines are of, a sentence with a space behind it, or nothing.
    static func figure(_ of: String, _ panels: [Figure.Panel]) -> Figure {
        Figure(
            caption: RichText(
                "\(of)The share of the pairs of one person whose other image scores higher than every distractor, over "
                    + "the number of distractors."), panels: panels)
    }

    /// Rank 1 over the number of distractors; empty unless there are several numbers.
    static func panels(
        _ series: [(name: TemplateSection.Name, report: DistractorReport)]
    ) -> [Figure.Panel] {
        let lines = series.map { name, report in
            LineChart.Line(
                title: name.title, style: name.style,
                points: report.rates.compactMap { rates in
                    rates.rank1.map { LineChart.Point(Double(rates.distractors), 100 * $0) }
                })
        }.filter { $0.points.count > 1 }
        let points = lines.flatMap(\.points)
        guard let fewest = points.map(\.x).min(), let most = points.map(\.x).max(), fewest > 0
        else { return [] }
        let y = Axis.linear("found at rank 1, %", covering: points.map(\.y), limits: 0...100)
        return [
            Figure.Panel(
                title: "Rank 1 among distractors",
                chart: .lines(
                    LineChart(
                        x: .logarithmic("distractors", from: fewest, to: most), y: y, lines: lines,
                        naming: TemplateSection.naming(lines))))
        ]
    }
}
