extension Chart {
    /// The chart as a separate file, with colours that follow the viewer's colour scheme.
    package func file(id: String, title: String) -> String {
        guard case .element(let tag, let attributes, let children) = svg(id: id, title: title)
        else { return "" }
        let style = element("style") { Markup.stylesheet(ChartStyle.standalone) }
        return Markup.element(tag, attributes, [style] + children).rendered
    }

    /// The chart as a file for a paper: on white, with its colours written out, since converters to
    /// PDF know no custom properties.
    package func paperFile(id: String, title: String) -> String {
        guard case .element(let tag, let attributes, let children) = svg(id: id, title: title)
        else { return "" }
        let sheet = element("style") { Markup.stylesheet(ChartStyle.paper) }
        // Without a background, dark text would be unreadable on a dark page.
        let paper = element("rect", ["width": "100%", "height": "100%", "fill": "#ffffff"])
        let root = Markup.element(tag, attributes, [sheet, paper] + children)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.rendered
    }
}
