import Charts

/// A document as GitHub Flavored Markdown: figures are replaced by their numbers.
package struct MarkdownPage {
    package let text: String

    package init(_ document: Document) {
        var pieces = ["# \(MarkdownText.escape(document.title))"]
        pieces.append(MarkdownText.render(document.subtitle))
        for section in document.sections {
            pieces.append("## \(MarkdownText.escape(section.title))")
            pieces += section.blocks.compactMap(Self.render)
        }
        pieces.append("*\(MarkdownText.escape(document.colophon))*")
        text = pieces.joined(separator: "\n\n") + "\n"
    }

    private static func render(_ block: Block) -> String? {
        switch block {
        case .paragraph(let text):
            MarkdownText.render(text)
        case .list(let items), .caveats(let items):
            items.isEmpty
                ? nil : items.map { "- \(MarkdownText.render($0))" }.joined(separator: "\n")
        case .heading(let title):
            "### \(MarkdownText.escape(title))"
        case .table(let table):
            render(table)
        case .figure(let figure):
            figure.data.map(render)
        case .code(let text):
            MarkdownText.fence(text)
        case .terms(let terms):
            terms.map {
                "- \(MarkdownText.escape($0.name)): \(MarkdownText.render($0.value))"
            }.joined(separator: "\n")
        case .gallery(let gallery):
            gallery.shown.isEmpty
                ? nil
                : gallery.shown.map { pair in
                    let names =
                        "\(PathShortener.name(pair.first.name)) and "
                        + PathShortener.name(pair.second.name)
                    return "- \(MarkdownText.escape(names)): cosine "
                        + "\(Format.fixed(pair.cosine, 3)), threshold "
                        + Format.fixed(pair.threshold, 3)
                        + (pair.note.map { "; \(MarkdownText.escape($0))" } ?? "")
                }.joined(separator: "\n")
        case .details(let summary, let blocks):
            (["### \(MarkdownText.render(summary))"] + blocks.compactMap(render))
                .joined(separator: "\n\n")
        }
    }

    private static func render(_ table: Table) -> String {
        let title = table.number.map { "**Table \($0).** " } ?? ""
        let header = table.columns.map { column in
            [column.group, column.title].compactMap { $0 }.joined(separator: ", ")
        }
        var lines = [row(header.map(MarkdownText.escape))]
        lines.append(row(table.columns.map { $0.isNumber ? "---:" : ":---" }))
        for group in table.groups {
            if let title = group.title {
                let rest = Array(repeating: "", count: table.columns.count - 1)
                lines.append(row(["**\(MarkdownText.escape(title))**"] + rest))
            }
            lines += group.rows.map { row($0.map(render)) }
        }
        return title + MarkdownText.render(table.caption) + "\n\n" + lines.joined(separator: "\n")
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |"
    }

    private static func render(_ entry: Table.Entry) -> String {
        let text = MarkdownText.render(entry.text, inTable: true)
        let marked = entry.isBest ? "**\(text)**" : text
        return entry.detail.map { "\(marked) \(MarkdownText.escape($0))" } ?? marked
    }
}
