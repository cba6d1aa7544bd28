import Spelling

/// A document's numbered tables for papers, with the rules of `booktabs`, scaled down by `graphicx` if they
/// are wider than the text.
package struct LaTeXTables {
    package let text: String

    /// Writes the tables of a document.
    package init(_ document: Document) {
        let tables = document.sections.flatMap(\.blocks).compactMap { block -> String? in
            guard case .table(let table) = block else { return nil }
            return Self.render(table)
        }
        text = Self.preamble + tables.joined(separator: "\n")
    }

    /// Definitions that all tables need; the file may be included twice.
    private static let preamble = #"""
        % Made by Facet; needs \usepackage{booktabs,graphicx}.
        % A table that is wider than the text is made smaller until it fits.
        \ifdefined\facettable\else\newsavebox{\facettable}\fi
        \providecommand{\facetfit}{%
        \ifdim\wd\facettable>\linewidth
        \resizebox{\linewidth}{!}{\usebox{\facettable}}%
        \else\usebox{\facettable}\fi}


        """#

    private static func render(_ table: Table) -> String {
        let columns = table.columns.map { $0.isNumber ? "r" : "l" }.joined()
        var lines = [
            "\\begin{table}", "\\centering", "\\caption{\(escape(table.caption.plain))}",
            "\\label{tab:facet-\(table.number ?? 0)}", "\\begin{lrbox}{\\facettable}",
            "\\begin{tabular}{\(columns)}", "\\toprule",
        ]
        if table.columns.contains(where: { $0.group != nil }) { lines += groupHeadings(table) }
        lines.append(row(table.columns.map { escape($0.title) }))
        for group in table.groups {
            lines.append("\\midrule")
            if let title = group.title {
                lines.append(
                    "\\multicolumn{\(table.columns.count)}{l}{\\emph{\(escape(title))}} \\\\")
            }
            lines += group.rows.map { row($0.map(entry)) }
        }
        lines += [
            "\\bottomrule", "\\end{tabular}", "\\end{lrbox}", "\\facetfit", "\\end{table}",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Headings over neighbouring columns, with rules below them.
    private static func groupHeadings(_ table: Table) -> [String] {
        var cells: [String] = []
        var rules: [String] = []
        var first = 1
        for span in table.spans {
            let last = first + span.columns - 1
            cells.append("\\multicolumn{\(span.columns)}{c}{\(escape(span.group ?? ""))}")
            if span.group != nil { rules.append("\\cmidrule(lr){\(first)-\(last)}") }
            first = last + 1
        }
        return [row(cells), rules.joined(separator: " ")]
    }

    private static func row(_ cells: [String]) -> String {
        cells.joined(separator: " & ") + " \\\\"
    }

    private static func entry(_ entry: Table.Entry) -> String {
        let text = escape(entry.text.plain)
        let marked = entry.isBest ? "\\textbf{\(text)}" : text
        return entry.detail.map { "\(marked) \(escape($0))" } ?? marked
    }

    /// Escapes text for LaTeX.
    static func escape(_ text: String) -> String {
        var result = ""
        // By scalar: a special character followed by a combining mark would be a different `Character` and
        // not be escaped.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\textbackslash{}"
            case "&", "%", "$", "#", "_", "{", "}":
                result += "\\"
                result.unicodeScalars.append(scalar)
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "<": result += "\\textless{}"
            case ">": result += "\\textgreater{}"
            case "−": result += "$-$"
            case "±": result += "$\\pm$"
            case "×": result += "$\\times$"
            case "√": result += "$\\surd$"
            case "–": result += "--"
            case "’": result += "'"
            case "\u{A0}": result += "~"
            case "\n", "\r", "\t": result += " "
            default:
                if scalar.isInvisible {
                    result += escape(scalar.escaped)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
