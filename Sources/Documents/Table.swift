package import Charts

/// A table, from which HTML and Markdown are made.
package struct Table: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        package var title: String
        /// A title shared with the neighbouring columns of the same group.
        package var group: String?
        /// Whether it contains numbers, which are right-aligned.
        package var isNumber: Bool

        /// A column of words.
        package static func words(_ title: String) -> Column {
            Column(title: title, group: nil, isNumber: false)
        }

        /// A column of numbers.
        package static func numbers(_ title: String, group: String? = nil) -> Column {
            Column(title: title, group: group, isNumber: true)
        }
    }

    /// Content of a cell.
    package struct Entry: Hashable, Sendable {
        /// The text or number.
        package var text: RichText
        /// Secondary text that follows it, e.g. `± 0.12`.
        package var detail: String?
        /// Whether it is the best of its column.
        package var isBest = false
        /// Series style whose key is shown before it.
        package var key: SeriesStyle?

        /// An entry of plain text.
        package init(
            _ text: String, detail: String? = nil, isBest: Bool = false, key: SeriesStyle? = nil
        ) {
            self.init(RichText(text), detail: detail, isBest: isBest, key: key)
        }

        /// An entry of formatted text.
        package init(
            _ text: RichText, detail: String? = nil, isBest: Bool = false,
            key: SeriesStyle? = nil
        ) {
            self.text = text
            self.detail = detail
            self.isBest = isBest
            self.key = key
        }

        /// Text of a missing value.
        package static let missing = Entry("–")
    }

    /// Rows with an optional heading.
    package struct Group: Hashable, Sendable {
        package var title: String?
        package var rows: [[Entry]]

        package init(title: String?, rows: [[Entry]]) {
            self.title = title
            self.rows = rows
        }
    }

    /// The caption; ends with a full stop.
    package var caption: RichText
    /// The columns; the first names the rows.
    package var columns: [Column]
    package var groups: [Group]
    /// Its number, given by the document; `nil` for the numbers of a figure.
    package var number: Int?

    /// A table of rows without headings.
    package init(caption: RichText, columns: [Column], rows: [[Entry]]) {
        self.init(caption: caption, columns: columns, groups: [Group(title: nil, rows: rows)])
    }

    /// A table of rows under headings.
    package init(caption: RichText, columns: [Column], groups: [Group]) {
        self.caption = caption
        self.columns = columns
        self.groups = groups.filter { !$0.rows.isEmpty }
    }

    /// Neighbouring columns of the same group, and how many they are.
    package var spans: [(group: String?, columns: Int)] {
        var spans: [(group: String?, columns: Int)] = []
        for column in columns {
            if let last = spans.last, last.group == column.group {
                spans[spans.count - 1].columns += 1
            } else {
                spans.append((column.group, 1))
            }
        }
        return spans
    }
}
