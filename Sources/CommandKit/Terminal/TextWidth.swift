extension String {
    /// Columns the string takes in a terminal.
    package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The longest prefix that fits into a number of columns.
    package func clipped(to width: Int) -> String {
        var left = width
        return String(
            prefix { character in
                left -= character.displayWidth
                return left >= 0
            })
    }

    /// The words in lines of at most so many columns, those of the first line and those of the others; a longer
    /// word has a line of its own. A percent sign stays with its number, and several spaces inside a line, as
    /// between the columns of a table, remain.
    package func wordLines(first: Int, rest: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for (gap, word) in spacedWords {
            let room = lines.isEmpty ? first : rest
            let spaces = String(repeating: " ", count: gap)
            if !line.isEmpty, line.displayWidth + gap + word.displayWidth > room {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : spaces + word
        }
        return lines + [line]
    }

    /// The words, each with the number of spaces before it; a number and its percent sign are one.
    private var spacedWords: [(gap: Int, word: String)] {
        var gap = 0
        return split(separator: " ", omittingEmptySubsequences: false)
            .reduce(into: []) { words, part in
                gap += 1
                guard !part.isEmpty else { return }
                if part.hasPrefix("%"), gap == 1, let last = words.popLast() {
                    words.append((last.gap, "\(last.word) \(part)"))
                } else {
                    words.append((gap, String(part)))
                }
                gap = 0
            }
    }
}

extension Character {
    /// Columns the character takes in a terminal: 2 for East Asian wide ones and emoji.
    fileprivate var displayWidth: Int {
        guard let scalar = unicodeScalars.first, scalar.value >= 0x20 else { return 0 }
        let isWide = Self.wide.contains { $0.contains(scalar.value) }
        return isWide || scalar.properties.isEmojiPresentation ? 2 : 1
    }

    /// Unicode ranges of wide characters.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
    ]
}
