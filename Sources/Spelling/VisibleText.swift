extension Unicode.Scalar {
    /// Whether the scalar acts on the text around it and is not seen itself: the controls of terminals
    /// (C0 and C1, ESC among them), marks that turn the direction of writing, characters without a
    /// width, and separators of lines and paragraphs.
    public var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// The scalar as JSON and most languages write it, e.g. `\u202e`.
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
    /// The text as it may be shown: names, paths, keys and messages that come from outside cannot move
    /// the cursor, hide or reverse neighbouring text. What acts unseen is written as an escape;
    /// line feeds and tabs stay. Valid JSON stays valid, and the same value.
    public var visible: String { escaping { $0.isInvisible && $0 != "\n" && $0 != "\t" } }

    /// The text without breaks of lines, which are escaped: a name with one cannot look like a line of its own.
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

    /// The text with its middle left out where it is longer than a number of characters.
    public func shortened(to limit: Int) -> String {
        guard utf8.count > limit, count > limit else { return self }
        let half = max(limit / 2, 1)
        return "\(prefix(half)) ... (\(count - 2 * half) characters) ... \(suffix(half))"
    }
}
