/// A chart of one panel.
package enum Chart: Hashable, Sendable {
    case lines(LineChart)
    case dots(DotPlot)
    case histogram(HistogramChart)
    case scatter(ScatterPlot)
    case groups(GroupDiagram)
    case map(MapPlot)
    case quantiles(QuantilePlot)
    case fractions(FractionBars)
    case trials(TrialPlot)

    /// The chart as SVG. `id` is unique on the page; `title` describes the chart for screen readers.
    package func svg(id: String, title: String) -> Markup { framed.svg(id: id, title: title) }

    private var framed: any FramedChart {
        switch self {
        case .lines(let chart): chart
        case .dots(let chart): chart
        case .histogram(let chart): chart
        case .scatter(let chart): chart
        case .groups(let chart): chart
        case .map(let chart): chart
        case .quantiles(let chart): chart
        case .fractions(let chart): chart
        case .trials(let chart): chart
        }
    }
}
