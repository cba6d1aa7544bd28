import Charts
import Foundation
import Testing

/// Drawings compared whole with files that were looked at: on screens of 1280 and 390 pixels, in light
/// and dark colours, and on paper. `FACET_RECORD_CHARTS=FOLDER` writes them into a folder instead.
@Suite("Charts, compared whole")
struct GoldenChartTests {
    @Test("Every chart", arguments: SampleCharts.all.map(\.name))
    func golden(name: String) throws {
        let sample = try #require(SampleCharts.all.first { $0.name == name })
        try expect(sample.chart.file(id: name, title: sample.title), "\(name).svg")
    }

    @Test("A chart for a paper", arguments: ["lines-at-ends", "groups-column"])
    func paper(name: String) throws {
        let sample = try #require(SampleCharts.all.first { $0.name == name })
        try expect(sample.chart.paperFile(id: name, title: sample.title), "\(name)-paper.svg")
    }

    @Test("Charts side by side in one file")
    func picture() throws {
        guard case .lines(let lines)? = SampleCharts.all.first?.chart else { return }
        let panels = ["First", "Second"].enumerated().map { index, title in
            PictureFile.Panel(title: title, note: "a note", lines: lines, id: "panel-\(index)")
        }
        try expect(
            PictureFile(
                title: "Two charts", caption: ["How to read it."], panels: panels, columns: 2
            )
            .text, "picture.svg")
    }

    private func expect(
        _ text: String, _ file: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        if let folder = ProcessInfo.processInfo.environment["FACET_RECORD_CHARTS"] {
            let url = URL(fileURLWithPath: folder).appendingPathComponent(file)
            return try Data(text.utf8).write(to: url)
        }
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/\(file)", withExtension: nil),
            "there is no drawing of that name", sourceLocation: sourceLocation)
        let golden = try String(contentsOf: url, encoding: .utf8)
        #expect(text == golden, "\(file) is drawn otherwise", sourceLocation: sourceLocation)
    }
}

/// One of each chart, and of each of its layouts.
enum SampleCharts {
    typealias Sample = (name: String, title: String, chart: Chart)

    static var all: [Sample] {
        lines + dots + groups + [
            ("histogram", "Scores", histogram), ("scatter", "Cost", scatter), ("map", "A map", map),
            ("quantiles", "Angles", quantiles), ("shares", "Better or worse", shares),
            ("trials", "Tries", trials), ("trials-failed", "Tries, some of which failed", failed),
        ]
    }

    private static let percent = Axis.linear("accuracy, %", covering: [90, 99.4], limits: 0...100)

    private static func line(_ slot: Int, points: Int = 6) -> LineChart.Line {
        LineChart.Line(
            title: slot == 2 ? "A loss with a name that is too long" : "Loss \(slot)",
            style: SeriesStyle(slot: slot),
            points: (1...points).map { epoch in
                let y = 99.4 - Double(slot) * 0.4 - 8 / Double(epoch * epoch)
                return LineChart.Point(Double(epoch), y, range: slot == 1 ? y - 0.5...y + 0.4 : nil)
            })
    }

    private static var lines: [Sample] {
        let epochs = Axis.counting("epoch", from: 1, to: 6)
        let rates = Axis.fractions("false acceptance rate", from: 1e-3)
        let roc = (0..<4).map { slot in
            LineChart.Line(
                title: "Loss \(slot)", style: SeriesStyle(slot: slot),
                points: (0...6).map { step in
                    let rate = pow(10, Double(step) / 2 - 3)
                    return LineChart.Point(rate, 90 + 9.4 * pow(rate, 0.1 + 0.1 * Double(slot)))
                })
        }
        return [
            (
                "lines-at-ends", "Curves",
                .lines(LineChart(x: epochs, y: percent, lines: (0..<5).map { line($0) }))
            ),
            (
                "lines-in-corner", "ROC",
                .lines(LineChart(x: rates, y: percent, lines: roc, naming: .inCorner))
            ),
            (
                "lines-beside", "Many curves",
                .lines(
                    LineChart(
                        x: epochs, y: percent, lines: (0..<14).map { line($0) }, naming: .inCorner))
            ),
        ]
    }

    private static var dots: [Sample] {
        let rows = (0..<4).map { slot in
            DotPlot.Row(
                title: "Loss \(slot)", style: SeriesStyle(slot: slot),
                value: slot == 3 ? nil : 98 - Double(slot),
                text: slot == 3 ? "–" : "9\(8 - slot).00",
                whisker: slot == 0 ? 97...98.7 : slot == 1 ? 80...97.5 : nil,
                seeds: slot == 0 ? [97.6, 98.4] : [], other: slot == 2 ? 93 : nil, isBest: slot == 0
            )
        }
        let differences = Axis.linear(
            "difference, points", covering: [-1.2, 2.3], includesZero: true)
        let stems = (0..<3).map { slot in
            DotPlot.Row(
                title: "Loss \(slot)", style: SeriesStyle(slot: slot),
                value: Double(slot) * 1.5 - 1, text: "\(slot)")
        }
        return [
            ("dots", "Accuracy", .dots(DotPlot(x: percent, rows: rows))),
            ("dots-stems", "Differences", .dots(DotPlot(x: differences, rows: stems, stems: true))),
        ]
    }

