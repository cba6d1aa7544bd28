import SafeNumbers

/// Lines over a common horizontal axis, each labelled at its end or in a legend inside the frame.
package struct LineChart: FramedChart, Hashable, Sendable {
    /// A point of a line.
    package struct Point: Hashable, Sendable {
        package var x: Double
        package var y: Double
        /// Lowest and highest of the values whose mean is `y`.
        package var range: ClosedRange<Double>?

        package init(_ x: Double, _ y: Double, range: ClosedRange<Double>? = nil) {
            self.x = x
            self.y = y
            self.range = range
        }
    }

    package typealias Line = PointSeries<Point>

    /// The position of the lines' names.
    package enum Naming: Hashable, Sendable {
        /// Beside the last point.
        case atEnds
        /// In the corner of the frame where the least of the lines is covered; the lower right one if that is
        /// free. Beside the frame if no corner is high enough.
        case inCorner
    }

    package var x: Axis
    package var y: Axis
    package var lines: [Line]
    package var naming = Naming.atEnds
    /// Height of the whole chart; larger if many lines are labelled beside it.
    package var height = 250.0

    package init(x: Axis, y: Axis, lines: [Line], naming: Naming = .atEnds) {
        self.x = x
        self.y = y
        self.lines = lines.filter { !$0.points.isEmpty }
        self.naming = naming
    }

    /// The frame, with enough space at the right for the names there.
    var frame: Frame {
        let names = lines.map { Label.width(Label.short($0.title)) }.max() ?? 0
        let frame = Frame(height: height, x: x, y: y)
        let margins = frame.top + frame.bottom
        switch naming {
        case .atEnds:
            let column = Double(lines.count) * (Frame.fontSize + 2)
            return Frame(height: max(height, column + margins), right: names + 24, x: x, y: y)
        case .inCorner:
            guard legendSize.height + 8 > frame.plotHeight else { return frame }
            return Frame(
                height: max(height, legendSize.height + margins), right: names + 50, x: x, y: y)
        }
    }

    func content(_ frame: Frame) -> Markup {
        .group([
            frame.leftAxis(),
            frame.bottomAxis(grid: false),
            .group(lines.map { band($0, frame) }),
            .group(lines.map { drawing($0, frame) }),
            naming == .atEnds ? endLabels(frame) : cornerLegend(frame),
        ])
    }

    private var legendSize: (width: Double, height: Double) { BoxLegend.size(lines.map(\.title)) }

    /// The first and the last value of each line, for screen readers.
    var description: String {
        let sentences = lines.compactMap { line -> String? in
            guard let first = line.points.first, let last = line.points.last else { return nil }
            return "\(line.title): from \(Format.significant(first.y)) to "
                + "\(Format.significant(last.y))."
        }
        return "\(y.title) over \(x.title). " + sentences.joined(separator: " ")
    }

    private func band(_ line: Line, _ frame: Frame) -> Markup {
        let ranges = line.points.compactMap { point in point.range.map { (point.x, $0) } }
        guard ranges.count > 1, ranges.contains(where: { $1.upperBound > $1.lowerBound }) else {
            return .nothing
        }
        let upper = ranges.map { frame.point($0, $1.upperBound) }
        let lower = ranges.reversed().map { frame.point($0, $1.lowerBound) }
        return Mark.outline("band \(line.style.colorClass)", upper + lower, closed: true)
    }

    private func drawing(_ line: Line, _ frame: Frame) -> Markup {
        let points = line.points.map { frame.point($0.x, $0.y) }
        return .group([Mark.path(line.style, points)] + markers(line, points))
    }

    /// About five markers per line, at different positions for neighbouring lines.
    private func markers(_ line: Line, _ points: [(x: Double, y: Double)]) -> [Markup] {
        let stride = max(1, points.count / 5)
        let last = points.count - 1
        return points.indices.filter { index in
            let isLast = index == last
            return isLast ? naming == .atEnds : (index + line.style.slot * 2) % stride == 0
        }.map { index in
            Mark.point(
                line.style, points[index].x, points[index].y, size: 3,
                note: naming == .atEnds ? note(line, line.points[index]) : nil)
        }
    }

    private func note(_ line: Line, _ point: Point) -> String {
        "\(line.title), \(Format.plain(point.x)): \(Format.fixed(point.y, 2))"
    }

    private func endLabels(_ frame: Frame) -> Markup {
        let ends = lines.compactMap(\.points.last).map { frame.point($0.x, $0.y) }
        let indices = LabelPlacement.spread(
            ends.map(\.y), gap: Frame.fontSize + 2, within: frame.top...frame.baseline)
        let column = frame.rightEdge + 16
        return element("g", ["class": "names"]) {
            for (line, (end, index)) in zip(lines, zip(ends, indices)) {
                element(
                    "path",
                    [
                        "class": "leader \(line.style.colorClass)",
                        "d": "M\(Coordinate.text(end.x + 5)) \(Coordinate.text(end.y))"
                            + "L\(Coordinate.text(column - 3)) \(Coordinate.text(index))",
                    ])
                Mark.text(
                    Label.short(line.title), column, index + 3.5,
                    kind: "name \(line.style.colorClass)")
            }
        }
    }

    private func cornerLegend(_ frame: Frame) -> Markup {
        let (width, height) = legendSize
        let isBeside = height + 8 > frame.plotHeight
        return frame.boxLegend(
            lines.map { ($0.title, $0.style) },
            at: isBeside ? (frame.rightEdge + 8, frame.top) : corner(frame, width, height))
    }

    /// The corner where a box of this size covers the least of the lines.
    private func corner(
        _ frame: Frame, _ width: Double, _ height: Double
    ) -> (x: Double, y: Double) {
        let corners = [
            (x: frame.rightEdge - width - 4, y: frame.baseline - height - 4),
            (x: frame.left + 4, y: frame.top + 4),
            (x: frame.rightEdge - width - 4, y: frame.top + 4),
            (x: frame.left + 4, y: frame.baseline - height - 4),
        ]
        let points = lines.flatMap { traced($0, frame) }
        let covered = corners.map { corner in
            points.count { point in
                (corner.x...corner.x + width).contains(point.x)
                    && (corner.y...corner.y + height).contains(point.y)
            }
        }
        let fewest = covered.min()
        return zip(corners, covered).first { $0.1 == fewest }?.0 ?? corners[0]
    }

    /// Points along a line, no more than 3 units apart: a steep piece may cross a box without a vertex in it.
    private func traced(_ line: Line, _ frame: Frame) -> [(x: Double, y: Double)] {
        let vertices = line.points.map { frame.point($0.x, $0.y) }
        return vertices.prefix(1)
            + zip(vertices, vertices.dropFirst()).flatMap { start, end in
                let (width, height) = (end.x - start.x, end.y - start.y)
                let length = max(abs(width), abs(height))
                let steps = Int(saturating: min(max(1, length / 3), Frame.width).rounded(.up))
                return (1...steps).map { step in
                    let part = Double(step) / Double(steps)
                    return (x: start.x + part * width, y: start.y + part * height)
                }
            }
    }
}
