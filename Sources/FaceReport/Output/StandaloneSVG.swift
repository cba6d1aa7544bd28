/// A chart as a file of its own, with the style that a page would give it.
enum StandaloneSVG {
    static func text(_ chart: Chart, name: String, title: String) -> String {
        guard
            case .element(let tag, let attributes, let children) = chart.svg(id: name, title: title)
        else { return "" }
        let style = element("style") { Markup.stylesheet(Stylesheet.chart) }
        return Markup.element(tag, attributes, [style] + children).rendered
    }
}
