/// A chart of one panel.
package enum Chart: Hashable, Sendable {
    case lines(LineChart)
    case dots(DotPlot)
    case histogram(HistogramChart)
    case scatter(ScatterPlot)
    case groups(GroupDiagram)
    case map(MapPlot)
    case quantiles(QuantilePlot)

    /// The chart as SVG. `id` is a name that no other chart of the page has; `title` says what it
    /// shows to a reader who does not see it.
    package func svg(id: String, title: String) -> Markup {
        switch self {
        case .lines(let chart): chart.svg(id: id, title: title)
        case .dots(let chart): chart.svg(id: id, title: title)
        case .histogram(let chart): chart.svg(id: id, title: title)
        case .scatter(let chart): chart.svg(id: id, title: title)
        case .groups(let chart): chart.svg(id: id, title: title)
        case .map(let chart): chart.svg(id: id, title: title)
        case .quantiles(let chart): chart.svg(id: id, title: title)
        }
    }
}
