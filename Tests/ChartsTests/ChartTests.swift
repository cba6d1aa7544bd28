import Charts
import Foundation
import Testing

@Suite struct ChartTests {
    private let percent = Axis(
        title: "accuracy, %", domain: 90...100,
        ticks: [.init(value: 90, label: "90"), .init(value: 100, label: "100")])

    @Test func drawsADotPlot() {
        let rows = [
            DotPlot.Row(
                title: "A<B", style: SeriesStyle(slot: 0), value: 95, text: "95.00",
                whisker: 94...96, isBest: true),
            DotPlot.Row(title: "C", style: SeriesStyle(slot: 1), value: nil, text: "–"),
        ]
        let svg = Chart.dots(DotPlot(x: percent, rows: rows)).svg(id: "f", title: "Figure").rendered
        #expect(
            svg == """
                <svg viewBox="0 0 390 100" role="img" aria-labelledby="f-title f-text" \
                xmlns="http://www.w3.org/2000/svg"><title id="f-title">Figure</title>
                <desc id="f-text">accuracy, %. A&lt;B: 95.00. C: no value.</desc>\
                <g class="axis"><line class="grid" x1="34.48" y1="4" x2="34.48" y2="60"/>\
                <line class="tick" x1="34.48" y1="60" x2="34.48" y2="64"/>\
                <text class="label" x="34.48" y="76" text-anchor="middle">90</text>\
                <line class="grid" x1="339.2" y1="4" x2="339.2" y2="60"/>\
                <line class="tick" x1="339.2" y1="60" x2="339.2" y2="64"/>\
                <text class="label" x="339.2" y="76" text-anchor="middle">100</text>\
                <line class="base" x1="34.48" y1="60" x2="339.2" y2="60"/>\
                <text class="axis-title" x="186.84" y="92" text-anchor="middle">accuracy, %</text></g>
                <g><text class="label best" x="24.48" y="22.5" text-anchor="end">A&lt;B</text>\
                <text class="label best" x="386" y="22.5" text-anchor="end">95.00</text>\
                <g><line class="whisker c0" x1="156.37" y1="19" x2="217.31" y2="19"/>\
                <line class="whisker c0" x1="156.37" y1="16" x2="156.37" y2="22"/>\
                <line class="whisker c0" x1="217.31" y1="16" x2="217.31" y2="22"/>\
                <path class="point c0" d="M-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0Z" \
                transform="translate(186.84 19)"><title>A&lt;B: 95.00</title>
                </path></g>
                </g>
                <g><text class="label" x="24.48" y="48.5" text-anchor="end">C</text>\
                <text class="label" x="386" y="48.5" text-anchor="end">–</text></g>
                </svg>

                """)
    }

    @Test func drawsLines() {
        let epochs = Axis.counting("epoch", from: 1, to: 3)
        let line = LineChart.Line(
            title: "ArcFace", style: SeriesStyle(slot: 3),
            points: [.init(1, 90), .init(2, 97, range: 95...99), .init(3, 98, range: 97...99)])
        let empty = LineChart.Line(title: "None", style: SeriesStyle(slot: 1), points: [])
        let svg = Chart.lines(LineChart(x: epochs, y: percent, lines: [line, empty]))
            .svg(id: "f", title: "Figure").rendered
        #expect(svg.contains("ArcFace: from 90.0 to 98.0."))
        #expect(!svg.contains("None"))
        #expect(
            svg.contains(
                """
                <path class="band c3" d="M181.44 41L322.88 41L322.88 79L181.44 117Z"/>
                """))
        #expect(
            svg.contains(
                """
                <path class="series c3" d="M40 212L181.44 79L322.88 60" \
                stroke-dasharray="10 3 2 3"/>
                """))
        #expect(svg.contains("<text class=\"name c3\" x=\"338.88\" y=\"63.5\""))
    }

    @Test(arguments: [(99.0, "329.84"), (91, "44")])
    func namesLinesInTheFreeCorner(height: Double, left: String) {
        let x = Axis.fractions("rate", from: 0.01)
        let points = (0...20).map { LineChart.Point(pow(10, Double($0) / 10 - 2), height) }
        let line = LineChart.Line(title: "A", style: SeriesStyle(slot: 0), points: points)
        let chart = LineChart(x: x, y: percent, lines: [line], naming: .inCorner)
        let svg = Chart.lines(chart).svg(id: "f", title: "Figure").rendered
        #expect(svg.contains("<rect class=\"legend\" x=\"\(left)\""))
    }

    /// A line that falls through the lower right corner without a vertex in it, and passes both upper ones.
    @Test func aSteepPieceOfALineIsNotCovered() {
        let x = Axis.fractions("rate", from: 0.01)
        let line = LineChart.Line(
            title: "A", style: SeriesStyle(slot: 0),
            points: [.init(0.01, 99), .init(0.7, 99), .init(0.7, 90)])
        let chart = LineChart(x: x, y: percent, lines: [line], naming: .inCorner)
        let svg = Chart.lines(chart).svg(id: "f", title: "Figure").rendered
        #expect(svg.contains("<rect class=\"legend\" x=\"44\" y=\"185\""))
    }

    /// Long names at both sides would leave about 50 units for the six numbers of the axis.
    @Test(arguments: [("A", true), ("A loss of twenty chars", false)])
    func longNamesAreListedBelowEachOther(title: String, atSides: Bool) {
        let items = [99.0, 92].enumerated().map { index, value in
            GroupDiagram.Item(
                title: title, style: SeriesStyle(slot: index), value: value, text: "\(value)")
        }
        let ticks = stride(from: 90, through: 100, by: 2).map {
            Axis.Tick(value: Double($0), label: "\($0)")
        }
        let x = Axis(title: "accuracy, %", domain: 90...100, ticks: ticks)
        let svg = Chart.groups(GroupDiagram(x: x, items: items, groups: []))
            .svg(id: "f", title: "Figure").rendered
        // Only names at the sides are joined to their points by lines.
        #expect(svg.contains("class=\"whisker") == atSides)
    }

    @Test(arguments: [LineChart.Naming.atEnds, .inCorner])
    func namesManyLinesInsideTheDrawing(naming: LineChart.Naming) throws {
        let x = Axis.fractions("rate", from: 0.01)
        let lines = (0..<30).map { slot in
            LineChart.Line(
                title: "A loss of some long name \(slot)", style: SeriesStyle(slot: slot),
                points: [.init(0.1, 90), .init(1, 95)])
        }
        let chart = LineChart(x: x, y: percent, lines: lines, naming: naming)
        let svg = Chart.lines(chart).svg(id: "f", title: "Figure").rendered
        let height = try #require(svg.firstMatch(of: /viewBox="0 0 390 ([\d.]+)"/))
        let indices = svg.matches(of: /<text class="[^"]*" x="[\d.]+" y="([-\d.]+)"/)
            .compactMap { Double($0.1) }
        #expect(indices.count > 30)
        #expect(indices.allSatisfy { $0 > 0 && $0 < Double(height.1) ?? 0 })
    }

    @Test func joinsWhatCannotBeToldApart() {
        let items = [(99.0, "A"), (98, "B"), (92, "C")].enumerated().map { index, item in
            GroupDiagram.Item(
                title: item.1, style: SeriesStyle(slot: index), value: item.0, text: "\(item.0)")
        }
        let diagram = GroupDiagram(
            x: percent, items: items, groups: [0..<2, 2..<3], criticalDifference: 2)
        let svg = Chart.groups(diagram).svg(id: "f", title: "Figure").rendered
        #expect(svg.contains("A: 99.0. B: 98.0. C: 92.0. Not distinguishable: A and B.</desc>"))
        // One bar of the group of two, and one of the critical difference.
        #expect(svg.components(separatedBy: "class=\"together\"").count == 3)
        #expect(svg.contains("CD 2.00"))
    }

    @Test func standsManyLossesOneBelowTheOther() throws {
        let items = (0..<24).map { index in
            GroupDiagram.Item(
                title: "Loss \(index)", style: SeriesStyle(slot: index),
                value: 99 - Double(index) / 8, text: "\(index)")
        }
        let diagram = GroupDiagram(x: percent, items: items, groups: [0..<20, 4..<24])
        let svg = Chart.groups(diagram).svg(id: "f", title: "Figure").rendered
        let indices = svg.matches(of: /x="[\d.]+" y="([\d.]+)" text-anchor="end">Loss/)
            .compactMap { Double($0.1) }
        #expect(indices.count == 24)
        #expect(zip(indices, indices.dropFirst()).allSatisfy { $1 - $0 > 12 })
        #expect(svg.components(separatedBy: "class=\"together\"").count == 3)
    }

    @Test func numbersOfAMapDoNotCoverEachOther() {
        let groups = (0..<8).map {
            MapPlot.Group(style: SeriesStyle(slot: $0), x: [0, 1], y: [0, 1])
        }
        let map = MapPlot(groups: groups, x: 0...1, y: 0...1, xTitle: "x", yTitle: "y")
        let svg = Chart.map(map).svg(id: "f", title: "Figure").rendered
        let spots = svg.matches(of: /class="spot c\d" x="([\d.]+)" y="([\d.]+)"/)
            .map { "\($0.1) \($0.2)" }
        #expect(spots.count == 8 && Set(spots).count == 8)
    }

    @Test(arguments: [
        ("Cross-entropy + Triplet", "Cross-entropy + Triplet"),
        ("A loss of twenty-four ch", "A loss of twenty-four ch"),
        ("A loss of twenty-five cha", "A loss of twenty-fi…"),
    ])
    func shortensOnlyNamesThatAreMuchTooLong(title: String, shown: String) {
        let line = LineChart.Line(
            title: title, style: SeriesStyle(slot: 0), points: [.init(1, 95), .init(2, 96)])
        let epochs = Axis.linear("epoch", covering: [1, 2])
        let svg = Chart.lines(LineChart(x: epochs, y: percent, lines: [line]))
            .svg(id: "f", title: "Figure").rendered
        #expect(svg.contains(">\(shown)</text>"))
    }

    @Test func survivesNothing() {
        let axis = Axis.linear("x", covering: [])
        let charts: [Chart] = [
            .lines(LineChart(x: axis, y: axis, lines: [], naming: .inCorner)),
            .dots(DotPlot(x: axis, rows: [])),
            .scatter(ScatterPlot(x: axis, y: axis, series: [])),
            .groups(GroupDiagram(x: axis, items: [], groups: [])),
        ]
        for chart in charts {
            #expect(chart.svg(id: "f", title: "t").rendered.hasPrefix("<svg "))
        }
    }
}
