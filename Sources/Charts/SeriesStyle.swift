/// How one series is drawn in every figure: a colour, a dash pattern and a marker, so that it can be
/// recognised without colour.
package struct SeriesStyle: Hashable, Sendable {
    /// Index among the report's series, from 0.
    package let slot: Int

    /// The style of a slot.
    package init(slot: Int) {
        self.slot = slot
    }

    /// Name of the colour's class in the stylesheet. The periods of colour, dash and marker differ, so that
    /// a style repeats only after many series.
    package var colorClass: String { "c\(slot % Palette.count)" }

    /// Lengths of dashes and gaps, or `nil` for a solid line.
    package var dashes: String? {
        let patterns: [String?] = [nil, "7 3", "2 2.5", "10 3 2 3", "5 2 1.5 2 1.5 2"]
        return patterns[slot % patterns.count]
    }

    package var marker: Marker {
        Marker.allCases[(slot + slot / Palette.count) % Marker.allCases.count]
    }
}

/// The shape of a data point.
package enum Marker: Int, CaseIterable, Sendable {
    case circle
    case square
    case triangle
    case diamond
    case plus
    case triangleDown
    case cross

    /// Path around the origin with about the visual size of a circle of radius `size`.
    func path(_ size: Double) -> String {
        func p(_ x: Double, _ y: Double) -> String {
            "\(Coordinate.text(x * size)) \(Coordinate.text(y * size))"
        }
        switch self {
        case .circle:
            return "M\(p(-1, 0))a\(p(1, 1)) 0 1 0 \(p(2, 0))a\(p(1, 1)) 0 1 0 \(p(-2, 0))Z"
        case .square:
            return "M\(p(-0.9, -0.9))H\(Coordinate.text(0.9 * size))V\(Coordinate.text(0.9 * size))"
                + "H\(Coordinate.text(-0.9 * size))Z"
        case .triangle:
            return "M\(p(0, -1.2))L\(p(1.15, 0.85))L\(p(-1.15, 0.85))Z"
        case .triangleDown:
            return "M\(p(0, 1.2))L\(p(1.15, -0.85))L\(p(-1.15, -0.85))Z"
        case .diamond:
            return "M\(p(0, -1.3))L\(p(1.3, 0))L\(p(0, 1.3))L\(p(-1.3, 0))Z"
        case .plus:
            let outline: [(Double, Double)] = [
                (-0.4, -1.25), (0.4, -1.25), (0.4, -0.4), (1.25, -0.4), (1.25, 0.4), (0.4, 0.4),
                (0.4, 1.25), (-0.4, 1.25), (-0.4, 0.4), (-1.25, 0.4), (-1.25, -0.4), (-0.4, -0.4),
            ]
            return "M" + outline.map { p($0.0, $0.1) }.joined(separator: "L") + "Z"
        case .cross:
            let outline: [(Double, Double)] = [
                (0, -0.57), (0.6, -1.17), (1.17, -0.6), (0.57, 0), (1.17, 0.6), (0.6, 1.17),
                (0, 0.57), (-0.6, 1.17), (-1.17, 0.6), (-0.57, 0), (-1.17, -0.6), (-0.6, -1.17),
            ]
            return "M" + outline.map { p($0.0, $0.1) }.joined(separator: "L") + "Z"
        }
    }
}

/// Points with a common name and style.
package struct PointSeries<Point: Hashable & Sendable>: Hashable, Sendable {
    package var title: String
    package var style: SeriesStyle
    package var points: [Point]

    package init(title: String, style: SeriesStyle, points: [Point]) {
        self.title = title
        self.style = style
        self.points = points
    }
}
