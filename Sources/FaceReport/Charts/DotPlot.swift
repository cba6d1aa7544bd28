/// One row a series, with its value as a dot on a horizontal axis.
///
/// Dots may stand on an axis that does not begin at zero, where the length of a bar would
/// mislead; with ``stems`` a line leads to each dot from zero, and the axis begins there.
package struct DotPlot: Hashable, Sendable {
    /// A row.
    package struct Row: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        /// The value, or `nil` where there is none yet.
        package var value: Double?
        /// How the value is written at the row's end.
        package var text: String
        /// The whisker's ends.
        package var whisker: ClosedRange<Double>?
        /// The single values that `value` is the mean of.
        package var seeds: [Double] = []
        /// A second value, drawn hollow.
        package var other: Double?
        /// Whether the value is the best.
        package var isBest = false

        package init(
            title: String, style: SeriesStyle, value: Double?, text: String,
            whisker: ClosedRange<Double>? = nil, seeds: [Double] = [], other: Double? = nil,
            isBest: Bool = false
        ) {
            self.title = title
            self.style = style
            self.value = value
            self.text = text
            self.whisker = whisker
            self.seeds = seeds
            self.other = other
            self.isBest = isBest
        }
    }

    package var x: Axis
    package var rows: [Row]
    /// Whether lines lead from zero to the dots.
    package var stems: Bool

    package init(x: Axis, rows: [Row], stems: Bool = false) {
        self.x = x
        self.rows = rows
        self.stems = stems
    }

    private static let rowHeight = 26.0

    /// The chart as SVG.
    package func svg(id: String, title: String) -> Markup {
        let names = rows.map { Plot.width(Plot.short($0.title)) }.max() ?? 0
        let texts = rows.map { Plot.width($0.text) }.max() ?? 0
        let plot = Plot(
            height: 8 + Double(rows.count) * Self.rowHeight + 40, left: names + 16,
            right: texts + 20, top: 4, bottom: 40, x: x)
        let content = Markup.group([
            plot.horizontalAxis(grid: true), zero(plot),
            .group(rows.enumerated().map { drawing($1, at: $0, plot) }),
        ])
        return plot.svg(id: id, title: title, description: summary, content: content)
    }

    private var summary: String {
        let sentences = rows.map { "\($0.title): \($0.value == nil ? "no value" : $0.text)." }
        return "\(x.title). " + sentences.joined(separator: " ")
    }

    /// A stronger line at zero, where values lie on both sides of it.
    private func zero(_ plot: Plot) -> Markup {
        guard x.domain.lowerBound < 0, x.domain.upperBound > 0 else { return .nothing }
        return Plot.line("zero", plot.x(0), plot.top, plot.x(0), plot.baseline)
    }

    private func drawing(_ row: Row, at index: Int, _ plot: Plot) -> Markup {
        let y = plot.top + (Double(index) + 0.5) * Self.rowHeight + 2
        let kind = row.isBest ? "label best" : "label"
        return element("g") {
            Plot.text(
                Plot.short(row.title), plot.left - 10, y + 3.5, anchor: "end", kind: kind)
            Plot.text(row.text, Plot.width - 4, y + 3.5, anchor: "end", kind: kind)
            if let value = row.value { marks(row, value, y, plot) }
        }
    }

    private func marks(_ row: Row, _ value: Double, _ y: Double, _ plot: Plot) -> Markup {
        let color = row.style.colorClass
        return element("g") {
            if stems { Plot.line("stem \(color)", plot.x(0), y, plot.x(value), y) }
            if let whisker = row.whisker {
                Plot.line(
                    "whisker \(color)", plot.x(whisker.lowerBound), y,
                    plot.x(whisker.upperBound), y)
                for end in [whisker.lowerBound, whisker.upperBound] where x.domain.contains(end) {
                    Plot.line("whisker \(color)", plot.x(end), y - 3, plot.x(end), y + 3)
                }
            }
            for seed in row.seeds where row.seeds.count > 1 {
                Plot.line("seed \(color)", plot.x(seed), y + 6, plot.x(seed), y + 10)
            }
            if let other = row.other {
                Plot.point(row.style, plot.x(other), y, size: 3.2, hollow: true)
            }
            Plot.point(
                row.style, plot.x(value), y, size: 4.2, note: "\(row.title): \(row.text)")
        }
    }
}
