/// Points of two quantities; points of one series are joined by a thin line.
package struct ScatterPlot: Hashable, Sendable {
    /// A point.
    package struct Point: Hashable, Sendable {
        package var x: Double
        package var y: Double
        /// Which group of points it belongs to; the groups are named over the plot.
        package var group: String
    }

    /// The points of one style.
    package struct Series: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        package var points: [Point]
    }

    package var x: Axis
    package var y: Axis
    package var series: [Series]

    package init(x: Axis, y: Axis, series: [Series]) {
        self.x = x
        self.y = y
        self.series = series
    }

    /// The chart as SVG.
    package func svg(id: String, title: String) -> Markup {
        let plot = Plot(height: 250, right: 14, top: 40, x: x, y: y)
        let content = Markup.group([
            plot.verticalAxis(), plot.horizontalAxis(grid: false), groupNames(plot),
            .group(series.map { drawing($0, plot) }),
        ])
        return plot.svg(id: id, title: title, description: summary, content: content)
    }

    private var summary: String {
        let sentences = series.flatMap { series in
            series.points.map { point in
                "\(series.title), \(point.group): \(Format.significant(point.x)), "
                    + "\(Format.fixed(point.y, 2))."
            }
        }
        return "\(y.title) over \(x.title). " + sentences.joined(separator: " ")
    }

    /// The groups' names over the middles of their points.
    private func groupNames(_ plot: Plot) -> Markup {
        let points = series.flatMap(\.points)
        let groups = Dictionary(grouping: points, by: \.group).mapValues { points in
            points.map(\.x).reduce(0, +) / Double(points.count)
        }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        return element("g") {
            for (index, (name, middle)) in groups.enumerated() {
                // Neighbours stand on two levels, so that long names do not meet.
                let y = plot.top - (groups.count > 2 && index % 2 == 1 ? 16 : 5)
                let half = Plot.width(Plot.short(name)) / 2
                let position = max(
                    plot.left + half, min(plot.x(middle), Plot.width - plot.right - half))
                Plot.text(Plot.short(name), position, y, anchor: "middle")
            }
        }
    }

    private func drawing(_ series: Series, _ plot: Plot) -> Markup {
        let positions = series.points.map { (x: plot.x($0.x), y: plot.y($0.y)) }
        return element("g") {
            if positions.count > 1 {
                element("g", ["class": "joint"]) {
                    Plot.path(series.style, positions.sorted { $0.x < $1.x })
                }
            }
            for (point, position) in zip(series.points, positions) {
                Plot.point(
                    series.style, position.x, position.y, size: 4.2,
                    note: "\(series.title), \(point.group): \(Format.fixed(point.y, 2))")
            }
        }
    }
}
