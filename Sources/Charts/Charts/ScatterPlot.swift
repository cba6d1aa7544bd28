/// Points of two quantities; points of one series are joined by a thin line.
package struct ScatterPlot: FramedChart, Hashable, Sendable {
    package struct Point: Hashable, Sendable {
        package var x: Double
        package var y: Double
        /// The group of points it belongs to; the groups are named above the frame.
        package var group: String

        package init(x: Double, y: Double, group: String) {
            self.x = x
            self.y = y
            self.group = group
        }
    }

    /// The points of one style.
    package typealias Series = PointSeries<Point>

    package var x: Axis
    package var y: Axis
    package var series: [Series]

    package init(x: Axis, y: Axis, series: [Series]) {
        self.x = x
        self.y = y
        self.series = series
    }

    var frame: Frame { Frame(height: 250, right: 14, top: 40, x: x, y: y) }

    func content(_ frame: Frame) -> Markup {
        .group([
            frame.leftAxis(), frame.bottomAxis(grid: false), groupNames(frame),
            .group(series.map { drawing($0, frame) }),
        ])
    }

    var description: String {
        let sentences = series.flatMap { series in
            series.points.map { point in
                "\(series.title), \(point.group): \(Format.significant(point.x)), "
                    + "\(Format.fixed(point.y, 2))."
            }
        }
        return "\(y.title) over \(x.title). " + sentences.joined(separator: " ")
    }

    /// The groups' names above the centres of their points.
    private func groupNames(_ frame: Frame) -> Markup {
        let points = series.flatMap(\.points)
        let groups = Dictionary(grouping: points, by: \.group).mapValues { points in
            points.map(\.x).reduce(0, +) / Double(points.count)
        }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        return element("g") {
            for (index, (name, middle)) in groups.enumerated() {
                // Neighbours alternate between two levels, so that long names do not overlap.
                let y = frame.top - (groups.count > 2 && index % 2 == 1 ? 16 : 5)
                let half = Label.width(Label.short(name)) / 2
                let index = max(
                    frame.left + half, min(frame.x(middle), frame.rightEdge - half))
                Mark.text(Label.short(name), index, y, anchor: "middle")
            }
        }
    }

    private func drawing(_ series: Series, _ frame: Frame) -> Markup {
        let indices = series.points.map { frame.point($0.x, $0.y) }
        return element("g") {
            if indices.count > 1 {
                element("g", ["class": "joint"]) {
                    Mark.path(series.style, indices.sorted { $0.x < $1.x })
                }
            }
            for (point, index) in zip(series.points, indices) {
                Mark.point(
                    series.style, index.x, index.y, size: 4.2,
                    note: "\(series.title), \(point.group): \(Format.fixed(point.y, 2))")
            }
        }
    }
}
