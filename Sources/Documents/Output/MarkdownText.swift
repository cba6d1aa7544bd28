import Charts
import Spelling

/// Text escaped for Markdown.
package enum MarkdownText {
    /// Formatted text. In a table cell, a bar must be escaped even inside code.
    package static func render(_ text: RichText, inTable: Bool = false) -> String {
        text.parts.map { part in
            switch part {
            case .plain(let text): escape(text)
            case .strong(let text): "**\(escape(text))**"
            case .emphasis(let text): "*\(escape(text))*"
            case .code(let text): code(text, inTable: inTable)
            }
        }.joined()
    }

    /// Escapes text for Markdown; line breaks become spaces.
    package static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "#", "|", "~", "!":
                result += "\\"
                result.unicodeScalars.append(scalar)
            case "\u{0}"..<"\u{20}", "\u{7F}": result += " "
            default:
                if scalar.turnsText {
                    result += scalar.escaped
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// A code span; its fence is longer than any row of backticks inside. Backslashes do not escape in code,
    /// so invisible characters can be shown.
    private static func code(_ text: String, inTable: Bool) -> String {
        var line = text.split(whereSeparator: \.isNewline).joined(separator: " ").visible
        if inTable {
            line = line.split(separator: "|", omittingEmptySubsequences: false)
                .joined(separator: "\\|")
        }
        let fence = String(repeating: "`", count: maxBackticks(line) + 1)
        let pad = line.hasPrefix("`") || line.hasSuffix("`") ? " " : ""
        return fence + pad + line + pad + fence
    }

    /// A fenced code block; what would act on a terminal is shown as in code spans.
    package static func fence(_ code: String) -> String {
        let text = code.visible
        let fence = String(repeating: "`", count: max(3, maxBackticks(text) + 1))
        return "\(fence)\n\(text)\n\(fence)"
    }

    private static func maxBackticks(_ text: String) -> Int {
        text.split { $0 != "`" }.map(\.count).max() ?? 0
    }
}
