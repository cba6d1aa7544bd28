extension Unicode.Scalar {
    /// Whether the scalar is invisible but affects the text around it: control characters of terminals
    /// (C0 and C1, including ESC), bidirectional marks, zero-width characters, and line and paragraph
    /// separators.
    public var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// The scalar as an escape of JSON and most programming languages, e.g. `\u202e`.
    public var escaped: String {
        UTF16.encode(self).map { units in
            units.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        } ?? ""
    }
}

extension String {
    /// The text with invisible scalars escaped, except line feeds and tabs, so that names, paths, keys
    /// and messages from outside cannot move the cursor or hide or reverse neighbouring text. Valid
    /// JSON stays valid and keeps its value.
    public var visible: String { escaping { $0.isInvisible && $0 != "\n" && $0 != "\t" } }

    /// The text with line breaks escaped, so that a name cannot look like two lines.
    public var inOneLine: String { escaping { $0 == "\n" || $0 == "\r" } }

    private func escaping(_ acts: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: acts) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if acts(scalar) {
                result += scalar.escaped
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text with its middle replaced if it is longer than a number of characters.
    public func shortened(to limit: Int) -> String {
        isLonger(than: limit) ? ends(max(limit / 2, 1), max(limit / 2, 1)) : self
    }

    /// The text as messages show it: of more than 300 characters only the first 200, the last 50 and the number of
    /// those between.
    public var shortened: String { isLonger(than: 300) ? ends(200, 50) : self }

    // Unicode scalars are counted: a letter with its accents can have any number of them.
    private func isLonger(than limit: Int) -> Bool {
        utf8.count > limit && unicodeScalars.count > limit
    }

    private func ends(_ first: Int, _ last: Int) -> String {
        let scalars = unicodeScalars
        return
            "\(String(scalars.prefix(first))) ... (\(scalars.count - first - last) characters) ... "
            + String(scalars.suffix(last))
    }
}

extension DefaultStringInterpolation {
    /// Appends a name, a path or other text from outside to a message, in single quotes: `"no image \(quoted: name)"`.
    /// A long text is ``Swift/String/shortened`` and line breaks are escaped, so that a message stays one readable
    /// line whatever a file contains.
    public mutating func appendInterpolation(quoted text: some CustomStringConvertible) {
        appendLiteral("'\(text.description.shortened.inOneLine)'")
    }
}

extension [String] {
    /// The first texts, shortened and separated by commas, with `...` if there are more.
    ///
    /// - Parameter limit: How many texts are shown.
    public func someJoined(_ limit: Int = 10) -> String {
        prefix(limit).map(\.shortened).joined(separator: ", ") + (count > limit ? ", ..." : "")
    }
}
