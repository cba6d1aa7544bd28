/// Charts side by side as one SVG file for any viewer, in the report's light colours.
///
/// The report's own figures take their colours from CSS custom properties, which only browsers support.
package struct PictureFile: Sendable {
    package struct Panel: Sendable {
        /// Distinguishes the panel from its neighbours.
        package var title: String
        /// A second line in a less prominent style; empty for none.
        package var note: String
        /// An `svg` element with a `viewBox`.
        package var drawing: Markup
        /// Width and height of the drawing.
        package var size: (width: Double, height: Double)

        package init(
            title: String, note: String = "", drawing: Markup, size: (width: Double, height: Double)
        ) {
            self.title = title
            self.note = note
            self.drawing = drawing
            self.size = size
        }

        /// A chart of the report.
        package init(title: String, note: String = "", lines: LineChart, id: String) {
            self.init(
                title: title, note: note, drawing: lines.svg(id: id, title: title),
                size: (Frame.width, lines.height))
        }
    }

    /// Title of the picture.
    package var title: String
    /// The lines of the caption.
    package var caption: [String]
    /// The charts, row by row.
    package var panels: [Panel]
    /// Charts per row; at least 1.
    package var columns: Int

    package init(title: String, caption: [String], panels: [Panel], columns: Int) {
        self.title = title
        self.caption = caption
        self.panels = panels
        self.columns = max(1, min(columns, panels.count))
    }

    private static let (margin, gap, heading) = (24.0, 26.0, 40.0)

    package var text: String {
        let cell = panels.reduce((width: 0.0, height: 0.0)) {
            (max($0.width, $1.size.width), max($0.height, $1.size.height))
        }
        let rows = (panels.count + columns - 1) / columns
        let top = Self.margin + 30
        let rowHeight = Self.heading + cell.height + Self.gap
        let width =
            2 * Self.margin + Double(columns) * cell.width + Double(columns - 1) * Self.gap
        let below = top + Double(rows) * rowHeight
        let height = below + Double(caption.count) * 16 + Self.margin - 10
        let content = Markup.group([
            element(
                "rect",
                [
                    "class": "page", "width": Coordinate.text(width),
                    "height": Coordinate.text(height),
                ]),
            Mark.text(title, Self.margin, Self.margin + 10, kind: "picture-title"),
            .group(
                panels.enumerated().map { index, panel in
                    placed(
                        panel,
                        x: Self.margin + Double(index % columns) * (cell.width + Self.gap),
                        y: top + Double(index / columns) * rowHeight)
                }),
            .group(
                caption.enumerated().map { index, line in
                    Mark.text(line, Self.margin, below + Double(index) * 16, kind: "note")
                }),
        ])
        return document(content, width: width, height: height)
    }

    private func placed(_ panel: Panel, x: Double, y: Double) -> Markup {
        guard case .element(let name, let attributes, let children) = panel.drawing else {
            return .nothing
        }
        let index = [
            ("x", x), ("y", y + Self.heading), ("width", panel.size.width),
            ("height", panel.size.height),
        ].map { Markup.Attribute(name: $0, value: Coordinate.text($1)) }
        return .group([
            Mark.text(panel.title, x, y + 12, kind: "panel-title"),
            Mark.text(panel.note, x, y + 28, kind: "note"),
            .element(name, index + attributes, children),
        ])
    }

    private func document(_ content: Markup, width: Double, height: Double) -> String {
        let svg = element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": "0 0 \(Coordinate.text(width)) \(Coordinate.text(height))",
                "width": Coordinate.text(width * 1.25), "height": Coordinate.text(height * 1.25),
                "role": "img",
            ]
        ) {
            element("title") { title }
            element("style") { Markup.stylesheet(Self.stylesheet) }
            content
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg.rendered
    }

    private static var stylesheet: String {
        let scheme = Palette.light
        let series = scheme.series.enumerated().map { index, color in
            ".series.c\(index),.leader.c\(index),.spoke.c\(index){stroke:\(color)}"
                + ".point.c\(index),.name.c\(index),.band.c\(index),.dot.c\(index){fill:\(color)}"
        }.joined(separator: "\n")
        return """

            text{font:11px "Helvetica Neue",Helvetica,Inter,"Liberation Sans",Arial,sans-serif;
            fill:\(scheme.ink)}
            .picture-title{font-size:17px;font-weight:600}
            .panel-title{font-size:13px;font-weight:600}
            .note,.axis text{fill:\(scheme.muted)}
            .page,.legend{fill:\(scheme.background)}
            .grid{stroke:\(scheme.grid);stroke-width:1;fill:none}
            .base,.tick,.outline{stroke:\(scheme.rule);stroke-width:1;fill:none}
            .globe{fill:\(scheme.panel)}
            .series{fill:none;stroke-width:1.7;stroke-linejoin:round}
            .point{stroke:\(scheme.background);stroke-width:.7}
            .leader{fill:none;stroke-width:.7;opacity:.6}
            .spoke{stroke-width:1.3;fill:none}
            .spoke.tick-mark{stroke-width:.8;opacity:.45}
            .dot{opacity:.6}.dot.behind{opacity:.16}.spoke.behind{opacity:.3}
            .name{font-weight:600}
            \(series)

            """
    }
}
