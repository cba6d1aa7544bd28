/// One row per series, with its value as a dot on a horizontal axis.
///
/// Dots may be drawn on an axis that does not begin at zero, where the length of a bar would mislead; with
/// ``stems``, a line connects each dot with zero, where the axis begins.
package struct DotPlot: FramedChart, Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        /// The value, or `nil` if there is none yet.
        package var value: Double?
        /// Text of the value at the row's end.
        package var text: String
        /// Ends of the whisker; nil for none.
        package var whisker: ClosedRange<Double>?
        /// The individual values whose mean is `value`.
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
    /// Whether lines connect the dots with zero.
    package var stems: Bool

    package init(x: Axis, rows: [Row], stems: Bool = false) {
        self.x = x
        self.rows = rows
        self.stems = stems
    }

    private static let rowHeight = 26.0

    private var rowScale: RowScale {
        RowScale(names: rows.map { Label.short($0.title) }, height: Self.rowHeight, shift: 2)
    }

    var frame: Frame {
        let texts = rows.map { Label.width($0.text) }.max() ?? 0
        return Frame(
            height: 8 + rowScale.total + 40, left: rowScale.margin(gap: 16), right: texts + 20,
            top: 4, bottom: 40, x: x)
    }

    func content(_ frame: Frame) -> Markup {
        .group([
            frame.bottomAxis(grid: true), zero(frame),
            .group(rows.indices.map { drawing($0, frame) }),
        ])
    }

    var description: String {
        let sentences = rows.map { "\($0.title): \($0.value == nil ? "no value" : $0.text)." }
        return "\(x.title). " + sentences.joined(separator: " ")
    }

    /// A stronger line at zero, if there are values on both sides of it.
    private func zero(_ frame: Frame) -> Markup {
        guard x.domain.lowerBound < 0, x.domain.upperBound > 0 else { return .nothing }
        return Mark.line("zero", frame.x(0), frame.top, frame.x(0), frame.baseline)
    }

    private func drawing(_ index: Int, _ frame: Frame) -> Markup {
        let (row, y) = (rows[index], rowScale.y(index, frame))
        let kind = row.isBest ? "label best" : "label"
        return element("g") {
            rowScale.name(index, frame, kind: kind)
            Mark.text(row.text, Frame.width - 4, y + 3.5, anchor: "end", kind: kind)
            if let value = row.value { marks(row, value, y, frame) }
        }
    }

    private func marks(_ row: Row, _ value: Double, _ y: Double, _ frame: Frame) -> Markup {
        let color = row.style.colorClass
        return element("g") {
            if stems { Mark.line("stem \(color)", frame.x(0), y, frame.x(value), y) }
            if let whisker = row.whisker {
                Mark.line(
                    "whisker \(color)", frame.x(whisker.lowerBound), y,
                    frame.x(whisker.upperBound), y)
                for end in [whisker.lowerBound, whisker.upperBound] where x.domain.contains(end) {
                    Mark.line("whisker \(color)", frame.x(end), y - 3, frame.x(end), y + 3)
                }
            }
            for seed in row.seeds where row.seeds.count > 1 {
                Mark.line("seed \(color)", frame.x(seed), y + 6, frame.x(seed), y + 10)
            }
            if let other = row.other {
                Mark.point(row.style, frame.x(other), y, size: 3.2, hollow: true)
            }
            Mark.point(
                row.style, frame.x(value), y, size: 4.2, note: "\(row.title): \(row.text)")
        }
    }
}
