/// The frame of a chart: the area of the data, and the scales.
///
/// Lengths are in SVG user units, which are pixels unless the figure is scaled.
struct Frame {
    /// Width of all charts, so that text has the same size in all figures.
    static let width = 390.0
    /// Font size of labels.
    static let fontSize = 11.0

    var height: Double
    var left = 40.0
    var right = 10.0
    var top = 22.0
    var bottom = 38.0
    var x: Axis
    var y: Axis?

    /// Width of the data area.
    var plotWidth: Double { Frame.width - left - right }
    /// Height of the data area.
    var plotHeight: Double { height - top - bottom }
    /// Right edge of the data area.
    var rightEdge: Double { Frame.width - right }
    /// Lower edge of the data area.
    var baseline: Double { height - bottom }

    /// Horizontal position of a value.
    func x(_ value: Double) -> Double { left + x.fraction(value) * plotWidth }

    /// Vertical position of a value.
    func y(_ value: Double) -> Double {
        baseline - (y?.fraction(value) ?? 0) * plotHeight
    }

    /// Position of a data point in the picture.
    func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) { (self.x(x), self.y(y)) }
}

/// The common interface of charts: marks within a frame, and a description for screen readers.
protocol FramedChart {
    /// The frame, with enough space for the text around the data.
    var frame: Frame { get }
    /// A description of the chart, in sentences.
    var description: String { get }
    /// Axes, marks and legends, from the back to the front.
    func content(_ frame: Frame) -> Markup
}

extension FramedChart {
    /// The chart as SVG; `id` is unique on the page.
    func svg(id: String, title: String) -> Markup {
        let frame = self.frame
        let size = "0 0 \(Coordinate.text(Frame.width)) \(Coordinate.text(frame.height))"
        return element(
            "svg",
            [
                "viewBox": size, "role": "img", "aria-labelledby": "\(id)-title \(id)-text",
                "xmlns": "http://www.w3.org/2000/svg",
            ]
        ) {
            element("title", ["id": "\(id)-title"]) { title }
            element("desc", ["id": "\(id)-text"]) { description }
            content(frame)
        }
    }
}
