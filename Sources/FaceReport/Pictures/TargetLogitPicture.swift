import Charts

/// The target logit and its gradient over the angle, for several losses, as in papers on margins.
package struct TargetLogitPicture: Sendable {
    package struct Curve: Sendable {
        /// Its name in the picture.
        package var title: String
        /// Angles, in rad, with the logit and its gradient there.
        package var points: [(angle: Double, logit: Double, gradient: Double)]

        package init(
            title: String, points: [(angle: Double, logit: Double, gradient: Double)]
        ) {
            self.title = title
            self.points = points
        }
    }

    package var curves: [Curve]

    package init(_ curves: [Curve]) {
        self.curves = curves
    }

    /// The picture as an SVG file.
    package var text: String {
        PictureFile(
            title: "Effect of a margin on the target logit",
            caption: [
                "As a function of the angle θ between an embedding and its class weight, divided by the scale "
                    + "(or by the norm where that is the scale).",
                "The gradient is the one used in training: if a loss treats its margin as a constant, it is "
                    + "that of cos θ, not the slope on the left.",
            ],
            panels: [
                panel("Target’s logit", "T(θ)", \.logit, id: "logit"),
                panel("Its gradient", "dT / dθ", \.gradient, id: "gradient"),
            ], columns: 2
        ).text
    }

    private typealias Point = (angle: Double, logit: Double, gradient: Double)

    private func panel(
        _ title: String, _ axis: String, _ value: KeyPath<Point, Double>, id: String
    ) -> PictureFile.Panel {
        let values = curves.flatMap { $0.points.map { $0[keyPath: value] } }
        let degrees = [0, 30, 60, 90, 120, 150, 180].map {
            Axis.Tick(value: Double($0), label: "\($0)°")
        }
        var chart = LineChart(
            x: Axis(title: "θ", domain: 0...180, ticks: degrees),
            y: .linear(axis, covering: values, includesZero: true, atMost: 7),
            lines: curves.enumerated().map { index, curve in
                LineChart.Line(
                    title: curve.title, style: SeriesStyle(slot: index),
                    points: curve.points.map {
                        LineChart.Point($0.angle * 180 / .pi, $0[keyPath: value])
                    })
            })
        chart.height = max(300, Double(curves.count) * 14 + 70)
        return PictureFile.Panel(title: title, lines: chart, id: id)
    }
}
