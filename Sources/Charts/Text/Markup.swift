import Spelling

/// A piece of HTML or SVG. Text and attribute values are escaped when it is rendered, so user-provided
/// names are safe everywhere.
package indirect enum Markup: Hashable, Sendable {
    /// Text, escaped when written.
    case text(String)
    /// A stylesheet of the report, written verbatim.
    case stylesheet(String)
    /// A script of the report, written verbatim.
    case script(String)
    /// An element with its attributes in their order.
    case element(String, [Attribute], [Markup])
    /// Pieces one after the other.
    case group([Markup])

    /// An attribute of an element.
    package struct Attribute: Hashable, Sendable {
        package let name: String
        /// Its value, not escaped.
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package static let nothing = Markup.group([])

    /// The piece as text.
    package var rendered: String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        switch self {
        case .text(let text):
            Markup.escape(text, to: &output)
        case .stylesheet(let text), .script(let text):
            output += text
        case .group(let children):
            for child in children { child.write(to: &output) }
        case .element(let name, let attributes, let children):
            output += "<\(name)"
            for attribute in attributes {
                output += " \(attribute.name)=\""
                Markup.escape(attribute.value, to: &output)
                output += "\""
            }
            if children.isEmpty && Markup.emptyElements.contains(name) {
                output += "/>"
            } else {
                output += ">"
                for child in children { child.write(to: &output) }
                output += "</\(name)>"
            }
            if Markup.lineElements.contains(name) { output += "\n" }
        }
    }

    /// Escapes text for use between tags or inside an attribute's quotes. Characters that XML does not
    /// allow become U+FFFD.
    private static func escape(_ text: String, to output: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            case "\t", "\n", "\r": output.unicodeScalars.append(scalar)
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{FFFE}", "\u{FFFF}":
                output += "\u{FFFD}"
            default:
                if scalar.turnsText {
                    output += scalar.escaped
                } else {
                    output.unicodeScalars.append(scalar)
                }
            }
        }
    }

    private static let emptyElements: Set = [
        "br", "circle", "col", "hr", "img", "line", "meta", "path", "rect",
    ]

    private static let lineElements: Set = [
        "body", "caption", "col", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
        "footer",
        "g", "h1", "h2", "h3", "head", "header", "li", "main", "meta", "nav", "p", "pre", "section",
        "style", "summary", "svg", "table", "tbody", "thead", "title", "tr", "ul",
    ]
}

package func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
    @MarkupBuilder _ children: () -> Markup = { .nothing }
) -> Markup {
    let content = children()
    let list: [Markup] = if case .group(let pieces) = content { pieces } else { [content] }
    return .element(name, attributes.map { Markup.Attribute(name: $0, value: $1) }, list)
}

/// Lets the children of an element be written as statements.
@resultBuilder
package enum MarkupBuilder {
    /// A text or a piece becomes a piece.
    package static func buildExpression(_ text: String) -> Markup { .text(text) }
    /// A piece stays unchanged.
    package static func buildExpression(_ markup: Markup) -> Markup { markup }
    package static func buildExpression(_ pieces: [Markup]) -> Markup { .group(pieces) }
    /// Statements become one piece.
    package static func buildBlock(_ pieces: Markup...) -> Markup {
        .group(
            pieces.flatMap { piece in
                if case .group(let inner) = piece { inner } else { [piece] }
            })
    }
    /// An `if` without `else`.
    package static func buildOptional(_ piece: Markup?) -> Markup { piece ?? .nothing }
    /// The first branch of an `if`.
    package static func buildEither(first piece: Markup) -> Markup { piece }
    /// The other branch of an `if`.
    package static func buildEither(second piece: Markup) -> Markup { piece }
    /// A `for` loop.
    package static func buildArray(_ pieces: [Markup]) -> Markup { .group(pieces) }
}

extension Unicode.Scalar {
    /// Whether the scalar invisibly changes the direction of neighbouring text or breaks its line.
    ///
    /// Joiners of letters and emoji are invisible too, but are part of normal text.
    package var turnsText: Bool {
        isInvisible && self != "\u{200C}" && self != "\u{200D}" && self != "\u{AD}"
            && self != "\n"
    }
}
