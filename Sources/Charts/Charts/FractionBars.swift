/// Bars of the same length, one per row, each divided between two series: the first one's fraction at the
/// left end, the other's at the right end, and the undecided fraction between them.
package struct FractionBars: FramedChart, Hashable, Sendable {
    /// One of the two series of a row.
    package struct Side: Hashable, Sendable {
        package var title: String
        package var style: SeriesStyle
        /// Its fraction of the bar; 0...1.
        package var fraction: Double

        package init(title: String, style: SeriesStyle, fraction: Double) {
            self.title = title
            self.style = style
            self.fraction = fraction
        }
    }

    package struct Row: Hashable, Sendable {
        /// The series at the left end.
        package var first: Side
        /// The undecided fraction; 0...1.
        package var neither: Double
        /// The series at the right end.
        package var second: Side

        package init(first: Side, neither: Double, second: Side) {
            self.first = first
            self.neither = neither
            self.second = second
        }
    }

    package var rows: [Row]
    /// The legend text of the middle part.
    package var neither: String

    package init(rows: [Row], neither: String) {
        self.rows = rows
        self.neither = neither
    }

    private static let rowHeight = 38.0
    private static let barHeight = 15.0
    /// Maximum length of a name, so that two fit above a bar.
    private static let nameLength = 28

    var frame: Frame {
        Frame(
            height: 24 + Double(rows.count) * Self.rowHeight + 40, left: 8, right: 12, top: 24,
            bottom: 40, x: .linear("probability, %", covering: [0, 100], limits: 0...100))
    }

    func content(_ frame: Frame) -> Markup {
        .group([
            frame.bottomAxis(grid: true), legend(frame),
            .group(rows.indices.map { drawing($0, frame) }),
        ])
    }

    var description: String {
        let sentences = rows.map { row in
            "\(row.first.title) \(Format.percentage(row.first.fraction)) %, \(neither) "
                + "\(Format.percentage(row.neither)) %, \(row.second.title) "
                + "\(Format.percentage(row.second.fraction)) %."
        }
        return "Probabilities. " + sentences.joined(separator: " ")
    }

    /// The name of the middle part; the ends are named in every row.
    private func legend(_ frame: Frame) -> Markup {
        element("g", ["class": "names"]) {
            frame.rowLegend([neither], keyWidth: 16, gap: 6, pitch: 42, y: 8) { _, x in
                Mark.rectangle("neither", x, 4, width: 16, height: 8)
            }
        }
    }

    private func drawing(_ index: Int, _ frame: Frame) -> Markup {
        let row = rows[index]
        let top = frame.top + Double(index) * Self.rowHeight
        let ends = [0, row.first.fraction, row.first.fraction + row.neither, 1].map {
            frame.x($0 * 100)
        }
        let kinds = [
            "part \(row.first.style.colorClass)", "neither",
            "part \(row.second.style.colorClass)",
        ]
        let fractions = [row.first.fraction, row.neither, row.second.fraction]
        return element("g") {
            Mark.text(Label.short(row.first.title, Self.nameLength), frame.left, top + 12)
            Mark.text(
                Label.short(row.second.title, Self.nameLength), frame.rightEdge, top + 12,
                anchor: "end")
            for part in kinds.indices where ends[part + 1] - ends[part] > 0.005 {
                Mark.rectangle(
                    kinds[part], ends[part], top + 17, width: ends[part + 1] - ends[part],
                    height: Self.barHeight)
            }
            for part in kinds.indices {
                number(fractions[part], ends[part], ends[part + 1], top, isInk: part == 1)
            }
        }
    }

    /// A part's fraction inside it, if there is room.
    private func number(
        _ fraction: Double, _ left: Double, _ right: Double, _ top: Double, isInk: Bool
    ) -> Markup {
        let text = Format.percentage(fraction)
        guard right - left > Label.width(text) + 8 else { return .nothing }
        return Mark.text(
            text, (left + right) / 2, top + 17 + Self.barHeight / 2 + 3.8, anchor: "middle",
            kind: isInk ? "label" : "inside")
    }
}
