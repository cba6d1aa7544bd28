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
        func place(_ a: Double, _ b: Double) -> (x: Double, y: Double) {
            (
                Plot.width / 2 + (a - (x.lowerBound + x.upperBound) / 2) * common,
                plot.top + plot.plotHeight / 2 - (b - (y.lowerBound + y.upperBound) / 2) * common
            )
        }
        let content = Markup.group([
            frame(plot), .group(groups.map { dots($0, place) }),
            .group(groups.enumerated().map { number($0 + 1, $1, place) }),
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
        _ group: Group, _ place: (Double, Double) -> (x: Double, y: Double)
    ) -> Markup {
        let data = zip(group.x, group.y).map { x, y in
            let at = place(x, y)
            return "M\(Coordinate.text(at.x)) \(Coordinate.text(at.y))h0"
        }.joined()
        return data.isEmpty
            ? .nothing
            : element("path", ["class": "dots \(group.style.colorClass)", "d": data])
    }

    private func number(
        _ number: Int, _ group: Group, _ place: (Double, Double) -> (x: Double, y: Double)
    ) -> Markup {
        guard !group.x.isEmpty, group.x.count == group.y.count else { return .nothing }
        let count = Double(group.x.count)
        let middle = place(group.x.reduce(0, +) / count, group.y.reduce(0, +) / count)
        return Plot.text("\(number)", middle.x, middle.y + 4, anchor: "middle", kind: "spot")
    }
}
