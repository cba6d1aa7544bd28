import Foundation

/// A person's name, for comparison with other spellings of it.
package struct PersonName: Sendable, Hashable {
    /// The name as written.
    package let text: String
    /// The name without what spellings may differ in: case, accents, Unicode normalisation and word
    /// separators. Empty for names without letters and digits.
    package let key: String

    package init(_ text: String) {
        self.text = text
        guard !Self.isSigned(text) else {
            key = text
            return
        }
        let plain =
            text.utf8.allSatisfy { $0 < 0x80 }
            ? text.lowercased() : text.decomposedStringWithCompatibilityMapping.lowercased()
        var key = ""
        var isApart = false
        for scalar in plain.unicodeScalars {
            guard Self.counts(scalar) else {
                isApart = true
                continue
            }
            // Numbers are kept apart: `id 1 12` is not `id 11 2`.
            if isApart, Self.isDigit(scalar), key.unicodeScalars.last.map(Self.isDigit) ?? false {
                key += " "
            }
            isApart = false
            key += Self.spelt[scalar] ?? String(scalar)
        }
        self.key = key
    }

    /// Whether a name is a signed number, in which the sign is not a separator: `-1` is not `1`.
    private static func isSigned(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, first == "-" || first == "+" else { return false }
        return scalars.count > 1
            && scalars.dropFirst().allSatisfy { isDigit($0) || $0 == "." }
    }

    /// Whether a name is only a number, which may be another person in another set.
    package var isNumber: Bool { !text.isEmpty && text.unicodeScalars.allSatisfy(Self.isDigit) }

    /// A name without the suffix that a conversion appended because another identity's name differs only in
    /// case, such as `ann-2` in a set with `Ann`; nil for other names. Only the set's other names show
    /// whether it is such a suffix.
    static func unnumbered(_ name: String) -> String? {
        let digits = name.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        let rest = name.utf8.dropLast(digits)
        guard digits > 0, rest.last == UInt8(ascii: "-") else { return nil }
        return String(rest.dropLast())
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    /// Whether a character distinguishes names.
    private static func counts(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return scalar.properties.isAlphabetic || isDigit(scalar) }
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format,
            .dashPunctuation, .connectorPunctuation, .initialPunctuation, .finalPunctuation,
            .openPunctuation, .closePunctuation, .otherPunctuation, .modifierSymbol:
            return false
        case .nonspacingMark:
            // Only accents are ignored; in other scripts, vowels are marks as well.
            return !isAccent(scalar)
        default:
            return true
        }
    }

    private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x300...0x36f, 0x1ab0...0x1aff, 0x1dc0...0x1dff, 0x20d0...0x20ff, 0xfe20...0xfe2f: true
        default: false
        }
    }

    /// Letters without a Unicode decomposition, with their usual replacements.
    private static let spelt: [Unicode.Scalar: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ə": "e",
    ]
}
