/// A document, independent of its output format: HTML, Markdown or LaTeX.
package struct Document: Sendable {
    package let title: String
    /// The compared items, the data, and the progress of the study.
    package let subtitle: RichText
    /// The sections, with numbered figures and tables.
    package let sections: [Section]
    /// How the document was made.
    package let colophon: String

    /// Creates a document, and numbers its figures and tables.
    package init(title: String, subtitle: RichText, sections: [Section], colophon: String) {
        var numbering = Numbering()
        self.title = title
        self.subtitle = subtitle
        self.sections = sections.map { numbering.number($0) }
        self.colophon = colophon
    }
}

/// Numbers figures and tables in reading order.
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
