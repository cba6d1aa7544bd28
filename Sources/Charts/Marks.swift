import SafeNumbers

/// A graphical element of a chart. `kind` is its class in the stylesheet.
package enum Mark {
    package static func line(
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
    package static func text(
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

    /// A data point with a tooltip.
    package static func point(
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

    /// A line through points in the dash pattern of a series, or solid if its steps are as short as a dash.
    package static func path(
        _ style: SeriesStyle, _ points: [(x: Double, y: Double)], dashed: Bool = true
    ) -> Markup {
        let kind = "series \(style.colorClass)"
        guard dashed, let dashes = style.dashes else {
            return outline(kind, points)
        }
        return element(
            "path", ["class": kind, "d": path(through: points), "stroke-dasharray": dashes])
    }

    /// A line through points; if `closed`, it returns to the first point and is filled.
    static func outline(
        _ kind: String, _ points: [(x: Double, y: Double)], closed: Bool = false
    ) -> Markup {
        element("path", ["class": kind, "d": path(through: points) + (closed ? "Z" : "")])
    }

    private static func path(through points: [(x: Double, y: Double)]) -> String {
        points.isEmpty
            ? ""
            : "M"
                + points.map { "\(Coordinate.text($0.x)) \(Coordinate.text($0.y))" }
                .joined(separator: "L")
    }

    /// A rectangle by its left upper corner and its size.
    static func rectangle(
        _ kind: String, _ x: Double, _ y: Double, width: Double, height: Double
    ) -> Markup {
        element(
            "rect",
            [
                "class": kind, "x": Coordinate.text(x), "y": Coordinate.text(y),
                "width": Coordinate.text(width), "height": Coordinate.text(height),
            ])
    }
}

/// Measures and shortens labels.
enum Label {
    /// Approximate width of a label.
    static func width(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { width, scalar in
            width + Frame.fontSize * (scalar.value >= 0x2E80 ? 1 : 0.56)
        }
    }

    /// A label shortened to 20 characters. One that is at most four longer is shown whole: the ellipsis would hide
    /// as much as it saves, e.g. the loss in `Cross-entropy + Triplet`.
    static func short(_ text: String) -> String { text.count <= 24 ? text : short(text, 20) }

    /// A label shortened to at most `count` characters.
    static func short(_ text: String, _ count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }
}

/// Formats coordinates: at most two decimals, without trailing zeros.
package enum Coordinate {
    /// A coordinate as SVG text.
    package static func text(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e9 else { return "0" }
        let hundredths = Int(saturating: (value * 100).rounded())
        let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
        return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
