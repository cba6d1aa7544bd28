import Charts

/// A table as HTML, with rules above and below and none between columns.
enum HTMLTable {
    /// The table under its caption, which may be wider than the table and does not scroll with
    /// it.
    ///
    /// - Parameter region: The element that names the region it scrolls in, if the caption does not suffice:
    ///   without a number it may be that of another table.
    static func render(_ table: Table, id: String, region: String? = nil) -> Markup {
        element("figure", ["class": "table"]) {
            element("figcaption", ["id": id]) {
                if let number = table.number {
                    element("b") { "Table \(number)." }
                    " "
                }
                HTMLPage.render(table.caption)
            }
            element(
                "div",
                [
                    "class": "scroll", "tabindex": "0", "role": "region",
                    "aria-labelledby": region ?? id, "data-name": region ?? id,
                ]
            ) {
                element("table", ["aria-labelledby": id]) {
                    head(table)
                    for group in table.groups { body(group, table) }
                }
            }
        }
    }

    private static func head(_ table: Table) -> Markup {
        element("thead") {
            if table.columns.contains(where: { $0.group != nil }) {
                element("tr", ["class": "groups"]) {
                    for span in table.spans { spanHeading(span.group, span.columns) }
                }
            }
            element("tr") {
                for column in table.columns {
                    element("th", ["scope": "col", "class": kind(column.title, column)]) {
                        column.title
                    }
                }
            }
        }
    }

    private static func spanHeading(_ group: String?, _ columns: Int) -> Markup {
        guard let group else { return element("td", ["colspan": "\(columns)"]) }
        return element(
            "th", ["scope": "colgroup", "colspan": "\(columns)", "class": kind(group, nil)]
        ) {
            element("span") { group }
        }
    }

    private static func body(_ group: Table.Group, _ table: Table) -> Markup {
        let longest = table.columns.indices.map { column in
            table.groups.flatMap(\.rows).compactMap { row in
                row.indices.contains(column) ? row[column].detail : nil
            }.max { $0.count < $1.count }
        }
        return element("tbody") {
            if let title = group.title {
                element("tr", ["class": "group"]) {
                    element("th", ["scope": "rowgroup", "colspan": "\(table.columns.count)"]) {
                        title
                    }
                }
            }
            for row in group.rows {
                element("tr") {
                    for (index, (entry, column)) in zip(row, table.columns).enumerated() {
                        cell(entry, column, isHeading: index == 0, longest: longest[index])
                    }
                }
            }
        }
    }

    /// - Parameter longest: The longest detail of the column; nil without any.
    private static func cell(
        _ entry: Table.Entry, _ column: Table.Column, isHeading: Bool, longest: String?
    ) -> Markup {
        let content = Markup.group([
            entry.key.map { HTMLFigure.key($0) } ?? .nothing,
            entry.isBest
                ? element("strong") { HTMLPage.render(entry.text) } : HTMLPage.render(entry.text),
            longest.map { detail(entry.detail ?? "", $0) } ?? .nothing,
        ])
        let kind = kind(entry.text.plain, column)
        return isHeading
            ? element("th", ["scope": "row", "class": kind]) { content }
            : element("td", ["class": kind]) { content }
    }

    /// A detail, filled up to the width of the longest of its column, so that the numbers before them are
    /// aligned: with the longest one's last characters, unseen, whose digits are as wide as any.
    private static func detail(_ text: String, _ longest: String) -> Markup {
        let rest = String(longest.suffix(max(0, longest.count - text.count)))
        return element("span", ["class": "detail"]) {
            " " + text
            if !rest.isEmpty {
                element("span", ["class": "filling", "aria-hidden": "true"]) {
                    rest.replacing(/[0-9]/, with: "0")
                }
            }
        }
    }

    /// The classes of a cell: numbers are right-aligned, and only long texts may be wrapped.
    private static func kind(_ text: String, _ column: Table.Column?) -> String {
        let kind = column.map { $0.isNumber ? "n" : "w" } ?? "g"
        return text.count > 26 ? kind + " long" : kind
    }
}
