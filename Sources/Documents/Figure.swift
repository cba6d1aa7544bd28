package import Charts

/// A figure of one or more panels.
package struct Figure: Hashable, Sendable {
    /// One chart of a figure.
    package struct Panel: Hashable, Sendable {
        /// Distinguishes the panel from its neighbours.
        package var title: String
        package var chart: Chart

        package init(title: String, chart: Chart) {
            self.title = title
            self.chart = chart
        }
    }

    /// A caption that explains what the figure shows and how to read it; ends with a full stop.
    package var caption: RichText
    package var panels: [Panel]
    /// The legend of the styles, if the charts have none.
    package var legend: [LegendEntry] = []
    /// The figure's numbers: folded under it on a page, and shown instead of it in formats without figures.
    package var data: Table?
    /// Its number, given by the document.
    package var number = 0

    package init(
        caption: RichText, panels: [Panel], legend: [LegendEntry] = [], data: Table? = nil
    ) {
        self.caption = caption
        self.panels = panels
        self.legend = legend
        self.data = data
    }
}

/// A line of a legend.
package struct LegendEntry: Hashable, Sendable {
    /// How it is drawn.
    package var style: SeriesStyle
    package var title: String

    package init(style: SeriesStyle, title: String) {
        self.style = style
        self.title = title
    }
}
