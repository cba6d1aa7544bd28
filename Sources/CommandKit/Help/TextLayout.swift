/// Breaks and aligns text for a fixed-width font.
package enum TextLayout {
    /// Breaks a text between words so that no line is wider than `width` columns, unless a
    /// single word is. Line breaks in the text stay.
    package static func wrap(_ text: String, width: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
            var lines = [String]()
            var line = ""
            for word in paragraph.split(separator: " ") {
                let candidate = line.isEmpty ? String(word) : "\(line) \(word)"
                if candidate.displayWidth <= width || line.isEmpty {
                    line = candidate
                } else {
                    lines.append(line)
                    line = String(word)
                }
            }
            return lines + [line]
        }
    }

    /// The column at which meanings start beside terms: that of the widest term, but neither so
    /// far left that the gap shows nor so far right that no room is left.
    package static func column(beside terms: [String], width: Int) -> Int {
        let limit = min(widestTerm, width / 2 - margin.count - 2)
        let widest = terms.map(\.displayWidth).filter { $0 <= limit }.max() ?? 0
        return margin.count + max(widest, narrowestTerm) + 2
    }

    /// Lists terms with their meanings at a column.
    ///
    /// A term too wide for its column has a line to itself.
    package static func list(
        _ entries: [(term: String, meaning: String)], column: Int, width: Int
    ) -> String {
        entries.map { entry in
            let meaning = wrap(entry.meaning, width: max(width - column, 20))
            let head = margin + entry.term
            let fits = head.displayWidth + 2 <= column
            let first = fits ? head.padded(to: column) + (meaning.first ?? "") : head
            let rest = (fits ? Array(meaning.dropFirst()) : meaning)
                .map { String(repeating: " ", count: column) + $0 }
            return ([first] + rest).joined(separator: "\n")
        }
        .joined(separator: "\n")
    }

    /// What entries are indented by.
    static let margin = "  "
    private static let widestTerm = 26
    private static let narrowestTerm = 8
}

extension String {
    /// Columns the string takes in a terminal.
    package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The string followed by as many spaces as fill a number of columns.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - displayWidth))
    }

    /// As much of the beginning as fits in a number of columns.
    package func clipped(to width: Int) -> String {
        var left = width
        return String(
            prefix { character in
                left -= character.displayWidth
                return left >= 0
            })
    }
}

extension Character {
    /// Columns the character takes in a terminal: 2 for East Asian wide ones and emoji.
    fileprivate var displayWidth: Int {
        guard let scalar = unicodeScalars.first, scalar.value >= 0x20 else { return 0 }
        let isWide = Self.wide.contains { $0.contains(scalar.value) }
        return isWide || scalar.properties.isEmojiPresentation ? 2 : 1
    }

    /// The blocks of Unicode that hold wide characters.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
    ]
}
