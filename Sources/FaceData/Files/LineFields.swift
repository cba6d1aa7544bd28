import Foundation

/// The separator between the fields of a list's lines, see ``LineFields/init(_:)``.
enum FieldSeparator: UInt8, Sendable {
    case tab = 0x09
    case comma = 0x2c
    case space = 0x20
    case semicolon = 0x3b

    /// Whether fields may be quoted as in CSV.
    fileprivate var allowsQuotes: Bool { self == .comma || self == .semicolon }
}

/// A line split into fields.
struct LineFields {
    let separator: FieldSeparator
    private let line: String
    private var ranges: [Range<String.Index>] = []
    /// The non-empty fields, trimmed.
    private(set) var texts: [String] = []

    /// Splits a line at its own separator: tabs if it has any, so that names may contain spaces; otherwise
    /// commas, then semicolons; otherwise spaces. Commas and semicolons that are only part of an image's path
    /// separate nothing.
    init(_ line: String) {
        let (separator, fields) = Self.judge(line)
        self = fields ?? LineFields(line, separator)
    }

    /// A line's own separator.
    static func separator(of line: String) -> FieldSeparator { judge(line).separator }

    /// A line's own separator, and the fields if they had to be split to find it.
    private static func judge(_ line: String) -> (separator: FieldSeparator, fields: LineFields?) {
        let bytes = line.utf8
        if bytes.contains(FieldSeparator.tab.rawValue) { return (.tab, nil) }
        var spaced: LineFields?
        for separator in [FieldSeparator.comma, .semicolon] where bytes.contains(separator.rawValue)
        {
            let fields = LineFields(line, separator)
            if !fields.hasImage {
                let bySpaces = spaced ?? LineFields(line, .space)
                spaced = bySpaces
                guard !bySpaces.hasImage else { continue }
            }
            return (separator, fields)
        }
        return (.space, spaced)
    }

    /// Splits a line. With commas or semicolons as separators, fields may be quoted as in CSV.
    init(_ line: String, _ separator: FieldSeparator) {
        (self.line, self.separator) = (line, separator)
        let bytes = line.utf8
        var start = bytes.startIndex
        let mayBeQuoted = separator.allowsQuotes
        var isQuoted = false
        for index in bytes.indices {
            if mayBeQuoted, bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard bytes[index] == separator.rawValue, !isQuoted else { continue }
            add(start..<index, separator)
            start = bytes.index(after: index)
        }
        add(start..<bytes.endIndex, separator)
    }

    /// Number of fields.
    var count: Int { texts.count }

    private var hasImage: Bool { texts.contains(where: LabelledImageSet.isImage) }

    /// The line's text over a range of fields, including the separators between them.
    func text(_ range: ClosedRange<Int>) -> String {
        range.count == 1
            ? texts[range.lowerBound]
            : String(
                line[ranges[range.lowerBound].lowerBound..<ranges[range.upperBound].upperBound])
    }

    private mutating func add(_ range: Range<String.Index>, _ separator: FieldSeparator) {
        let bytes = line.utf8
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, Self.isSpace(bytes[start]) { start = bytes.index(after: start) }
        while start < end, Self.isSpace(bytes[bytes.index(before: end)]) {
            end = bytes.index(before: end)
        }
        guard start < end else { return }
        var text = String(line[start..<end])
        if separator.allowsQuotes, text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"")
        {
            text = text.dropFirst().dropLast().replacingOccurrences(of: "\"\"", with: "\"")
            guard !text.isEmpty else { return }
        }
        ranges.append(start..<end)
        texts.append(text)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
