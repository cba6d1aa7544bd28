import Charts
import Documents
import FaceEvaluation
import FaceRuns
import SafeNumbers

/// Error against rejection: the false non-match rate when pairs of low quality are rejected.
enum QualitySection {
    /// A loss or model with its curve.
    private struct Line {
        let title: String
        let style: SeriesStyle
        let curve: QualityCurve
    }

    static func section(_ results: StudyResults) -> Section? {
        let figures = results.detailedSets.compactMap { name in
            figure(name, of: results, results.configurations)
        }
        guard !figures.isEmpty else { return nil }
        return section(figures, further: "Each curve is of the first seed of its loss.")
    }

    /// The chapter of an evaluation of one model.
    static func section(_ sets: [SetDetails]) -> Section? {
        let figures = sets.compactMap { set in
            figure(
                set.name,
                [
                    (
                        set.name,
                        set.errorReject.enumerated().map { slot, curve in
                            Line(
                                title: title(curve), style: SeriesStyle(slot: slot), curve: curve)
                        }
                    )
                ])
        }
        return figures.isEmpty ? nil : section(figures, further: "")
    }

    /// The name of a quality, short enough for a figure.
    private static func title(_ curve: QualityCurve) -> String {
        curve.quality == QualityCurve.norm ? "embedding’s norm" : curve.quality
    }

    private static func section(_ figures: [Figure], further: String) -> Section {
        let text: RichText = """
            Pairs of one person are rejected by the lower quality of their two sides, the worst first, at an unchanged \
            threshold. A quality measure that predicts errors makes the false non-match rate (FNMR) fall; a flat line \
            means random rejection. \(further)
            """
        return Section(
            "quality", "Errors against rejected pairs",
            [.paragraph(text)] + figures.map(Block.figure))
    }

    private static func figure(
        _ name: String, of results: StudyResults, _ configurations: [Configuration]
    ) -> Figure? {
        let panels = configurations.flatMap { configuration -> [(String, [Line])] in
            let firsts = results.losses.compactMap { loss -> (LossSeries, SetDetails)? in
                let runs = results.cell(configuration, loss).finished
                return runs.first?.details[name].map { (loss, $0) }
            }
            let qualities = firsts.flatMap { $0.1.errorReject.map(\.quality) }.uniqued
            return qualities.map { quality in
                (
                    "\(results.title(configuration)), by \(quality)",
                    firsts.compactMap { loss, details in
                        details.errorReject.first { $0.quality == quality }.map {
                            Line(title: loss.title, style: loss.style, curve: $0)
                        }
                    }
                )
            }
        }
        return figure(name, panels)
    }

    private static func figure(_ name: String, _ panels: [(title: String, lines: [Line])])
        -> Figure?
    {
        let lines = panels.flatMap(\.lines)
        guard let far = lines.first?.curve.far else { return nil }
        // All curves are of the same pairs, unless images failed in some runs alone.
        let known = lines.compactMap(\.curve.curve.pairs)
        let pairs = known.max().map { "the " + Format.count($0, "pair") } ?? "pairs"
        return Figure(
            caption: """
                \(name): FNMR at the threshold of FAR \(OperatingPoint.text(ofRate: far)) on all pairs, over the share of \
                \(pairs) of one person that are rejected.
                """,
            panels: panels.filter { !$0.lines.isEmpty }.map {
                Figure.Panel(title: $0.title, chart: chart($0.lines))
            }, data: table(name, panels))
    }

    private static func chart(_ lines: [Line]) -> Chart {
        let series = lines.map { line in
            LineChart.Line(
                title: line.title, style: line.style,
                points: line.curve.curve.points.map {
                    LineChart.Point(100 * $0.rejected, 100 * $0.fnmr)
                })
        }
        let points = series.flatMap(\.points)
        return .lines(
            LineChart(
                x: .linear("rejected, %", covering: points.map(\.x), includesZero: true),
                y: .linear(
                    "FNMR, %", covering: points.map(\.y), includesZero: true, limits: 0...100),
                lines: series, naming: .atEnds))
    }

    /// The curves at some rejection rates, and the excess area of each over a perfect quality.
    private static func table(
        _ name: String, _ panels: [(title: String, lines: [Line])]
    ) -> Table {
        let shares = [0, 0.05, 0.1, 0.2, 0.3]
        return Table(
            caption: """
                \(name): FNMR in percent, by the share of the pairs that is rejected, and the area between a curve and that \
                of a perfect quality, which rejects errors first, in percent: 0 is perfect.
                """,
            columns: [.words("Curve")]
                + shares.map {
                    .numbers(Format.whole(100 * $0) + "\u{A0}%", group: "FNMR, share rejected")
                }
                + [.numbers("Excess area")],
            groups: panels.map { panel in
                Table.Group(
                    title: panel.title,
                    rows: panel.lines.map { line in
                        [Table.Entry(line.title, key: line.style)]
                            + shares.map { share in
                                line.curve.curve.points.first { $0.rejected >= share - 1e-9 }.map {
                                    Table.Entry(Format.percent($0.fnmr))
                                } ?? .missing
                            } + [Table.Entry(Format.percent(line.curve.curve.excessArea))]
                    })
            })
    }
}
