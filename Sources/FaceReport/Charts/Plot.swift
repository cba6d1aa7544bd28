/// The frame of a chart: where the data go, and the axes around them.
///
/// Lengths are in the SVG's own unit, which is a pixel where the figure is not scaled.
struct Plot {
    /// Width of all panels, so that letters have one size in all figures.
    static let width = 390.0
    /// Size of a letter of a label.
    static let fontSize = 11.0

    var height: Double
    var left = 40.0
    var right = 10.0
    var top = 22.0
    var bottom = 38.0
    var x: Axis
    var y: Axis?

    var plotWidth: Double { Plot.width - left - right }
    var plotHeight: Double { height - top - bottom }
    var baseline: Double { height - bottom }

    /// Horizontal place of a value.
    func x(_ value: Double) -> Double { left + x.fraction(value) * plotWidth }

    /// Vertical place of a value.
    func y(_ value: Double) -> Double {
        baseline - (y?.fraction(value) ?? 0) * plotHeight
    }

    /// The horizontal axis with its ticks and title; `grid` adds lines across the plot.
    func horizontalAxis(grid: Bool) -> Markup {
        element("g", ["class": "axis"]) {
            for tick in x.ticks {
                if grid { Plot.line("grid", x(tick.value), top, x(tick.value), baseline) }
                Plot.line("tick", x(tick.value), baseline, x(tick.value), baseline + 4)
                Plot.text(tick.label, x(tick.value), baseline + 16, anchor: "middle")
            }
            Plot.line("base", left, baseline, Plot.width - right, baseline)
            Plot.text(
                x.title, left + plotWidth / 2, baseline + 32, anchor: "middle", kind: "axis-title")
        }
    }

    /// The vertical axis: lines across the plot, their labels, and the title above them.
    func verticalAxis() -> Markup {
        element("g", ["class": "axis"]) {
            for tick in y?.ticks ?? [] {
                Plot.line("grid", left, y(tick.value), Plot.width - right, y(tick.value))
                Plot.text(tick.label, left - 6, y(tick.value) + 3.5, anchor: "end")
            }
            Plot.text(y?.title ?? "", 0, 10, kind: "axis-title")
        }
    }

    /// The whole drawing, with what a reader who does not see it needs.
    func svg(id: String, title: String, description: String, content: Markup) -> Markup {
        let size = "0 0 \(Coordinate.text(Plot.width)) \(Coordinate.text(height))"
        return element(
            "svg",
            [
                "viewBox": size, "role": "img", "aria-labelledby": "\(id)-title \(id)-text",
                "xmlns": "http://www.w3.org/2000/svg",
            ]
        ) {
            element("title", ["id": "\(id)-title"]) { title }
            element("desc", ["id": "\(id)-text"]) { description }
            content
        }
    }
}

extension Plot {
    /// A straight line.
    static func line(
        _ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
    ) -> Markup {
        element(
            "line",
            [
                "class": kind, "x1": Coordinate.text(x1), "y1": Coordinate.text(y1),
                "x2": Coordinate.text(x2), "y2": Coordinate.text(y2),
            ])
    }

    /// A line of text, with its baseline at `y`.
    static func text(
        _ text: String, _ x: Double, _ y: Double, anchor: String = "start",
        kind: String = "label"
    ) -> Markup {
        element(
            "text",
            [
                "class": kind, "x": Coordinate.text(x), "y": Coordinate.text(y),
                "text-anchor": anchor,
            ]
        ) { text }
    }

    /// A data point, with what it shows when pointed at.
    static func point(
        _ style: SeriesStyle, _ x: Double, _ y: Double, size: Double = 4, hollow: Bool = false,
        note: String? = nil
    ) -> Markup {
        element(
            "path",
            [
                "class": "\(hollow ? "hollow" : "point") \(style.colorClass)",
                "d": style.marker.path(size),
                "transform": "translate(\(Coordinate.text(x)) \(Coordinate.text(y)))",
            ]
        ) {
            if let note { element("title") { note } }
        }
    }

    /// A line through points.
    static func path(_ style: SeriesStyle, _ points: [(x: Double, y: Double)]) -> Markup {
        let data = points.enumerated().map { index, point in
            (index == 0 ? "M" : "L") + "\(Coordinate.text(point.x)) \(Coordinate.text(point.y))"
        }.joined()
        let kind = "series \(style.colorClass)"
        guard let dashes = style.dashes else {
            return element("path", ["class": kind, "d": data])
        }
        return element("path", ["class": kind, "d": data, "stroke-dasharray": dashes])
    }

    /// About how wide a label is.
    static func width(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { width, scalar in
            width + fontSize * (scalar.value >= 0x2E80 ? 1 : 0.56)
        }
    }

    /// A label cut to at most `count` letters.
    static func short(_ text: String, _ count: Int = 20) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }
}
