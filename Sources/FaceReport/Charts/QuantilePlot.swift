/// One row a series, with up to two distributions each: a line over 90 % of the values, a box over
/// the middle half, and a mark at the median.
package struct QuantilePlot: Hashable, Sendable {
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

    /// A row.
    package struct Row: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        /// What is drawn full.
        package var first: Span?
        /// What is drawn hollow, below it.
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
    /// What the full distributions are.
    package var first: String
    /// What the hollow ones are.
    package var second: String

    package init(x: Axis, rows: [Row], first: String, second: String) {
        self.x = x
        self.rows = rows
        self.first = first
        self.second = second
    }

    private static let rowHeight = 30.0
    private static let boxHeight = 8.0

    /// The chart as SVG.
    package func svg(id: String, title: String) -> Markup {
        let names = rows.map { Plot.width(Plot.short($0.title)) }.max() ?? 0
        let plot = Plot(
            height: 26 + Double(rows.count) * Self.rowHeight + 40, left: names + 16, right: 12,
            top: 22, bottom: 40, x: x)
        let content = Markup.group([
            plot.horizontalAxis(grid: true), legend(plot),
            .group(rows.enumerated().map { drawing($1, at: $0, plot) }),
        ])
        return plot.svg(id: id, title: title, description: summary, content: content)
    }

    private var summary: String {
        let sentences = rows.map { row in
            let parts = [(first, row.first), (second, row.second)].compactMap { name, span in
                span.map { "\(name) \(Format.significant($0.quantiles[2]))" }
            }
            return "\(row.title): \(parts.isEmpty ? "no value" : parts.joined(separator: ", "))."
        }
        return "Medians of \(x.title). " + sentences.joined(separator: " ")
    }

    /// What full and hollow boxes stand for, in a row over the plot.
    private func legend(_ plot: Plot) -> Markup {
        let style = SeriesStyle(slot: 0)
        let second = plot.left + 24 + Plot.width(first) + 18
        return element("g", ["class": "names"]) {
            Self.box(style, plot.left, plot.left + 16, y: 10, hollow: false)
            Plot.text(first, plot.left + 22, 13.5)
            Self.box(style, second, second + 16, y: 10, hollow: true)
            Plot.text(self.second, second + 22, 13.5)
        }
    }

    private func drawing(_ row: Row, at index: Int, _ plot: Plot) -> Markup {
        let y = plot.top + (Double(index) + 0.5) * Self.rowHeight + 2
        return element("g") {
            Plot.text(Plot.short(row.title), plot.left - 10, y + 3.5, anchor: "end")
            if let span = row.first { marks(span, row, y - 6, plot, hollow: false) }
            if let span = row.second { marks(span, row, y + 6, plot, hollow: true) }
        }
    }

    private func marks(
        _ span: Span, _ row: Row, _ y: Double, _ plot: Plot, hollow: Bool
    ) -> Markup {
        let positions = span.quantiles.map(plot.x)
        let color = row.style.colorClass
        return element("g") {
            Plot.line("whisker \(color)", positions[0], y, positions[4], y)
            Self.box(row.style, positions[1], positions[3], y: y, hollow: hollow)
            Plot.line(
                hollow ? "median \(color)" : "middle", positions[2], y - Self.boxHeight / 2 - 1,
                positions[2], y + Self.boxHeight / 2 + 1)
            element("title") {
                "\(row.title), \(hollow ? second : first): median "
                    + Format.significant(span.quantiles[2])
            }
        }
    }

    private static func box(
        _ style: SeriesStyle, _ low: Double, _ high: Double, y: Double, hollow: Bool
    ) -> Markup {
        element(
            "rect",
            [
                "class": "\(hollow ? "hollow" : "point") \(style.colorClass)",
                "x": Coordinate.text(low), "y": Coordinate.text(y - boxHeight / 2),
                "width": Coordinate.text(max(high - low, 0.5)),
                "height": Coordinate.text(boxHeight),
            ])
    }
}
