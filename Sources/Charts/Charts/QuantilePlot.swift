/// One row per series, with up to two distributions each: a line over 90 % of the values, a box over the
/// middle half, and a mark at the median.
package struct QuantilePlot: FramedChart, Hashable, Sendable {
    /// A distribution by its quantiles.
    package struct Span: Hashable, Sendable {
        /// The quantiles at 5, 25, 50, 75 and 95 %.
        package var quantiles: [Double]

        /// Creates a distribution; `nil` unless there are five finite quantiles.
        package init?(_ quantiles: [Double]) {
            guard quantiles.count == 5, quantiles.allSatisfy(\.isFinite) else { return nil }
            self.quantiles = quantiles
        }
    }

    package struct Row: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        /// The distribution drawn with a filled box.
        package var first: Span?
        /// The distribution drawn with an outlined box, below it.
        package var second: Span?

        package init(title: String, style: SeriesStyle, first: Span?, second: Span?) {
            self.title = title
            self.style = style
            self.first = first
            self.second = second
        }
    }

    package var x: Axis
    package var rows: [Row]
    /// The name of the filled distributions.
    package var first: String
    /// The name of the outlined distributions.
    package var second: String

    package init(x: Axis, rows: [Row], first: String, second: String) {
        self.x = x
        self.rows = rows
        // Both are in one row above the plot.
        self.first = Label.short(first, 18)
        self.second = Label.short(second, 18)
    }

    private static let rowHeight = 30.0
    private static let boxHeight = 8.0

    private var rowScale: RowScale {
        RowScale(names: rows.map { Label.short($0.title) }, height: Self.rowHeight, shift: 2)
    }

    var frame: Frame {
        Frame(
            height: 26 + rowScale.total + 40, left: rowScale.margin(gap: 16), right: 12, top: 22,
            bottom: 40, x: x)
    }

    func content(_ frame: Frame) -> Markup {
        .group([
            frame.bottomAxis(grid: true), legend(frame),
            .group(rows.indices.map { drawing($0, frame) }),
        ])
    }

    var description: String {
        let sentences = rows.map { row in
            let parts = [(first, row.first), (second, row.second)].compactMap { name, span in
                span.map { "\(name) \(Format.significant($0.quantiles[2]))" }
            }
            return "\(row.title): \(parts.isEmpty ? "no value" : parts.joined(separator: ", "))."
        }
        return "Medians of \(x.title). " + sentences.joined(separator: " ")
    }

    /// The legend of filled and outlined boxes.
    private func legend(_ frame: Frame) -> Markup {
        let style = SeriesStyle(slot: 0)
        return element("g", ["class": "names"]) {
            frame.rowLegend([first, second], keyWidth: 16, gap: 6, pitch: 42, y: 10) { index, x in
                Self.box(style, x, x + 16, y: 10, hollow: index == 1)
            }
        }
    }

    private func drawing(_ index: Int, _ frame: Frame) -> Markup {
        let (row, y) = (rows[index], rowScale.y(index, frame))
        return element("g") {
            rowScale.name(index, frame)
            if let span = row.first { marks(span, row, y - 6, frame, hollow: false) }
            if let span = row.second { marks(span, row, y + 6, frame, hollow: true) }
        }
    }

    private func marks(
        _ span: Span, _ row: Row, _ y: Double, _ frame: Frame, hollow: Bool
    ) -> Markup {
        let indices = span.quantiles.map(frame.x)
        let color = row.style.colorClass
        return element("g") {
            Mark.line("whisker \(color)", indices[0], y, indices[4], y)
            Self.box(row.style, indices[1], indices[3], y: y, hollow: hollow)
            Mark.line(
                hollow ? "median \(color)" : "middle", indices[2], y - Self.boxHeight / 2 - 1,
                indices[2], y + Self.boxHeight / 2 + 1)
            element("title") {
                "\(row.title), \(hollow ? second : first): median "
                    + Format.significant(span.quantiles[2])
            }
        }
    }

    private static func box(
        _ style: SeriesStyle, _ low: Double, _ high: Double, y: Double, hollow: Bool
    ) -> Markup {
        Mark.rectangle(
            "\(hollow ? "hollow" : "point") \(style.colorClass)", low, y - boxHeight / 2,
            width: max(high - low, 0.5), height: boxHeight)
    }
}
