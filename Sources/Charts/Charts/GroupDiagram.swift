/// Losses on an axis, with bars under those that cannot be distinguished: the critical-difference diagram
/// of Demšar (2006). Many losses are listed below each other instead, with the bars beside them.
package struct GroupDiagram: FramedChart, Hashable, Sendable {
    /// A loss at its value.
    package struct Item: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        package var value: Double
        /// Text of the value after the title.
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
    /// Ranges of the ranking in which no two losses can be distinguished.
    package var groups: [Range<Int>]
    /// Length of the critical difference, drawn above the axis.
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
    /// Distance between the names at the sides and the axis.
    private static let sideGap = 14.0
    /// Maximum number of losses that fit at the two sides of the axis.
    private static let maxAtSides = 10

    /// Whether the losses are listed below each other: too many for the sides, or their names leave the axis
    /// between them too little width for its numbers.
    private var isColumn: Bool {
        let numbers = x.ticks.reduce(0) { $0 + Label.width($1.label) + 6 }
        return items.count > Self.maxAtSides
            || Frame.width - 2 * rowScale.margin(gap: Self.sideGap) < numbers
    }

    private var rowScale: RowScale { RowScale(names: items.map(label), height: Self.rowHeight) }

    var frame: Frame {
        let margin = rowScale.margin(gap: Self.sideGap)
        guard isColumn else {
            let rows = Double((items.count + 1) / 2)
            let axis = criticalDifference == nil ? 42.0 : 62
            return Frame(
                height: labels(below: axis) + rows * Self.rowHeight + 6, left: margin,
                right: margin, top: axis, bottom: 0, x: x)
        }
        let top = criticalDifference == nil ? 4.0 : 20
        return Frame(
            height: top + rowScale.total + 44, left: margin,
            right: Double(groups.count) * Self.barGap + 14, top: top, bottom: 40, x: x)
    }

    func content(_ frame: Frame) -> Markup { isColumn ? column(frame) : sides(frame) }

    /// Vertical position of the labels at the sides, below the axis and the bars.
    private func labels(below axis: Double) -> Double {
        axis + 14 + Double(groups.count) * Self.barGap
    }

    private func sides(_ frame: Frame) -> Markup {
        .group([
            frame.topAxis(), critical(frame, frame.top - 36),
            .group(groups.enumerated().map { bar($1, at: $0, frame) }),
            .group(indices().map { drawing($0, frame) }),
        ])
    }

    private func column(_ frame: Frame) -> Markup {
        let bars = groups.enumerated().map { index, group in
            let x = frame.rightEdge + 10 + Double(index) * Self.barGap
            return Mark.line(
                "together", x, rowScale.y(group.lowerBound, frame) - 5, x,
                rowScale.y(group.upperBound - 1, frame) + 5)
        }
        let rows = items.enumerated().map { row, item in
            element("g") {
                rowScale.name(row, frame)
                Mark.point(
                    item.style, frame.x(item.value), rowScale.y(row, frame), size: 3.6,
                    note: label(item))
            }
        }
        return .group([
            frame.bottomAxis(grid: true), critical(frame, frame.top - 10), .group(bars),
            .group(rows),
        ])
    }

    private func label(_ item: Item) -> String { "\(Label.short(item.title)) \(item.text)" }

    var description: String {
        let values = items.map { "\($0.title): \($0.text)." }
        let together = groups.map { group in
            "Not distinguishable: \(Format.list(group.map { items[$0].title }))."
        }
        return ([x.title + "."] + values + together).joined(separator: " ")
    }

    private func critical(_ frame: Frame, _ y: Double) -> Markup {
        guard let criticalDifference else { return .nothing }
        let start = x.domain.lowerBound
        let end = frame.x(min(start + criticalDifference, x.domain.upperBound))
        return element("g") {
            Mark.line("together", frame.left, y, end, y)
            Mark.text(
                "CD \(Format.fixed(criticalDifference, 2))", frame.left - 8, y + 3.5, anchor: "end")
        }
    }

    private func bar(_ group: Range<Int>, at index: Int, _ frame: Frame) -> Markup {
        let indices = group.map { frame.x(items[$0].value) }
        let y = frame.top + 8 + Double(index) * Self.barGap
        return Mark.line("together", (indices.min() ?? 0) - 4, y, (indices.max() ?? 0) + 4, y)
    }

    /// A loss with its label's side and row.
    private struct Place {
        let item: Item
        let isLeft: Bool
        let row: Int
    }

    /// The half of the losses with the lower values is on the left, the outermost ones above.
    private func indices() -> [Place] {
        let order = items.enumerated().sorted { a, b in
            (a.element.value, a.offset) < (b.element.value, b.offset)
        }.map(\.element)
        let half = order.count / 2
        return order.enumerated().map { index, item in
            index < half
                ? Place(item: item, isLeft: true, row: index)
                : Place(item: item, isLeft: false, row: order.count - 1 - index)
        }
    }

    private func drawing(_ index: Place, _ frame: Frame) -> Markup {
        let (x, style) = (frame.x(index.item.value), index.item.style)
        let y = labels(below: frame.top) + Double(index.row) * Self.rowHeight
        let edge = index.isLeft ? frame.left - 8 : frame.rightEdge + 8
        return element("g") {
            Mark.line("whisker \(style.colorClass)", x, frame.top, x, y)
            Mark.line("whisker \(style.colorClass)", x, y, edge, y)
            Mark.point(style, x, frame.top, size: 3.6, note: label(index.item))
            Mark.text(
                label(index.item), index.isLeft ? edge - 4 : edge + 4, y + 3.5,
                anchor: index.isLeft ? "end" : "start")
        }
    }
}
