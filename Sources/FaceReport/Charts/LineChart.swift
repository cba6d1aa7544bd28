/// Lines over a common horizontal axis, each named at its end or in a legend inside the plot.
package struct LineChart: Hashable, Sendable {
    /// A point of a line.
    package struct Point: Hashable, Sendable {
        package var x: Double
        package var y: Double
        /// Lowest and highest of the values `y` is the mean of.
        package var range: ClosedRange<Double>?

        package init(_ x: Double, _ y: Double, range: ClosedRange<Double>? = nil) {
            self.x = x
            self.y = y
            self.range = range
        }
    }

    /// A line.
    package struct Line: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        package var points: [Point]

        package init(title: String, style: SeriesStyle, points: [Point]) {
            self.title = title
            self.style = style
            self.points = points
        }
    }

    /// Where the lines are named.
    package enum Naming: Hashable, Sendable {
        /// Beside the last point.
        case atEnds
        /// In a corner of the plot: the lower right one, or the upper left one where lines are in
        /// the way. Beside the plot where no corner is high enough.
        case inCorner
    }

    package var x: Axis
    package var y: Axis
    package var lines: [Line]
    package var naming = Naming.atEnds
    /// Height of the whole chart, more where many lines are named beside it.
    package var height = 250.0

    package init(x: Axis, y: Axis, lines: [Line], naming: Naming = .atEnds) {
        self.x = x
        self.y = y
        self.lines = lines.filter { !$0.points.isEmpty }
        self.naming = naming
    }

    /// The chart as SVG.
    package func svg(id: String, title: String) -> Markup {
        let names = lines.map { Plot.width(Plot.short($0.title)) }.max() ?? 0
        let plot = self.plot(names)
        let content = Markup.group([
            plot.verticalAxis(),
            plot.horizontalAxis(grid: false),
            .group(lines.map { band($0, plot) }),
            .group(lines.map { drawing($0, plot) }),
            naming == .atEnds ? endLabels(plot) : cornerLegend(plot),
        ])
        return plot.svg(id: id, title: title, description: summary, content: content)
    }

    /// The frame, wide enough at the right and high enough for the names that stand there.
    private func plot(_ names: Double) -> Plot {
        let frame = Plot(height: height, x: x, y: y)
        let margins = frame.top + frame.bottom
        switch naming {
        case .atEnds:
            let column = Double(lines.count) * (Plot.fontSize + 2)
            return Plot(height: max(height, column + margins), right: names + 24, x: x, y: y)
        case .inCorner:
            guard legendHeight + 8 > frame.plotHeight else { return frame }
            return Plot(
                height: max(height, legendHeight + margins), right: names + 50, x: x, y: y)
        }
    }

    private var legendHeight: Double { Double(lines.count) * 15 + 8 }

    /// The first and the last value of each line, for a reader who does not see them.
    private var summary: String {
        let sentences = lines.compactMap { line -> String? in
            guard let first = line.points.first, let last = line.points.last else { return nil }
            return "\(line.title): from \(Format.significant(first.y)) to "
                + "\(Format.significant(last.y))."
        }
        return "\(y.title) over \(x.title). " + sentences.joined(separator: " ")
    }

    private func band(_ line: Line, _ plot: Plot) -> Markup {
        let ranges = line.points.compactMap { point in point.range.map { (point.x, $0) } }
        guard ranges.count > 1, ranges.contains(where: { $1.upperBound > $1.lowerBound }) else {
            return .nothing
        }
        let upper = ranges.map { (plot.x($0), plot.y($1.upperBound)) }
        let lower = ranges.reversed().map { (plot.x($0), plot.y($1.lowerBound)) }
        let corners = (upper + lower).map { "\(Coordinate.text($0)) \(Coordinate.text($1))" }
        let data = "M" + corners.joined(separator: "L") + "Z"
        return element("path", ["class": "band \(line.style.colorClass)", "d": data])
    }

    private func drawing(_ line: Line, _ plot: Plot) -> Markup {
        let points = line.points.map { (x: plot.x($0.x), y: plot.y($0.y)) }
        return .group([Plot.path(line.style, points)] + markers(line, points))
    }

    /// About five markers a line, at other places for neighbouring lines.
    private func markers(_ line: Line, _ points: [(x: Double, y: Double)]) -> [Markup] {
        let stride = max(1, points.count / 5)
        let last = points.count - 1
        return points.indices.filter { index in
            let isLast = index == last
            return isLast ? naming == .atEnds : (index + line.style.slot * 2) % stride == 0
        }.map { index in
            Plot.point(
                line.style, points[index].x, points[index].y, size: 3,
                note: naming == .atEnds ? note(line, line.points[index]) : nil)
        }
    }

    private func note(_ line: Line, _ point: Point) -> String {
        "\(line.title), \(Format.plain(point.x)): \(Format.fixed(point.y, 2))"
    }

    private func endLabels(_ plot: Plot) -> Markup {
        let ends = lines.compactMap(\.points.last).map { (x: plot.x($0.x), y: plot.y($0.y)) }
        let positions = LabelPlacement.spread(
            ends.map(\.y), gap: Plot.fontSize + 2, within: plot.top...plot.baseline)
        let column = Plot.width - plot.right + 16
        return element("g", ["class": "names"]) {
            for (line, (end, position)) in zip(lines, zip(ends, positions)) {
                element(
                    "path",
                    [
                        "class": "leader \(line.style.colorClass)",
                        "d": "M\(Coordinate.text(end.x + 5)) \(Coordinate.text(end.y))"
                            + "L\(Coordinate.text(column - 3)) \(Coordinate.text(position))",
                    ])
                Plot.text(
                    Plot.short(line.title), column, position + 3.5,
                    kind: "name \(line.style.colorClass)")
            }
        }
    }

    private func cornerLegend(_ plot: Plot) -> Markup {
        let width = (lines.map { Plot.width(Plot.short($0.title)) }.max() ?? 0) + 40
        let height = legendHeight
        let isBeside = height + 8 > plot.plotHeight
        let (left, top) =
            isBeside ? (Plot.width - plot.right + 8, plot.top) : corner(plot, width, height)
        return element("g", ["class": "names"]) {
            element(
                "rect",
                [
                    "class": "legend", "x": Coordinate.text(left), "y": Coordinate.text(top),
                    "width": Coordinate.text(width), "height": Coordinate.text(height),
                ])
            for (index, line) in lines.enumerated() {
                let y = top + 12 + Double(index) * 15
                Plot.path(line.style, [(left + 6, y), (left + 30, y)])
                Plot.point(line.style, left + 18, y, size: 3)
                Plot.text(Plot.short(line.title), left + 36, y + 3.5)
            }
        }
    }

    /// Where a box of this size covers fewer points of the lines: below on the right, or above on
    /// the left.
    private func corner(
        _ plot: Plot, _ width: Double, _ height: Double
    ) -> (left: Double, top: Double) {
        let corners = [
            (left: Plot.width - plot.right - width - 4, top: plot.baseline - height - 4),
            (left: plot.left + 4, top: plot.top + 4),
        ]
        let points = lines.flatMap(\.points).map { (x: plot.x($0.x), y: plot.y($0.y)) }
        let covered = corners.map { corner in
            points.count { point in
                (corner.left...corner.left + width).contains(point.x)
                    && (corner.top...corner.top + height).contains(point.y)
            }
        }
        return covered[1] < covered[0] ? corners[1] : corners[0]
    }
}
