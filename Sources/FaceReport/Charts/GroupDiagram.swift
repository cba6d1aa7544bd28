/// Losses on an axis, with bars under those that cannot be told apart: the critical-difference
/// diagram of Demšar (2006). Many losses stand one below the other instead, with the bars beside them.
package struct GroupDiagram: Hashable, Sendable {
    /// A loss at its value.
    package struct Item: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        package var value: Double
        /// How the value is written after the title.
        package var text: String

        package init(title: String, style: SeriesStyle, value: Double, text: String) {
            self.title = title
            self.style = style
            self.value = value
            self.text = text
        }
    }

    package var x: Axis
    /// The losses in the order of their ranking.
    package var items: [Item]
    /// Neighbours of the ranking of which no two can be told apart.
    package var groups: [Range<Int>]
    /// Length of the critical difference, drawn over the axis.
    package var criticalDifference: Double?

    package init(
        x: Axis, items: [Item], groups: [Range<Int>], criticalDifference: Double? = nil
    ) {
        self.x = x
        self.items = items
        self.groups = groups.filter { $0.count > 1 }
        self.criticalDifference = criticalDifference
    }

    private static let rowHeight = 18.0
    private static let barGap = 8.0
    /// Losses that find room at the two sides of the axis.
    private static let maxAtSides = 10

    /// The chart as SVG.
    package func svg(id: String, title: String) -> Markup {
        items.count > Self.maxAtSides
            ? column(id: id, title: title) : sides(id: id, title: title)
    }

    private func sides(id: String, title: String) -> Markup {
        let widest = items.map { Plot.width(label($0)) }.max() ?? 0
        let axisPosition = criticalDifference == nil ? 42.0 : 62
        let rows = Double((items.count + 1) / 2)
        let labels = axisPosition + 14 + Double(groups.count) * Self.barGap
        let plot = Plot(
            height: labels + rows * Self.rowHeight + 6, left: widest + 14, right: widest + 14,
            top: axisPosition, bottom: 0, x: x)
        let content = Markup.group([
            axis(plot, axisPosition), critical(plot, axisPosition - 36),
            .group(groups.enumerated().map { bar($1, at: $0, plot, axisPosition) }),
            .group(sides(plot).map { drawing($0, plot, axisPosition, labels) }),
        ])
        return plot.svg(id: id, title: title, description: summary, content: content)
    }

    private func column(id: String, title: String) -> Markup {
        let widest = items.map { Plot.width(label($0)) }.max() ?? 0
        let top = criticalDifference == nil ? 4.0 : 20
        let plot = Plot(
            height: top + Double(items.count) * Self.rowHeight + 44, left: widest + 14,
            right: Double(groups.count) * Self.barGap + 14, top: top, bottom: 40, x: x)
        func y(_ row: Int) -> Double { top + (Double(row) + 0.5) * Self.rowHeight }
        let bars = groups.enumerated().map { index, group in
            let x = Plot.width - plot.right + 10 + Double(index) * Self.barGap
            return Plot.line(
                "together", x, y(group.lowerBound) - 5, x, y(group.upperBound - 1) + 5)
        }
        let rows = items.enumerated().map { row, item in
            element("g") {
                Plot.text(label(item), plot.left - 10, y(row) + 3.5, anchor: "end")
                Plot.point(
                    item.style, plot.x(item.value), y(row), size: 3.6, note: label(item))
            }
        }
        return plot.svg(
            id: id, title: title, description: summary,
            content: .group([
                plot.horizontalAxis(grid: true), critical(plot, top - 10), .group(bars),
                .group(rows),
            ]))
    }

    private func label(_ item: Item) -> String { "\(Plot.short(item.title)) \(item.text)" }

    private var summary: String {
        let values = items.map { "\($0.title): \($0.text)." }
        let together = groups.map { group in
            "Not told apart: \(Format.list(group.map { items[$0].title }))."
        }
        return ([x.title + "."] + values + together).joined(separator: " ")
    }

    private func axis(_ plot: Plot, _ y: Double) -> Markup {
        element("g", ["class": "axis"]) {
            Plot.line("base", plot.left, y, Plot.width - plot.right, y)
            for tick in x.ticks {
                Plot.line("tick", plot.x(tick.value), y - 4, plot.x(tick.value), y)
                Plot.text(tick.label, plot.x(tick.value), y - 9, anchor: "middle")
            }
            Plot.text(x.title, Plot.width / 2, y - 26, anchor: "middle", kind: "axis-title")
        }
    }

    private func critical(_ plot: Plot, _ y: Double) -> Markup {
        guard let criticalDifference else { return .nothing }
        let start = x.domain.lowerBound
        let end = plot.x(min(start + criticalDifference, x.domain.upperBound))
        return element("g") {
            Plot.line("together", plot.left, y, end, y)
            Plot.text(
                "CD \(Format.fixed(criticalDifference, 2))", plot.left - 8, y + 3.5, anchor: "end")
        }
    }

    private func bar(_ group: Range<Int>, at index: Int, _ plot: Plot, _ axis: Double) -> Markup {
        let positions = group.map { plot.x(items[$0].value) }
        let y = axis + 8 + Double(index) * Self.barGap
        return Plot.line("together", (positions.min() ?? 0) - 4, y, (positions.max() ?? 0) + 4, y)
    }

    /// A loss with its label's side and row.
    private struct Label {
        let item: Item
        let isLeft: Bool
        let row: Int
    }

    /// The half of the losses with the lower values stands on the left, the outermost ones above.
    private func sides(_ plot: Plot) -> [Label] {
        let order = items.enumerated().sorted { a, b in
            (a.element.value, a.offset) < (b.element.value, b.offset)
        }.map(\.element)
        let half = order.count / 2
        return order.enumerated().map { index, item in
            index < half
                ? Label(item: item, isLeft: true, row: index)
                : Label(item: item, isLeft: false, row: order.count - 1 - index)
        }
    }

    private func drawing(
        _ position: Label, _ plot: Plot, _ axis: Double, _ labels: Double
    ) -> Markup {
        let (x, style) = (plot.x(position.item.value), position.item.style)
        let y = labels + Double(position.row) * Self.rowHeight
        let edge = position.isLeft ? plot.left - 8 : Plot.width - plot.right + 8
        return element("g") {
            Plot.line("whisker \(style.colorClass)", x, axis, x, y)
            Plot.line("whisker \(style.colorClass)", x, y, edge, y)
            Plot.point(style, x, axis, size: 3.6, note: label(position.item))
            Plot.text(
                label(position.item), position.isLeft ? edge - 4 : edge + 4, y + 3.5,
                anchor: position.isLeft ? "end" : "start")
        }
    }
}
