import Charts

/// Formatted text, with the formatting that both HTML and Markdown support.
///
/// ```swift
/// let text: RichText = "\(strong: "ArcFace") scored highest on \(name)."
/// ```
/// Interpolated strings are text and never markup, whatever characters they contain.
package struct RichText: Hashable, Sendable {
    /// A part of a text.
    package enum Part: Hashable, Sendable {
        case plain(String)
        case strong(String)
        case emphasis(String)
        case code(String)
    }

    /// The parts in their order.
    package var parts: [Part]

    package init(parts: [Part]) {
        self.parts = parts
    }

    /// A text without formatting.
    package init(_ text: String) {
        parts = [.plain(text)]
    }

    /// The text without its formatting.
    package var plain: String {
        parts.map { part in
            switch part {
            case .plain(let text), .strong(let text), .emphasis(let text), .code(let text): text
            }
        }.joined()
    }

    package static func + (a: RichText, b: RichText) -> RichText {
        RichText(parts: a.parts + b.parts)
    }

    /// Texts as a sentence lists them: `a`, `a and b`, `a, b and c`.
    package static func list(_ texts: [RichText]) -> RichText {
        var parts: [Part] = []
        for (index, text) in texts.enumerated() {
            if index > 0 { parts.append(.plain(index == texts.count - 1 ? " and " : ", ")) }
            parts += text.parts
        }
        return RichText(parts: parts)
    }

    /// Sentences joined by spaces.
    package static func sentences(_ sentences: [RichText]) -> RichText {
        RichText(parts: Array(sentences.map(\.parts).joined(separator: [.plain(" ")])))
    }
}

extension RichText: ExpressibleByStringInterpolation {
    /// Collects the parts of an interpolated literal.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.plain(literal)) }
        }

        package mutating func appendInterpolation(_ text: String) {
            parts.append(.plain(text))
        }

        package mutating func appendInterpolation(_ number: Int) {
            parts.append(.plain(Format.count(number)))
        }

        package mutating func appendInterpolation(strong text: String) {
            parts.append(.strong(text))
        }

        package mutating func appendInterpolation(emphasis text: String) {
            parts.append(.emphasis(text))
        }

        package mutating func appendInterpolation(code text: String) {
            parts.append(.code(text))
        }
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    package init(stringInterpolation: StringInterpolation) {
        parts = stringInterpolation.parts
    }
}
