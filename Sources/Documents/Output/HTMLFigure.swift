import Charts

/// A figure as HTML: its panels, its caption, and its folded numbers.
enum HTMLFigure {
    static func render(_ figure: Figure) -> Markup {
        element("figure", ["id": "figure-\(figure.number)"]) {
            if !figure.legend.isEmpty { legend(figure.legend) }
            element("div", ["class": figure.panels.count == 1 ? "panels single" : "panels"]) {
                for (index, panel) in figure.panels.enumerated() {
                    element("div", ["class": "panel"]) {
                        if !panel.title.isEmpty {
                            element("p", ["class": "title"]) { panel.title }
                        }
                        panel.chart.svg(
                            id: "figure-\(figure.number)-\(index + 1)",
                            title: "Figure \(figure.number): \(panel.title)")
                    }
                }
            }
            element("figcaption") {
                element("b") { "Figure \(figure.number)." }
                " "
                HTMLPage.render(figure.caption)
            }
            if let data = figure.data {
                let id = "figure-\(figure.number)"
                element("details", ["class": "data"]) {
                    element("summary", ["id": "\(id)-numbers"]) {
                        "The numbers of figure \(figure.number)"
                    }
                    HTMLTable.render(data, id: "\(id)-data", region: "\(id)-numbers")
                }
            }
        }
    }

    private static func legend(_ entries: [LegendEntry]) -> Markup {
        element("ul", ["class": "keys"]) {
            for entry in entries {
                element("li") {
                    key(entry.style)
                    entry.title
                }
            }
        }
    }

    /// A short piece of a series' line with its marker.
    static func key(_ style: SeriesStyle) -> Markup {
        element(
            "svg",
            [
                "class": "key", "viewBox": "0 0 28 12", "width": "28", "height": "12",
                "aria-hidden": "true",
            ]
        ) {
            Mark.path(style, [(1, 6), (27, 6)])
            Mark.point(style, 14, 6, size: 3.4)
        }
    }
}
