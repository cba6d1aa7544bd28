/// A panel of a figure as an SVG file of its own, for papers: on white, with its colours written
/// out, since converters to PDF know no custom properties.
enum PaperFigures {
    /// Name and text of each panel's file: `figure-2-1.svg`.
    static func files(_ document: ReportDocument) -> [(name: String, text: String)] {
        document.sections.flatMap(\.blocks).flatMap(figures).flatMap { figure in
            figure.panels.enumerated().map { index, panel in
                let name = "figure-\(figure.number)-\(index + 1)"
                let title = "Figure \(figure.number): \(panel.title)"
                return ("\(name).svg", text(panel.chart.svg(id: name, title: title)))
            }
        }
    }

    private static func figures(_ block: Block) -> [Figure] {
        switch block {
        case .figure(let figure): [figure]
        case .details(_, let blocks): blocks.flatMap(figures)
        default: []
        }
    }

    private static func text(_ drawing: Markup) -> String {
        guard case .element(let name, let attributes, let children) = drawing else { return "" }
        let sheet = element("style") { Markup.stylesheet(style) }
        // A page in dark colours would show through, and the letters are dark.
        let paper = element("rect", ["width": "100%", "height": "100%", "fill": "#ffffff"])
        let root = Markup.element(name, attributes, [sheet, paper] + children)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.rendered
    }

    /// The drawings' rules on paper, those of a series written out for each of its colours.
    static let style: String = {
        let rules = Stylesheet.figures.split(separator: "}").map { rule in
            rule.split(separator: "{", maxSplits: 1).map(String.init)
        }.filter { $0.count == 2 }
        let written = rules.flatMap { rule -> [String] in
            let (selector, body) = (rule[0].filter { $0 != "\n" }, named(rule[1]))
            guard body.contains("var(--c)") else { return ["\(selector){\(body)}"] }
            return Palette.light.series.enumerated().map { index, color in
                let selectors = selector.split(separator: ",").map { "\($0).c\(index)" }
                let body = body.replacing("var(--c)", with: color)
                return "\(selectors.joined(separator: ",")){\(body)}"
            }
        }
        return (["svg{font-family:Helvetica,Arial,\"Liberation Sans\",sans-serif}"] + written)
            .joined(separator: "\n")
    }()

    private static func named(_ body: String) -> String {
        let scheme = Palette.light
        let colors = [
            ("paper", "#ffffff"), ("ink", scheme.ink), ("muted", scheme.muted),
            ("rule", scheme.rule), ("grid", scheme.grid), ("box", scheme.panel),
            ("link", scheme.link),
        ]
        return colors.reduce(body) { $0.replacing("var(--\($1.0))", with: $1.1) }
    }
}
