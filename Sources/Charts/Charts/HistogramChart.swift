/// Distributions of one quantity as outlines of bars over a common axis, with a threshold.
package struct HistogramChart: FramedChart, Hashable, Sendable {
    package struct Series: Hashable, Sendable {
        package var title: String
        /// The style; nil for an outline in the colour of text without a filling, for what belongs to no series of
        /// the report: any colour would be that of one of them.
        package var style: SeriesStyle?
        /// Height of each bar; the bars are adjacent.
        package var heights: [Double]

        package init(title: String, style: SeriesStyle?, heights: [Double]) {
            self.title = title
            self.style = style
            self.heights = heights
        }
    }

    package struct MarkedValue: Hashable, Sendable {
        package var value: Double
        package var label: String
        /// The interval of the value.
        package var range: ClosedRange<Double>?

        package init(value: Double, label: String, range: ClosedRange<Double>? = nil) {
            self.value = value
            self.label = label
            self.range = range
        }
    }

    package var x: Axis
    package var y: Axis
    /// The range from the first bar's lower bound to the last one's upper bound.
    package var extent: ClosedRange<Double>
    package var series: [Series]
    package var mark: MarkedValue?

    package init(
        x: Axis, y: Axis, extent: ClosedRange<Double>, series: [Series], mark: MarkedValue? = nil
    ) {
        self.x = x
        self.y = y
        self.extent = extent
        self.series = series
        self.mark = mark
    }

    var frame: Frame { Frame(height: 250, top: 40, x: x, y: y) }

    func content(_ frame: Frame) -> Markup {
        .group([
            frame.leftAxis(), frame.bottomAxis(grid: false), names(frame),
            .group(series.map { drawing($0, frame) }), marker(frame),
        ])
    }

    var description: String {
        let peaks = series.compactMap { series -> String? in
            guard
                let highest = series.heights.indices.max(by: {
                    series.heights[$0] < series.heights[$1]
                })
            else { return nil }
            let width = (extent.upperBound - extent.lowerBound) / Double(series.heights.count)
            let middle = extent.lowerBound + (Double(highest) + 0.5) * width
            return "\(series.title): most at \(Format.fixed(middle, 2))."
        }
        let threshold = mark.map { " \($0.label)." } ?? ""
        return "\(y.title) over \(x.title). " + peaks.joined(separator: " ") + threshold
    }

    /// The series' names in a row above the data.
    private func names(_ frame: Frame) -> Markup {
        let entries = frame.rowLegend(
            series.map(\.title), keyWidth: 14, gap: 5, pitch: 34, y: 26
        ) { index, x in
            // One bar of the series.
            Self.bars(series[index].style, [(x, 30), (x, 22), (x + 14, 22), (x + 14, 30)])
        }
        return element("g", ["class": "names"]) {
            for entry in entries { element("g") { entry } }
        }
    }

    private func drawing(_ series: Series, _ frame: Frame) -> Markup {
        let width = (extent.upperBound - extent.lowerBound) / Double(max(series.heights.count, 1))
        let corners = series.heights.enumerated().flatMap { index, height in
            let left = extent.lowerBound + Double(index) * width
            return [frame.point(left, height), frame.point(left + width, height)]
        }
        guard let first = corners.first, let last = corners.last else { return .nothing }
        let ends: [(x: Double, y: Double)] = [
            (first.x, frame.baseline), (last.x, frame.baseline),
        ]
        return Self.bars(series.style, corners, from: ends)
    }

    /// Bars as one outline, filled down to two points of the axis unless the series is neutral. The line is solid,
    /// since dashes would be lost in steps as short as a bar.
    private static func bars(
        _ style: SeriesStyle?, _ corners: [(x: Double, y: Double)],
        from ends: [(x: Double, y: Double)] = []
    ) -> Markup {
        guard let style else { return Mark.outline("neutral", corners) }
        let area = ends.prefix(1) + corners + ends.dropFirst()
        return .group([
            Mark.outline("band \(style.colorClass)", Array(area), closed: true),
            Mark.path(style, corners, dashed: false),
        ])
    }

    private func marker(_ frame: Frame) -> Markup {
        guard let mark else { return .nothing }
        let index = frame.x(mark.value)
        let isRight = index > frame.left + frame.plotWidth * 0.6
        return element("g") {
            if let range = mark.range {
                let ends = (frame.x(range.lowerBound), frame.x(range.upperBound))
                Mark.rectangle(
                    "interval", ends.0, frame.top, width: ends.1 - ends.0,
                    height: frame.plotHeight)
            }
            Mark.line("zero", index, frame.top, index, frame.baseline)
            Mark.text(
                mark.label, index + (isRight ? -6 : 6), frame.top + 10,
                anchor: isRight ? "end" : "start")
        }
    }
}
