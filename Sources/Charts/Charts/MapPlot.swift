/// Dots in the plane, by groups that are numbered at their centres; both axes have the same scale.
package struct MapPlot: FramedChart, Hashable, Sendable {
    /// Dots of one group.
    package struct Group: Hashable, Sendable {
        package var style: SeriesStyle
        package var x: [Double]
        package var y: [Double]

        package init(style: SeriesStyle, x: [Double], y: [Double]) {
            self.style = style
            self.x = x
            self.y = y
        }
    }

    /// The groups in the order of their numbers, from 1.
    package var groups: [Group]
    /// The part of the plane that is drawn; panels of a figure share it.
    package var x: ClosedRange<Double>
    package var y: ClosedRange<Double>
    /// The title of the horizontal axis.
    package var xTitle: String
    /// The title of the vertical axis.
    package var yTitle: String

    package init(
        groups: [Group], x: ClosedRange<Double>, y: ClosedRange<Double>, xTitle: String,
        yTitle: String
    ) {
        self.groups = groups
        self.x = x
        self.y = y
        self.xTitle = xTitle
        self.yTitle = yTitle
    }

    private static let margin = 10.0

    private var size: (width: Double, height: Double) {
        (x.upperBound - x.lowerBound, y.upperBound - y.lowerBound)
    }

    /// Pixels per unit if the map is as wide as the frame.
    private var widthScale: Double { (Frame.width - 2 * Self.margin) / max(size.width, 1e-9) }

    var frame: Frame {
        Frame(
            height: min(max(size.height * widthScale, 120), 420) + 44, left: 0, right: 0, top: 20,
            bottom: 24, x: Axis(title: "", domain: x, ticks: []))
    }

    func content(_ frame: Frame) -> Markup {
        // The smaller scale of both, so that a tall map fits as well.
        let common = min(
            widthScale, (frame.plotHeight - 2 * Self.margin) / max(size.height, 1e-9))
        func index(_ a: Double, _ b: Double) -> (x: Double, y: Double) {
            (
                Frame.width / 2 + (a - (x.lowerBound + x.upperBound) / 2) * common,
                frame.top + frame.plotHeight / 2 - (b - (y.lowerBound + y.upperBound) / 2) * common
            )
        }
        return .group([
            border(frame), .group(groups.map { dots($0, index) }), .group(numbers(index)),
        ])
    }

    var description: String {
        "\(Format.count(groups.count, "group")) of dots over \(xTitle) and \(yTitle)."
    }

    private func border(_ frame: Frame) -> Markup {
        element("g", ["class": "axis"]) {
            Mark.rectangle(
                "frame", 0.5, frame.top, width: Frame.width - 1, height: frame.plotHeight)
            Mark.text(yTitle, 0, 12, kind: "axis-title")
            Mark.text(
                xTitle, Frame.width / 2, frame.baseline + 16, anchor: "middle", kind: "axis-title")
        }
    }

    /// All dots of a group in one path: lines of zero length with round ends.
    private func dots(
        _ group: Group, _ index: (Double, Double) -> (x: Double, y: Double)
    ) -> Markup {
        let data = zip(group.x, group.y).map { x, y in
            let at = index(x, y)
            return "M\(Coordinate.text(at.x)) \(Coordinate.text(at.y))h0"
        }.joined()
        return data.isEmpty
            ? .nothing
            : element("path", ["class": "dots \(group.style.colorClass)", "d": data])
    }

    /// Offsets for a number that would cover another one, the nearest first.
    private static let ways: [(x: Double, y: Double)] = [
        (0, 0), (9, 0), (-9, 0), (0, 12), (0, -12), (9, 12), (-9, 12), (9, -12), (-9, -12), (18, 0),
        (-18, 0),
    ]

    /// The groups' numbers at their centres, without overlaps, each in the colour of its dots.
    private func numbers(_ position: (Double, Double) -> (x: Double, y: Double)) -> [Markup] {
        var taken: [(x: Double, y: Double)] = []
        return groups.enumerated().map { index, group in
            guard !group.x.isEmpty, group.x.count == group.y.count else { return .nothing }
            let count = Double(group.x.count)
            let middle = position(group.x.reduce(0, +) / count, group.y.reduce(0, +) / count)
            let free = Self.ways.map { (x: middle.x + $0.x, y: middle.y + $0.y) }.first { spot in
                !taken.contains { abs($0.x - spot.x) < 9 && abs($0.y - spot.y) < 12 }
            }
            let spot = free ?? middle
            taken.append(spot)
            return Mark.text(
                "\(index + 1)", spot.x, spot.y + 4, anchor: "middle",
                kind: "spot \(group.style.colorClass)")
        }
    }
}