    private static func diagram(_ count: Int, critical: Double?) -> Chart {
        let items = (0..<count).map { slot in
            GroupDiagram.Item(
                title: "Loss \(slot)", style: SeriesStyle(slot: slot),
                value: 1 + Double(slot) * 0.8, text: Format.fixed(1 + Double(slot) * 0.8, 2))
        }
        return .groups(
            GroupDiagram(
                x: .counting("mean rank", from: 1, to: count), items: items,
                groups: [0..<2, 1..<4, 4..<5], criticalDifference: critical))
    }

    private static var groups: [Sample] {
        [
            ("groups-sides", "Ranks", diagram(5, critical: 1.4)),
            ("groups-sides-plain", "Ranks", diagram(6, critical: nil)),
            ("groups-column", "Ranks", diagram(12, critical: 1.4)),
        ]
    }

    private static var histogram: Chart {
        func series(_ title: String, _ slot: Int?, _ middle: Double) -> HistogramChart.Series {
            HistogramChart.Series(
                title: title, style: slot.map { SeriesStyle(slot: $0) },
                heights: (0..<20).map { bin in
                    let distance = (Double(bin) + 0.5) / 5 - middle
                    return 20 * exp(-2 * distance * distance)
                })
        }
        return .histogram(
            HistogramChart(
                x: .linear("squared L2 distance", covering: [0, 4]),
                y: .linear("fraction of the pairs, %", covering: [0, 20], includesZero: true),
                extent: 0...4,
                series: [series("one person", 3, 1.1), series("two people", nil, 2)],
                mark: .init(value: 1.5, label: "threshold 1.50", range: 1.4...1.65)))
    }

    private static var scatter: Chart {
        .scatter(
            ScatterPlot(
                x: .linear("images/s", covering: [40, 420], includesZero: true), y: percent,
                series: (0..<3).map { slot in
                    ScatterPlot.Series(
                        title: "Loss \(slot)", style: SeriesStyle(slot: slot),
                        points: ["ResNet50", "ResNet18", "MobileNetV1"].enumerated().map {
                            index, name in
                            ScatterPlot.Point(
                                x: 50 + Double(index) * 170 + Double(slot) * 8,
                                y: 99 - Double(index) - Double(slot) * 0.3, group: name)
                        })
                }))
    }

    private static var map: Chart {
        let groups = (0..<4).map { person in
            let angles = (0..<9).map { Double($0) * 0.7 + Double(person) }
            return MapPlot.Group(
                style: SeriesStyle(slot: person),
                x: angles.map { 0.3 * Double(person) + 0.1 * cos($0) },
                y: angles.map { 0.2 * Double(person % 2) + 0.1 * sin($0) })
        }
        return .map(
            MapPlot(
                groups: groups, x: -0.2...1.1, y: -0.2...0.4, xTitle: "first component",
                yTitle: "second component"))
    }

    private static var shares: Chart {
        let parts = [(0.97, 0.02), (0.6, 0.385), (0.02, 0.96), (0.998, 0.002)]
        let rows = parts.enumerated().map { slot, part in
            FractionBars.Row(
                first: .init(
                    title: slot == 1 ? "A loss with a name that is far too long" : "Loss \(slot)",
                    style: SeriesStyle(slot: slot), fraction: part.0),
                neither: part.1,
                second: .init(
                    title: "Loss \(slot + 1)", style: SeriesStyle(slot: slot + 1),
                    fraction: 1 - part.0 - part.1))
        }
        return .fractions(FractionBars(rows: rows, neither: "within 0.2 points: practically equal"))
    }

    private static func trials(from first: Int, x: Axis, guides: [TrialPlot.Guide]) -> Chart {
        let trials = (0..<12).map { index in
            let value = 8 * pow(2, Double(index) / 3)
            return TrialPlot.Trial(
                value: value, score: index < first ? nil : 97 - pow(Double(index) / 3 - 2, 2),
                note: "Try \(index + 1)")
        }
        return .trials(
            TrialPlot(
                x: x, y: .linear("validation accuracy, %", covering: [92, 97], limits: 0...100),
                style: SeriesStyle(slot: 3), trials: trials, chosen: 6, guides: guides))
    }

    private static var trials: Chart {
        trials(
            from: 0, x: .logarithmic("scale", from: 8, to: 128),
            guides: [
                .init(title: "default", value: 64), .init(title: "insightface", value: 64),
                .init(title: "paper", value: 30), .init(title: "elsewhere", value: 500),
            ])
    }

    private static var failed: Chart {
        trials(
            from: 3, x: .linear("scale", covering: [8, 102]),
            guides: [.init(title: "default", value: 10)])
    }

    private static var quantiles: Chart {
        let rows = (0..<3).map { slot in
            QuantilePlot.Row(
                title: "Loss \(slot)", style: SeriesStyle(slot: slot),
                first: .init([20, 30, 40, 48, 60].map { $0 + Double(slot) * 3 }),
                second: slot == 2 ? nil : .init([70, 78, 85, 90, 96]))
        }
        return .quantiles(
            QuantilePlot(
                x: .linear("angle, degrees", covering: [20, 96], limits: 0...180), rows: rows,
                first: "one person", second: "two people"))
    }
}
