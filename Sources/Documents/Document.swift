/// A document before it is HTML, Markdown or LaTeX.
package struct Document: Sendable {
    package let title: String
    /// The compared items, the data, and the progress of the study.
    package let subtitle: RichText
    /// The parts, their figures and tables numbered.
    package let sections: [Section]
    /// How the document was made.
    package let colophon: String

    /// Joins the parts of a document, and numbers their figures and tables.
    package init(title: String, subtitle: RichText, sections: [Section], colophon: String) {
        var numbering = Numbering()
        self.title = title
        self.subtitle = subtitle
        self.sections = sections.map { numbering.number($0) }
        self.colophon = colophon
    }
}

/// Numbers figures and tables in the order in which a reader meets them.
private struct Numbering {
    private var figures = 0
    private var tables = 0

    /// The section with its figures and tables numbered.
    mutating func number(_ section: Section) -> Section {
        var section = section
        section.blocks = section.blocks.map { number($0) }
        return section
    }

    /// A figure's own data has no number: it belongs to the figure.
    private mutating func number(_ block: Block) -> Block {
        switch block {
        case .figure(var figure):
            figures += 1
            figure.number = figures
            return .figure(figure)
        case .table(var table):
            tables += 1
            table.number = tables
            return .table(table)
        case .details(let summary, let blocks):
            return .details(summary, blocks.map { number($0) })
        default:
            return block
        }
    }
}
