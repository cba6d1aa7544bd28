import Charts

/// Each panel of a document's figures as a separate SVG file, for papers.
package enum PaperFigures {
    /// Name and text of each panel's file: `figure-2-1.svg`.
    package static func files(_ document: Document) -> [(name: String, text: String)] {
        document.sections.flatMap(\.blocks).flatMap(figures).flatMap { figure in
            figure.panels.enumerated().map { index, panel in
                let name = "figure-\(figure.number)-\(index + 1)"
                let title = "Figure \(figure.number): \(panel.title)"
                return ("\(name).svg", panel.chart.paperFile(id: name, title: title))
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
}
