/// The tries of one parameter: a point per try, with the value on the horizontal and the score on the
/// vertical axis, a ring around the chosen try, lines at the default and published values, and failed tries
/// below.
package struct TrialPlot: FramedChart, Hashable, Sendable {
    package struct Trial: Hashable, Sendable {
        /// Value of the parameter.
        package var value: Double
        /// The score; `nil` for a failed try.
        package var score: Double?
        /// The mark's tooltip.
        package var note: String

        package init(value: Double, score: Double?, note: String) {
            self.value = value
            self.score = score
            self.note = note
        }
    }

    /// A value that is marked by a line with a name.
    package struct Guide: Hashable, Sendable {
        package var title: String
        package var value: Double

        package init(title: String, value: Double) {
            self.title = title
            self.value = value
        }
    }

    package var x: Axis
    package var y: Axis
    package var style: SeriesStyle
    package var trials: [Trial]
    /// Index of the chosen try among the trials.
    package var chosen: Int?
    /// The default and the published values.
    package var guides: [Guide]

    package init(
        x: Axis, y: Axis, style: SeriesStyle, trials: [Trial], chosen: Int? = nil,
        guides: [Guide] = []
    ) {
        self.x = x
        self.y = y
        self.style = style
        self.trials = trials
        self.chosen = chosen.flatMap { trials.indices.contains($0) ? $0 : nil }
        self.guides = guides
    }

    private static let lineHeight = 13.0

    /// The guides within the axis; those at the same value are combined.
    private var marks: [Guide] {
        var marks: [Guide] = []
        for guide in guides where x.domain.contains(guide.value) {
            if let place = marks.firstIndex(where: { $0.value == guide.value }) {
                marks[place].title += ", \(guide.title)"
            } else {
                marks.append(guide)
            }
        }
        return marks.sorted { ($0.value, $0.title) < ($1.value, $1.title) }
    }

    /// Height of the names of guides, one line each.
    private var namesHeight: Double { Double(marks.count) * Self.lineHeight }

    private var hasLost: Bool { trials.contains { $0.score == nil } }

    var frame: Frame {
        Frame(
            height: 196 + namesHeight + (hasLost ? 24 : 0), left: 44, right: 14,
            top: 24 + namesHeight, bottom: hasLost ? 64 : 40, x: x, y: y)
    }

    func content(_ frame: Frame) -> Markup {
        .group([
            frame.leftAxis(), axis(frame),
            .group(marks.enumerated().map { guide($1, at: $0, frame) }),
            .group(trials.indices.map { point($0, frame) }),
        ])
    }

    var description: String {
        let scored = trials.filter { $0.score != nil }
        var sentences = ["\(y.title) over \(x.title): \(Format.count(scored.count, "point"))."]
        if let chosen, let score = trials[chosen].score {
            sentences.append(
                "Chosen: \(Format.short(trials[chosen].value)), \(Format.fixed(score, 2)).")
        }
        sentences += marks.map { "\($0.title): \(Format.short($0.value))." }
        let lost = trials.count - scored.count
        if lost > 0 { sentences.append("Failed: \(lost).") }
        return sentences.joined(separator: " ")
    }

    /// The horizontal axis, below the failed tries if there are any.
    private func axis(_ frame: Frame) -> Markup {
        guard hasLost else { return frame.bottomAxis(grid: false) }
        var lower = frame
        lower.bottom = 40
        return .group([
            lower.bottomAxis(grid: false),
            Mark.line("grid", frame.left, frame.baseline, frame.rightEdge, frame.baseline),
            Mark.text("failed", frame.left - 6, frame.baseline + 18, anchor: "end"),
        ])
    }

    private func guide(_ guide: Guide, at index: Int, _ frame: Frame) -> Markup {
        let at = frame.x(guide.value)
        let y = 24 + Double(index) * Self.lineHeight
        let isLeft = at < frame.left + frame.plotWidth / 2
        return element("g") {
            Mark.line("guide", at, y - 6, at, frame.baseline)
            Mark.text(
                "\(Label.short(guide.title, 30)) \(Format.short(guide.value))",
                isLeft ? at + 5 : at - 5, y, anchor: isLeft ? "start" : "end")
        }
    }

    private func point(_ index: Int, _ frame: Frame) -> Markup {
        let trial = trials[index]
        let at = frame.x(trial.value)
        guard let score = trial.score else {
            return element("g") {
                element("title") { trial.note }
                Mark.line("lost", at - 3.5, frame.baseline + 10.5, at + 3.5, frame.baseline + 17.5)
                Mark.line("lost", at - 3.5, frame.baseline + 17.5, at + 3.5, frame.baseline + 10.5)
            }
        }
        return element("g") {
            Mark.point(style, at, frame.y(score), size: 4, note: trial.note)
            if index == chosen {
                element(
                    "circle",
                    [
                        "class": "ring", "cx": Coordinate.text(at),
                        "cy": Coordinate.text(frame.y(score)), "r": "8",
                    ])
            }
        }
    }
}
