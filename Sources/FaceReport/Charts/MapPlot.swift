/// Dots in the plane, by groups that are numbered where they lie; both directions have one scale.
package struct MapPlot: Hashable, Sendable {
    /// Dots of one group.
    package struct Group: Hashable, Sendable {
        package var style: SeriesStyle
        package var x: [Double]
        package var y: [Double]

        package init(style: SeriesStyle, x: [Double], y: [Double]) {
            self.style = style
            self.x = x
            self.y = y
        }
    }

    /// The groups in the order of their numbers, from 1.
    package var groups: [Group]
    /// The part of the plane that is drawn; panels of a figure share it.
    package var x: ClosedRange<Double>
    package var y: ClosedRange<Double>
    /// What the horizontal direction is.
    package var xTitle: String
    /// What the vertical direction is.
    package var yTitle: String

    package init(
        groups: [Group], x: ClosedRange<Double>, y: ClosedRange<Double>, xTitle: String,
        yTitle: String
    ) {
        self.groups = groups
        self.x = x
        self.y = y
        self.xTitle = xTitle
        self.yTitle = yTitle
    }

    private static let margin = 10.0

    /// The chart as SVG.
    package func svg(id: String, title: String) -> Markup {
        let (width, height) = (x.upperBound - x.lowerBound, y.upperBound - y.lowerBound)
        let inner = Plot.width - 2 * Self.margin
        let scale = inner / max(width, 1e-9)
        let plot = Plot(
            height: min(max(height * scale, 120), 420) + 44, left: 0, right: 0, top: 20,
            bottom: 24, x: Axis(title: "", domain: x, ticks: []))
        // The smaller scale of both, so that a tall map fits as well.
        let common = min(scale, (plot.plotHeight - 2 * Self.margin) / max(height, 1e-9))
        func position(_ a: Double, _ b: Double) -> (x: Double, y: Double) {
            (
                Plot.width / 2 + (a - (x.lowerBound + x.upperBound) / 2) * common,
                plot.top + plot.plotHeight / 2 - (b - (y.lowerBound + y.upperBound) / 2) * common
            )
        }
        let content = Markup.group([
            frame(plot), .group(groups.map { dots($0, position) }),
            .group(numbers(position)),
        ])
        return plot.svg(id: id, title: title, description: summary, content: content)
    }

    private var summary: String {
        "\(Format.count(groups.count, "group")) of dots over \(xTitle) and \(yTitle)."
    }

    private func frame(_ plot: Plot) -> Markup {
        element("g", ["class": "axis"]) {
            element(
                "rect",
                [
                    "class": "frame", "x": "0.5", "y": Coordinate.text(plot.top),
                    "width": Coordinate.text(Plot.width - 1),
                    "height": Coordinate.text(plot.plotHeight),
                ])
            Plot.text(yTitle, 0, 12, kind: "axis-title")
            Plot.text(
                xTitle, Plot.width / 2, plot.baseline + 16, anchor: "middle", kind: "axis-title")
        }
    }

    /// All dots of a group in one path: lines of no length with round ends.
    private func dots(
        _ group: Group, _ position: (Double, Double) -> (x: Double, y: Double)
    ) -> Markup {
        let data = zip(group.x, group.y).map { x, y in
            let at = position(x, y)
            return "M\(Coordinate.text(at.x)) \(Coordinate.text(at.y))h0"
        }.joined()
        return data.isEmpty
            ? .nothing
            : element("path", ["class": "dots \(group.style.colorClass)", "d": data])
    }

    /// Where a number goes that would cover another at its middle: beside it, the nearest first.
    private static let ways: [(x: Double, y: Double)] = [
        (0, 0), (9, 0), (-9, 0), (0, 12), (0, -12), (9, 12), (-9, 12), (9, -12), (-9, -12), (18, 0),
        (-18, 0),
    ]

    /// The groups' numbers at their middles, none on another.
    private func numbers(_ position: (Double, Double) -> (x: Double, y: Double)) -> [Markup] {
        var taken: [(x: Double, y: Double)] = []
        return groups.enumerated().map { index, group in
            guard !group.x.isEmpty, group.x.count == group.y.count else { return .nothing }
            let count = Double(group.x.count)
            let middle = position(group.x.reduce(0, +) / count, group.y.reduce(0, +) / count)
            let free = Self.ways.map { (x: middle.x + $0.x, y: middle.y + $0.y) }.first { spot in
                !taken.contains { abs($0.x - spot.x) < 9 && abs($0.y - spot.y) < 12 }
            }
            let spot = free ?? middle
            taken.append(spot)
            return Plot.text("\(index + 1)", spot.x, spot.y + 4, anchor: "middle", kind: "spot")
        }
    }
}
