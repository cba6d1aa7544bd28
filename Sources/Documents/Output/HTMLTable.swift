import Charts

/// A table as HTML, with rules above and below and none between columns.
enum HTMLTable {
    /// The table under its caption, which may be wider than the table and does not scroll with
    /// it.
    static func render(_ table: Table, id: String) -> Markup {
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
                    "class": "scroll", "tabindex": "0", "role": "region", "aria-labelledby": id,
                    "data-name": id,
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
        let hasDetail = table.columns.indices.map { column in
            table.groups.contains {
                $0.rows.contains { $0.indices.contains(column) && $0[column].detail != nil }
            }
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
                        cell(entry, column, isHeading: index == 0, hasDetail: hasDetail[index])
                    }
                }
            }
        }
    }

    private static func cell(
        _ entry: Table.Entry, _ column: Table.Column, isHeading: Bool, hasDetail: Bool
    ) -> Markup {
        let content = Markup.group([
            entry.key.map { HTMLFigure.key($0) } ?? .nothing,
            entry.isBest
                ? element("strong") { HTMLPage.render(entry.text) } : HTMLPage.render(entry.text),
            hasDetail
                ? element("span", ["class": "detail"]) { " " + (entry.detail ?? "") } : .nothing,
        ])
        let kind = kind(entry.text.plain, column)
        return isHeading
            ? element("th", ["scope": "row", "class": kind]) { content }
            : element("td", ["class": kind]) { content }
    }

    /// The classes of a cell: numbers are right-aligned, and only long texts may be wrapped.
    private static func kind(_ text: String, _ column: Table.Column?) -> String {
        let kind = column.map { $0.isNumber ? "n" : "w" } ?? "g"
        return text.count > 26 ? kind + " long" : kind
    }
}
