extension Frame {
    /// The horizontal axis below the data with its ticks and title; `grid` adds lines across.
    func bottomAxis(grid: Bool) -> Markup {
        element("g", ["class": "axis"]) {
            for tick in x.ticks {
                let at = x(tick.value)
                if grid { Mark.line("grid", at, top, at, baseline) }
                Mark.line("tick", at, baseline, at, baseline + 4)
                Mark.text(tick.label, at, baseline + 16, anchor: "middle")
            }
            Mark.line("base", left, baseline, rightEdge, baseline)
            Mark.text(
                x.title, left + plotWidth / 2, baseline + 32, anchor: "middle", kind: "axis-title")
        }
    }

    /// The horizontal axis above the data, whose line is the frame's top.
    func topAxis() -> Markup {
        element("g", ["class": "axis"]) {
            Mark.line("base", left, top, rightEdge, top)
            for tick in x.ticks {
                Mark.line("tick", x(tick.value), top - 4, x(tick.value), top)
                Mark.text(tick.label, x(tick.value), top - 9, anchor: "middle")
            }
            Mark.text(x.title, Frame.width / 2, top - 26, anchor: "middle", kind: "axis-title")
        }
    }

    /// The vertical axis: lines across the data, their labels, and the title above them.
    func leftAxis() -> Markup {
        element("g", ["class": "axis"]) {
            for tick in y?.ticks ?? [] {
                Mark.line("grid", left, y(tick.value), rightEdge, y(tick.value))
                Mark.text(tick.label, left - 6, y(tick.value) + 3.5, anchor: "end")
            }
            Mark.text(y?.title ?? "", 0, 10, kind: "axis-title")
        }
    }
}

/// Rows below each other, each with its name to the left of the data.
struct RowScale {
    let names: [String]
    /// Height of a row.
    let height: Double
    /// The offset of a row's middle below its default position.
    var shift = 0.0

    /// Width of the names at the left, including a gap.
    func margin(gap: Double) -> Double { (names.map(Label.width).max() ?? 0) + gap }

    /// Height of all rows.
    var total: Double { Double(names.count) * height }

    /// Middle of a row.
    func y(_ row: Int, _ frame: Frame) -> Double {
        frame.top + (Double(row) + 0.5) * height + shift
    }

    func name(_ row: Int, _ frame: Frame, kind: String = "label") -> Markup {
        Mark.text(names[row], frame.left - 10, y(row, frame) + 3.5, anchor: "end", kind: kind)
    }
}
