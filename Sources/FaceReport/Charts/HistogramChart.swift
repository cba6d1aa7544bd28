/// Distributions of one quantity as outlines of bars over a common axis, with a threshold.
package struct HistogramChart: Hashable, Sendable {
    /// A distribution.
    package struct Series: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        /// Height of each bar; the bars touch.
        package var heights: [Double]

        package init(title: String, style: SeriesStyle, heights: [Double]) {
            self.title = title
            self.style = style
            self.heights = heights
        }
    }

    /// A marked value.
    package struct Mark: Hashable, Sendable {
        package var value: Double
        package var label: String
        /// Where the value may lie as well.
        package var range: ClosedRange<Double>?

        package init(value: Double, label: String, range: ClosedRange<Double>? = nil) {
            self.value = value
            self.label = label
            self.range = range
        }
    }

    package var x: Axis
    package var y: Axis
    /// Where the first bar begins and the last one ends.
    package var extent: ClosedRange<Double>
    package var series: [Series]
    package var mark: Mark?

    package init(
        x: Axis, y: Axis, extent: ClosedRange<Double>, series: [Series], mark: Mark? = nil
    ) {
        self.x = x
        self.y = y
        self.extent = extent
        self.series = series
        self.mark = mark
    }

    /// The chart as SVG.
    package func svg(id: String, title: String) -> Markup {
        let plot = Plot(height: 250, top: 40, x: x, y: y)
        let content = Markup.group([
            plot.verticalAxis(), plot.horizontalAxis(grid: false), names(plot),
            .group(series.map { drawing($0, plot) }), marker(plot),
        ])
        return plot.svg(id: id, title: title, description: summary, content: content)
    }

    private var summary: String {
        let peaks = series.compactMap { series -> String? in
            guard
                let highest = series.heights.indices.max(by: {
                    series.heights[$0] < series.heights[$1]
                })
            else { return nil }
            let width = (extent.upperBound - extent.lowerBound) / Double(series.heights.count)
            let middle = extent.lowerBound + (Double(highest) + 0.5) * width
            return "\(series.title): most at \(Format.fixed(middle, 2))."
        }
        let threshold = mark.map { " \($0.label)." } ?? ""
        return "\(y.title) over \(x.title). " + peaks.joined(separator: " ") + threshold
    }

    /// The series' names in a row over the plot.
    private func names(_ plot: Plot) -> Markup {
        var left = plot.left
        return element("g", ["class": "names"]) {
            series.map { series -> Markup in
                defer { left += Plot.width(series.title) + 34 }
                return element("g") {
                    Self.outline(series.style, [(left, 26), (left + 14, 26)])
                    Plot.text(series.title, left + 19, 29.5)
                }
            }
        }
    }

    private func drawing(_ series: Series, _ plot: Plot) -> Markup {
        let width = (extent.upperBound - extent.lowerBound) / Double(max(series.heights.count, 1))
        var corners: [(x: Double, y: Double)] = []
        for (index, height) in series.heights.enumerated() {
            let left = extent.lowerBound + Double(index) * width
            corners.append((plot.x(left), plot.y(height)))
            corners.append((plot.x(left + width), plot.y(height)))
        }
        guard let first = corners.first, let last = corners.last else { return .nothing }
        let outline = [(first.x, plot.baseline)] + corners + [(last.x, plot.baseline)]
        let data =
            "M"
            + outline.map { "\(Coordinate.text($0.0)) \(Coordinate.text($0.1))" }
            .joined(separator: "L") + "Z"
        return .group([
            element("path", ["class": "band \(series.style.colorClass)", "d": data]),
            Self.outline(series.style, corners),
        ])
    }

    /// A line without dashes, which steps as short as a bar would swallow.
    private static func outline(
        _ style: SeriesStyle, _ points: [(x: Double, y: Double)]
    ) -> Markup {
        let data =
            "M"
            + points.map { "\(Coordinate.text($0.x)) \(Coordinate.text($0.y))" }
            .joined(separator: "L")
        return element("path", ["class": "series \(style.colorClass)", "d": data])
    }

    private func marker(_ plot: Plot) -> Markup {
        guard let mark else { return .nothing }
        let position = plot.x(mark.value)
        let isRight = position > plot.left + plot.plotWidth * 0.6
        return element("g") {
            if let range = mark.range {
                element(
                    "rect",
                    [
                        "class": "interval", "x": Coordinate.text(plot.x(range.lowerBound)),
                        "y": Coordinate.text(plot.top),
                        "width": Coordinate.text(
                            plot.x(range.upperBound) - plot.x(range.lowerBound)),
                        "height": Coordinate.text(plot.plotHeight),
                    ])
            }
            Plot.line("zero", position, plot.top, position, plot.baseline)
            Plot.text(
                mark.label, position + (isRight ? -6 : 6), plot.top + 10,
                anchor: isRight ? "end" : "start")
        }
    }
}
